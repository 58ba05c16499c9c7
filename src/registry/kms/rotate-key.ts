import { createHash } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addKeyEvent } from "../events/key-event.ts";
import { changeKey } from "./change-key.ts";
import { addVersion, dayMs } from "./create-key.ts";
import { type KmsKey, type KmsKeyRef, type KmsKeyVersion, kmsKeyArn } from "./kms-key.ts";
import { kmsLimits } from "./kms-limits.ts";
import { requireUsable } from "./require-usable.ts";

type KeyPorts = Pick<Ports, "metadata" | "memory" | "keys" | "clock">;

/**
 * Has the key rotated every so many days from now on; where no number is given every year, also a key that
 * had another period. The same period again changes nothing. Source: KMS API, EnableKeyRotation.
 * @throws NotFound, NotAuthorized, Disabled, KmsInvalidState
 */
export function enableRotation(
  ports: Pick<KeyPorts, "metadata" | "memory" | "clock">,
  ref: KmsKeyRef,
  periodDays: number = kmsLimits.rotationDefaultDays,
): Promise<KmsKey> {
  return changeKey(ports, ref, (key) => {
    requireUsable(key);
    if (key.rotation?.periodDays === periodDays) return key;
    return { ...key, rotation: { periodDays, nextAt: ports.clock.now() + periodDays * dayMs } };
  });
}

/** @throws NotFound, NotAuthorized, Disabled, KmsInvalidState */
export function disableRotation(
  ports: Pick<KeyPorts, "metadata" | "memory">,
  ref: KmsKeyRef,
): Promise<KmsKey> {
  return changeKey(ports, ref, (key) => {
    requireUsable(key);
    return { ...key, rotation: undefined };
  });
}

/**
 * A new version at once; what older ones sealed opens as before. The next automatic rotation stays when
 * it was. Source: KMS API, RotateKeyOnDemand.
 * @throws NotFound, NotAuthorized, Disabled, KmsInvalidState, LimitExceeded, Conflict
 */
export function rotateOnDemand(ports: KeyPorts, ref: KmsKeyRef): Promise<KmsKey> {
  return changeKey(ports, ref, (key, change) => {
    requireUsable(key);
    const most = kmsLimits.rotationsOnDemand;
    if (key.rotationsOnDemand >= most) {
      const sentence = `${kmsKeyArn(key)} was rotated on demand ${most} times, which is the most.`;
      throw new RegistryError("LimitExceeded", sentence);
    }
    const close = ports.clock.now() + kmsLimits.rotationCloseMs;
    if (key.rotation !== undefined && key.rotation.nextAt <= close) {
      const sentence = `The automatic rotation of ${kmsKeyArn(key)} is about to begin.`;
      throw new RegistryError("Conflict", sentence);
    }
    const counted = { ...key, rotationsOnDemand: key.rotationsOnDemand + 1 };
    return nextVersion(ports, change, counted, "ON_DEMAND");
  });
}

/** The key with a new version, to be written. */
export async function nextVersion(
  ports: Pick<Ports, "keys" | "clock">,
  change: MetadataChange,
  key: KmsKey,
  origin: "AUTOMATIC" | "ON_DEMAND",
): Promise<KmsKey> {
  const next = { ...key, version: key.version + 1 };
  await addVersion(ports, change.kms, next, origin);
  await addKeyEvent(change, key, "Rotation", ports.clock.now());
  return next;
}

/** What KMS calls KeyMaterialId: 64 hexadecimal digits that name a version and tell nothing of it. */
export function keyMaterialId({ key, version }: Pick<KmsKeyVersion, "key" | "version">): string {
  return createHash("sha256")
    .update(`${kmsKeyArn(key)} ${version}`)
    .digest("hex");
}
