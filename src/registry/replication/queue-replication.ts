import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { ReplicationLane } from "../../ports/replication-store.ts";
import { newJob } from "../jobs/job.ts";
import { turnOf } from "../jobs/turns.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { destinationKey } from "./replication-configuration.ts";

export const replicateKind = "replicate";

/** What the job is told: which lane it works on. */
export interface ReplicatePayload {
  readonly repositoryId: string;
  readonly destination: Registry;
}

/** Each registry has its turn at each destination. */
export function replicationTurn(from: Registry, destination: Registry): string {
  return turnOf(destination.region, `${destination.account} ${destinationKey(from)}`);
}

/** Has the lane worked on, from that time. Asked for twice while it waits, it is worked on once. */
export function queueLane(
  { jobs }: Pick<MetadataChange, "jobs">,
  { repository: { registry, id }, destination }: ReplicationLane,
  runAt: number,
  now: number,
): Promise<void> {
  const payload: ReplicatePayload = { repositoryId: id, destination };
  const key = `${id} ${destinationKey(destination)}`;
  const turn = replicationTurn(registry, destination);
  return jobs.enqueue(newJob({ kind: replicateKind, key, turn, registry, payload, runAt }, now));
}

/** Has an image copied, with those tags and the ones that it waits for already, or missed when it failed. */
export async function queueReplication(
  change: MetadataChange,
  repository: RepositoryRef,
  { digest, tags }: { readonly digest: Digest; readonly tags: readonly Tag[] },
  destination: Registry,
  now: number,
): Promise<void> {
  const { registry, id } = repository;
  const key = { repository: { registry, id }, digest, destination };
  const known = await change.replications.lock(key);
  const waits = known?.status === "IN_PROGRESS" ? known : undefined;
  const missing = known?.status === "COMPLETE" ? undefined : known?.tags;
  await change.replications.put({
    ...key,
    ...{ status: "IN_PROGRESS", failureCode: undefined, failure: undefined },
    tags: [...new Set([...(missing ?? []), ...tags])],
    revision: (known?.revision ?? 0) + 1,
    ...{ attempts: 0, dueAt: now, requestedAt: waits?.requestedAt ?? now, endedAt: undefined },
  });
  await queueLane(change, key, now, now);
}
