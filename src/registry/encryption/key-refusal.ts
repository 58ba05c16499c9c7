import { type ErrorKind, isRegistryError, RegistryError } from "../errors.ts";

/** What KMS calls its refusals where that is not the kind with "Exception". */
const codes: Partial<Record<ErrorKind, string>> = { KmsInvalidState: "KMSInvalidStateException" };

/**
 * A refusal of KMS as ECR tells it: KmsException with KMS's own code. Any other error stays as it is,
 * also that nothing can be written or read at the moment.
 */
export function keyRefusal(error: unknown): unknown {
  if (!isRegistryError(error)) return error;
  if (error.kind === "Kms" || error.kind === "ServiceUnavailable") return error;
  const kmsError = codes[error.kind] ?? `${error.kind}Exception`;
  return new RegistryError("Kms", error.message, { kmsError }, error);
}
