import type { Ports } from "../../ports/ports.ts";
import { invariant, RegistryError } from "../../registry/errors.ts";
import { openGrantToken } from "../../registry/kms/grant-token.ts";
import { unsupported } from "../../registry/kms/kms-error.ts";

/**
 * Grant tokens are checked and have nothing to do: a grant is in force at once.
 * @throws InvalidGrantToken
 */
export function checkGrantTokens(ports: Pick<Ports, "keys">, tokens: readonly string[]): void {
  for (const token of tokens) openGrantToken(ports, token);
}

/** @throws DryRunOperation where the call was to try out whether it would be done */
export function endDryRun(dryRun: boolean): void {
  if (!dryRun) return;
  throw new RegistryError(
    "DryRunOperation",
    "The request would have succeeded, but the DryRun option is set.",
  );
}

/** Keys here are symmetric. @throws InvalidKeyUsage */
export function requireSymmetric(algorithm: string): void {
  if (algorithm === "SYMMETRIC_DEFAULT") return;
  const sentence = `Algorithm ${algorithm} and key spec SYMMETRIC_DEFAULT are incompatible.`;
  throw new RegistryError("InvalidKeyUsage", sentence);
}

/** There are no enclaves here whose attestation could be verified. @throws UnsupportedOperation */
export function requireNoRecipient(recipient: unknown): void {
  if (recipient !== undefined) throw unsupported("Recipient is not supported.");
}

/** @throws UnsupportedOperation */
export function requireNoModifiers(modifiers: readonly string[] | undefined): void {
  if ((modifiers ?? []).length > 0) throw unsupported("DryRunModifiers are not supported.");
}

/** @throws UnsupportedOperation */
export function requireNoServicePrincipal(service: string | undefined): void {
  if (service !== undefined) throw unsupported("Grants to service principals are not supported.");
}

/** @throws UnsupportedOperation */
export function requireNoKeyStore(customKeyStoreId: string | undefined): void {
  if (customKeyStoreId !== undefined) throw unsupported("Custom key stores are not supported.");
}

const specBytes = { AES_128: 16, AES_256: 32 } as const;

/** How long a data key is. @throws Validation unless it is said in one way */
export function dataKeyBytes({
  KeySpec,
  NumberOfBytes,
}: {
  readonly KeySpec?: keyof typeof specBytes | undefined;
  readonly NumberOfBytes?: number | undefined;
}): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw new RegistryError("Validation", "Please specify either number of bytes or key spec.");
  }
  const length = NumberOfBytes ?? (KeySpec && specBytes[KeySpec]);
  invariant(length !== undefined, "a data key has a length");
  return length;
}
