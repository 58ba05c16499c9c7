import { RegistryError } from "../errors.ts";

/** KMS's sentence for a value that breaks a constraint of the API model. Source: KMS API, "Common errors". */
export function kmsValidation(member: string, value: string, constraint: string): RegistryError {
  return new RegistryError(
    "Validation",
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** Something that KMS can do and Entrepot cannot: said, never pretended. */
export function unsupported(sentence: string): RegistryError {
  return new RegistryError("UnsupportedOperation", sentence);
}
