import { RegistryError } from "../../registry/errors.ts";

/** What the store itself said, in words that may be written to a log. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** S3's own name for it, or that of the network's failure. */
  readonly code: string;
  /** 0 when there was no answer. */
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * An SDK's error without what it drags along: the answer to a wrong signature, say, repeats the
 * signed request with its session token, and no log may have that (D18).
 */
export function storeError(operation: string, error: unknown): StoreError {
  const { name, code, message, $metadata } = error as {
    readonly name?: string;
    readonly code?: unknown;
    readonly message?: string;
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  };
  const known = typeof code === "string" ? code : (name ?? "Unknown");
  const status = $metadata?.httpStatusCode ?? 0;
  const answer = [
    status > 0 ? `HTTP ${status}` : undefined,
    $metadata?.requestId === undefined ? undefined : `request ${$metadata.requestId}`,
  ].filter((part) => part !== undefined);
  const where = answer.length > 0 ? ` (${answer.join(", ")})` : "";
  return new StoreError(known, status, `${operation}: ${known}${where}: ${message ?? ""}`);
}

/** For whoever asked: that the store fails, not how. Its words are the cause. */
export function unavailable(cause: Error): RegistryError {
  return new RegistryError(
    "ServiceUnavailable",
    "The object store does not answer as it should.",
    {},
    cause,
  );
}

/** Whether the store says that there is no object of that name. */
export function saysAbsent({ code, status }: StoreError): boolean {
  // The answer to HEAD has no body, hence no name but what its status stands for.
  return code === "NoSuchKey" || code === "NotFound" || (status === 404 && code === "Unknown");
}

/** Whether the store says that somebody else has written, or is writing, what was to be written. */
export function saysContended({ code }: StoreError): boolean {
  return ["PreconditionFailed", "ConditionalRequestConflict", "OperationAborted"].includes(code);
}

const waysNotTaken = [
  "NotImplemented",
  "MethodNotAllowed",
  "InvalidRequest",
  "InvalidArgument",
  "InvalidPart",
  "EntityTooSmall",
];

/** Whether the store refused the way of asking, so that another way of doing the same may work. */
export function refusesTheWay({ code, status }: StoreError): boolean {
  return status === 501 || waysNotTaken.includes(code);
}
