import type { MetadataChange } from "../../ports/metadata-store.ts";
import { type KmsKeyRef, kmsKeyArn } from "../kms/kms-key.ts";
import { addEvent } from "./new-event.ts";

/**
 * The material of a key was rotated, or a key whose deletion was scheduled is gone. Imported material,
 * whose end KMS tells too, is not there.
 * Source: KMS, "Monitor KMS keys with Amazon EventBridge".
 * @param key locked by this transaction
 */
export function addKeyEvent(
  change: Pick<MetadataChange, "outbox">,
  key: KmsKeyRef,
  what: "Rotation" | "Deletion",
  at: number,
): Promise<void> {
  return addEvent(change, key.registry, {
    source: "aws.kms",
    at,
    detailType: `KMS CMK ${what}`,
    resources: [kmsKeyArn(key)],
    detail: { "key-id": key.id },
    partition: key.id,
  });
}
