import type { KmsChange } from "../../ports/kms-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { changeKey } from "./change-key.ts";
import { dayMs } from "./create-key.ts";
import { type KmsKey, type KmsKeyRef, kmsKeyArn } from "./kms-key.ts";
import { requireNotPending } from "./require-usable.ts";

type KeyPorts = Pick<Ports, "metadata" | "memory" | "clock">;

/**
 * The key is of no use from now on, and is destroyed after so many days. Source: KMS API,
 * ScheduleKeyDeletion.
 * @throws NotFound, NotAuthorized, KmsInvalidState where it is pending already
 */
export function scheduleDeletion(ports: KeyPorts, ref: KmsKeyRef, days: number): Promise<KmsKey> {
  return changeKey(ports, ref, (key) => {
    requireNotPending(key);
    return { ...key, state: "PendingDeletion", deletionAt: ports.clock.now() + days * dayMs };
  });
}

/**
 * The key stays, disabled. Source: KMS API, CancelKeyDeletion.
 * @throws NotFound, NotAuthorized, KmsInvalidState
 */
export function cancelDeletion(ports: KeyPorts, ref: KmsKeyRef): Promise<KmsKey> {
  return changeKey(ports, ref, (key) => {
    if (key.state !== "PendingDeletion") {
      const sentence = `${kmsKeyArn(key)} is not pending deletion.`;
      throw new RegistryError("KmsInvalidState", sentence);
    }
    return { ...key, state: "Disabled", deletionAt: undefined };
  });
}

/** Destroys the material, and all that belongs to the key. Nothing brings it back. */
export async function destroyKey(kms: KmsChange, key: KmsKeyRef): Promise<void> {
  await kms.keys.removeVersions(key);
  await kms.aliases.removeOf(key);
  await kms.grants.removeOf(key);
  await kms.keys.remove(key);
}
