import { RegistryError } from "../errors.ts";
import { imageNotFound } from "../images/get-image.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";

/**
 * What a client is told of an upstream that did not give what it wanted; all else stays what it is.
 * Source: ECR, "Pull through cache", spec 6.3.
 */
export function upstreamRefusal(error: unknown): unknown {
  if (!(error instanceof TakeoverFailure)) return error;
  const { kind, status, message } = error;
  if (kind === "missing") return imageNotFound();
  if (status === 401 || status === 403)
    return new RegistryError("AccessDenied", message, {}, error);
  if (status === 429) return new RegistryError("Throttling", message, {}, error);
  return new RegistryError("ServiceUnavailable", message, {}, error);
}
