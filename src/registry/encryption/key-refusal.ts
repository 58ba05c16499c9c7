import { type ErrorKind, isRegistryError, RegistryError } from "../errors.ts";

/** What KMS calls its refusals where that is not the kind with "Exception". */
const codes: Partial<Record<ErrorKind, string>> = { KmsInvalidState: "KMSInvalidStateException" };

/** A refusal of KMS as ECR tells it: KmsException with KMS's own code. Any other error stays as it is. */
export function keyRefusal(error: unknown): unknown {
  if (!isRegistryError(error) || error.kind === "Kms") return error;
  const kmsError = codes[error.kind] ?? `${error.kind}Exception`;
  return new RegistryError("Kms", error.message, { kmsError }, error);
}
