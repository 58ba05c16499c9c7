import type { Ports } from "../../ports/ports.ts";
import type { ReplicationLane } from "../../ports/replication-store.ts";
import { retryDelayMs } from "../jobs/retry-delay.ts";
import type { Repository } from "../repositories/repository.ts";
import { copyDue } from "./copy-due.ts";
import type { Reach } from "./reach.ts";
import { destinationKey } from "./replication-configuration.ts";
import { replicationLimits } from "./replication-limits.ts";
import { sendChanges } from "./send-changes.ts";

/**
 * One at a time copies from a repository to a registry, among all replicas: so that what was pushed
 * last is copied last to where no transaction reaches.
 * @returns `undefined`, and nothing done, while somebody else does
 */
export async function exclusivelyInLane<T>(
  ports: Ports,
  { repository, destination }: ReplicationLane,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const name = `replication/${repository.id}/${destinationKey(destination)}`;
  const release = await ports.exclusive.tryAcquire(name);
  if (release === undefined) return undefined;
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * Copies what is due from a repository to a registry. What fails is tried again later, or given up;
 * either way the others go on, but where the destination as a whole can not be reached.
 * @param chance from 0 to 1: part of how long to wait for the next try
 * @returns when the lane is to be worked on again; `undefined`: there is nothing left
 */
export async function runLane(
  ports: Ports,
  reach: Reach,
  lane: ReplicationLane & { readonly repository: Repository },
  signal: AbortSignal,
  chance: () => number,
): Promise<number | undefined> {
  const done = await exclusivelyInLane(ports, lane, () =>
    workThrough(ports, reach, lane, signal, chance),
  );
  if (done === undefined) return ports.clock.now() + replicationLimits.busyMs;
  const { replications, replicationChanges } = ports.metadata;
  const next = [await replications.nextDueAt(lane), await replicationChanges.nextDueAt(lane)];
  const due = next.filter((at) => at !== undefined);
  return due.length === 0 ? undefined : Math.max(Math.min(...due), done.notBefore);
}

/** Changes first, which are small. */
async function workThrough(
  ports: Ports,
  reach: Reach,
  lane: ReplicationLane & { readonly repository: Repository },
  signal: AbortSignal,
  chance: () => number,
): Promise<{ readonly notBefore: number }> {
  const failure = await sendChanges(ports, reach, lane, signal, chance);
  if (failure?.isOfDestination === true) {
    return { notBefore: ports.clock.now() + retryDelayMs(1, chance()) };
  }
  return copyDue({ ports, reach, lane, signal, chance });
}
