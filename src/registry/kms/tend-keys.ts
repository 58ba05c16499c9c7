import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { addKeyEvent } from "../events/key-event.ts";
import { dayMs } from "./create-key.ts";
import { destroyKey } from "./delete-key.ts";
import { type KmsKey, kmsKeyArn } from "./kms-key.ts";
import { kmsLimits } from "./kms-limits.ts";
import { nextVersion } from "./rotate-key.ts";

/**
 * Rotates the keys whose rotation is due, and destroys those whose deletion is; resolves to how many. Each
 * is one transaction that looks again, so that several replicas at once do it once.
 */
export async function tendKeys(ports: Ports, signal: AbortSignal): Promise<number> {
  let tended = 0;
  for (;;) {
    const now = ports.clock.now();
    const due = await ports.metadata.kms.keys.due(now, kmsLimits.dueBatch);
    let done = 0;
    for (const key of due) {
      signal.throwIfAborted();
      if (await tendKey(ports, key, now)) done += 1;
    }
    tended += done;
    if (due.length < kmsLimits.dueBatch || done === 0) return tended;
  }
}

async function tendKey(ports: Ports, found: KmsKey, now: number): Promise<boolean> {
  const done = await ports.metadata.transaction(async (change) => {
    const { kms, audit } = change;
    const note = (eventName: string) =>
      noteService(
        ports,
        { audit },
        {
          ...{ registry: found.registry, eventSource: "kms.amazonaws.com", eventName },
          ...{ arn: kmsKeyArn(found), details: { keyId: found.id } },
        },
      );
    const key = await kms.keys.lock(found);
    if (key === undefined) return false;
    if (key.state === "PendingDeletion") {
      if (key.deletionAt === undefined || key.deletionAt > now) return false;
      await destroyKey(kms, key);
      await addKeyEvent(change, key, "Deletion", now);
      await note("DeleteKey");
      return true;
    }
    // A disabled key is rotated once it is enabled again. Source: KMS, "Rotate AWS KMS keys".
    if (key.state !== "Enabled" || key.rotation === undefined) return false;
    const { periodDays, nextAt } = key.rotation;
    if (nextAt > now) return false;
    const rotation = { periodDays, nextAt: now + periodDays * dayMs };
    await kms.keys.replace(await nextVersion(ports, change, { ...key, rotation }, "AUTOMATIC"));
    await note("RotateKey");
    return true;
  });
  if (done) ports.memory.access.forgetKmsKey(found);
  return done;
}
