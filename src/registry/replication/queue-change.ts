import type { MetadataChange } from "../../ports/metadata-store.ts";
import { queueLane } from "./queue-replication.ts";
import type { ReplicationChangeKey } from "./replication-change.ts";

/**
 * Has a change of the locked repository go to a destination. Of two of the same thing that wait, one
 * goes: the later.
 */
export async function queueChange(
  change: MetadataChange,
  { repository, destination, kind, target }: ReplicationChangeKey,
  at: number,
  now: number,
): Promise<void> {
  const { registry, id } = repository;
  const key = { repository: { registry, id }, destination, kind, target };
  const known = await change.replicationChanges.find(key);
  const waits = known?.status === "IN_PROGRESS" ? known : undefined;
  await change.replicationChanges.put({
    ...{ ...key, at: Math.max(at, known?.at ?? at), status: "IN_PROGRESS" },
    ...{ failureCode: undefined, failure: undefined, expiresAt: undefined },
    ...{ revision: (known?.revision ?? 0) + 1, attempts: 0, dueAt: now },
    requestedAt: waits?.requestedAt ?? now,
  });
  await queueLane(change, key, now, now);
}
