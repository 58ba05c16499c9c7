import { RegistryError } from "../../../registry/errors.ts";
import type { SqlResult } from "../sql/session.ts";

/** What the server said, without its details: those quote rows, and rows hold wrapped keys. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  /** https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly code: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly routine: string | undefined;
  /** What the commands of the same round trip had answered before one failed. */
  answered: readonly SqlResult[] = [];

  constructor(said: {
    readonly message: string;
    readonly code?: string | undefined;
    readonly constraint?: string | undefined;
    readonly table?: string | undefined;
    readonly routine?: string | undefined;
  }) {
    super(`${said.message} (SQLSTATE ${said.code ?? "unknown"})`);
    this.code = said.code ?? "XX000";
    this.constraint = said.constraint;
    this.table = said.table;
    this.routine = said.routine;
  }
}

/** The connection is gone; whether the server ran what was sent last is not known. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";

  constructor(cause: unknown) {
    super(`The connection to the database was lost: ${messageOf(cause)}`, { cause });
  }
}

/** No server could be connected to, or none that serves. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
  /** Whether waiting may help. */
  readonly mayPass: boolean;

  constructor(message: string, mayPass: boolean, cause: unknown) {
    super(message, { cause });
    this.mayPass = mayPass;
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map(messageOf).join(", ");
  }
  return error instanceof Error ? error.message : String(error);
}

const serializationFailure = "40001";
const deadlock = "40P01";
const readOnly = "25006";
/** Two found a name free and both took it: whoever looks again finds it taken. */
const uniqueViolation = "23505";
const noSuchStatement = "26000";
const unsupported = "0A000";
/** U+0000 in a text, which PostgreSQL does not keep. Callers' texts alone have it. */
const noSuchCharacter = "22021";
/** Classes of failures that are the machine's or the operator's. */
const machineClasses = ["08", "53", "57", "58", "XX"];
const machineCodes = [serializationFailure, deadlock, "40003", "55P03", readOnly, "25P03", "28000"];

/** Whether the session is worth keeping after the error. */
export function spoilsSession(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  return error instanceof ServerError && (error.code === readOnly || isStaleStatement(error));
}

/** The server turned into a standby: what is connected to it has to look for its successor. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof ServerError && error.code === readOnly;
}

/** A statement that was prepared before the schema changed, or on a server that forgot it. */
function isStaleStatement({ code, routine }: ServerError): boolean {
  return code === noSuchStatement || (code === unsupported && routine === "RevalidateCachedQuery");
}

/** Whether the same again, from the start, may succeed; nothing of the first attempt is left. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  if (error instanceof NotConnected) return error.mayPass;
  if (!(error instanceof ServerError)) return false;
  const { code } = error;
  return (
    code === serializationFailure ||
    code === deadlock ||
    code === uniqueViolation ||
    code === readOnly ||
    isStaleStatement(error)
  );
}

/** Whether a server that says so when it is connected to will say something else soon. */
export function mayConnectLater({ code }: ServerError): boolean {
  return code.startsWith("53") || code.startsWith("57") || code.startsWith("08");
}

/**
 * The machine's failures become ServiceUnavailable, and texts that can not be kept the caller's fault; the
 * others are bugs and stay what they are.
 */
export function toError(error: unknown): unknown {
  if (error instanceof ConnectionLost || error instanceof NotConnected) {
    return metadataUnavailable(error);
  }
  if (!(error instanceof ServerError)) return error;
  const { code } = error;
  if (code === noSuchCharacter) {
    const sentence = "Invalid parameter: a text has the character U+0000";
    return new RegistryError("InvalidParameter", sentence, {}, error);
  }
  const isMachine = machineClasses.includes(code.slice(0, 2)) || machineCodes.includes(code);
  return isMachine || isStaleStatement(error) ? metadataUnavailable(error) : error;
}

export function metadataUnavailable(cause: unknown): RegistryError {
  return new RegistryError(
    "ServiceUnavailable",
    "The metadata store is not available at the moment",
    {},
    cause,
  );
}
