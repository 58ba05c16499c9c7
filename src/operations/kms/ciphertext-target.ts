import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { parseCiphertext } from "../../registry/kms/ciphertext.ts";
import { type EncryptionContext, type KmsKey, kmsKeyArn } from "../../registry/kms/kms-key.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { anyKey, keyOf } from "./key-target.ts";

/**
 * The key that a ciphertext is to be opened with: the one that is named, else the one that the ciphertext
 * names.
 * @throws InvalidCiphertext, NotFound, Validation
 */
export async function openingKey(
  keyId: string | undefined,
  blob: Buffer,
  caller: Caller,
  environment: Pick<Environment, "ports">,
  context: EncryptionContext,
): Promise<Resource> {
  const { key } = parseCiphertext(blob);
  if (keyId !== undefined) return anyKey(keyId, caller, environment, context);
  // A key is used in its region alone (I17).
  if (key.registry.region !== caller.region) throw noSuchSource();
  return anyKey(kmsKeyArn(key), caller, environment, context);
}

/**
 * The same key, when the caller was allowed it.
 * @throws AccessDenied where the ciphertext's key is gone, IncorrectKey, NotFound
 */
export async function requireOpeningKey(
  keyId: string | undefined,
  blob: Buffer,
  target: Resource,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<KmsKey> {
  const { key: named } = parseCiphertext(blob);
  if (keyId === undefined) {
    const found = await ports.metadata.kms.keys.find(named);
    if (found === undefined) throw noSuchSource();
    return found;
  }
  const key = await keyOf(ports, caller, target);
  if (kmsKeyArn(key) === kmsKeyArn(named)) return key;
  throw new RegistryError(
    "IncorrectKey",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
}

function noSuchSource(): RegistryError {
  return new RegistryError(
    "AccessDenied",
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
  );
}
