import type { KmsChange } from "../../ports/kms-store.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { noSuchKey } from "./find-key.ts";
import { type KmsKey, type KmsKeyRef, kmsKeyArn } from "./kms-key.ts";

/**
 * Replaces the key by what `change` makes of it, which nobody else changes meanwhile. The key of a service
 * is changed by nobody: its policy allows it to nobody either.
 * @throws NotFound, NotAuthorized, and what `change` throws
 */
export async function changeKey(
  ports: Pick<Ports, "metadata" | "memory">,
  ref: KmsKeyRef,
  change: (key: KmsKey, tables: MetadataChange) => KmsKey | Promise<KmsKey>,
): Promise<KmsKey> {
  const changed = await ports.metadata.transaction(async (tables) => {
    const key = await lockKey(tables.kms, ref);
    requireCustomerManaged(key);
    const next = await change(key, tables);
    await tables.kms.keys.replace(next);
    return next;
  });
  ports.memory.access.forgetKmsKey(ref);
  return changed;
}

/** @throws NotFound */
export async function lockKey(kms: KmsChange, ref: KmsKeyRef): Promise<KmsKey> {
  const key = await kms.keys.lock(ref);
  if (key === undefined) throw noSuchKey(kmsKeyArn(ref));
  return key;
}

/** @throws NotAuthorized */
export function requireCustomerManaged(key: KmsKey): void {
  if (key.manager === "CUSTOMER") return;
  const sentence = `${kmsKeyArn(key)} is managed by AWS and cannot be changed.`;
  throw new RegistryError("NotAuthorized", sentence);
}
