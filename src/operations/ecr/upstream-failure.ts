import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { TermsRefusal } from "../../registry/pull-through-cache/cache-terms.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";

/** Why the upstream of a pull through cache rule did not give an image. Source: ECR API, ImageFailureCode. */
export type UpstreamFailureCode =
  | "UpstreamAccessDenied"
  | "UpstreamTooManyRequests"
  | "UpstreamUnavailable";

/**
 * The failure of one image that is the upstream's, or that of the rule's terms; `undefined` for every
 * other error.
 */
export function upstreamFailureCode(error: unknown): UpstreamFailureCode | undefined {
  if (error instanceof TermsRefusal) return "UpstreamAccessDenied";
  if (!isOfUpstream(error) || !(error.cause instanceof TakeoverFailure)) return undefined;
  if (error.kind === "AccessDenied") return "UpstreamAccessDenied";
  if (error.kind === "Throttling") return "UpstreamTooManyRequests";
  return error.cause.kind === "passing" ? "UpstreamUnavailable" : undefined;
}

/** The same error, as ECR names what keeps it from asking an upstream, or from taking what that gives. */
export function unableToGet(
  kind: "UnableToGetUpstreamImage" | "UnableToGetUpstreamLayer",
  error: unknown,
): unknown {
  const isSecret = secretKinds.some((each) => isRegistryError(error, each));
  if (!isSecret && !isOfUpstream(error)) return error;
  return new RegistryError(kind, (error as RegistryError).message, {}, error);
}

const secretKinds = [
  ...(["SecretNotFound", "UnableToAccessSecret", "UnableToDecryptSecretValue"] as const),
];

/** Whether it was said of an upstream, or of what came from there. */
function isOfUpstream(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError)) return false;
  const isUntakable = error.kind === "ServiceUnavailable" && error.cause instanceof RegistryError;
  return error.cause instanceof TakeoverFailure || isUntakable;
}
