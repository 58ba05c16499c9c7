import { RegistryError } from "../errors.ts";
import { type KmsKey, kmsKeyArn } from "./kms-key.ts";

/** What of a key that may be used is worth remembering. */
export interface UsableKey {
  /** That which seals now. */
  readonly version: number;
}

/**
 * Refuses what a key does not do in its state. Source: KMS, "Key states of AWS KMS keys".
 * @throws Disabled, KmsInvalidState
 */
export function requireUsable(key: KmsKey): void {
  requireNotPending(key);
  if (key.state === "Disabled") {
    throw new RegistryError("Disabled", `${kmsKeyArn(key)} is disabled.`);
  }
}

/** @throws KmsInvalidState for a key that is about to be deleted */
export function requireNotPending(key: KmsKey): void {
  if (key.state !== "PendingDeletion") return;
  throw new RegistryError("KmsInvalidState", `${kmsKeyArn(key)} is pending deletion.`);
}
