import type { Ports } from "../../ports/ports.ts";
import type { ReplicationLane } from "../../ports/replication-store.ts";
import { retryDelayMs } from "../jobs/retry-delay.ts";
import type { Repository } from "../repositories/repository.ts";
import { copyImage } from "./copy-image.ts";
import type { ImageReplication } from "./image-replication.ts";
import type { Reach } from "./reach.ts";
import { destinationKey } from "./replication-configuration.ts";
import { addGivenUpEvent, addReplicationFailure } from "./replication-event.ts";
import { failureOf, type ReplicationFailure } from "./replication-failure.ts";
import { replicationLimits } from "./replication-limits.ts";
import { sendChanges } from "./send-changes.ts";
import { targetOf } from "./target-of.ts";

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
  return copyDue(ports, reach, lane, signal, chance);
}

async function copyDue(
  ports: Ports,
  reach: Reach,
  lane: ReplicationLane & { readonly repository: Repository },
  signal: AbortSignal,
  chance: () => number,
): Promise<{ readonly notBefore: number }> {
  const { imagesAtOnce, imagesPerRun } = replicationLimits;
  for (let copied = 0; copied < imagesPerRun; ) {
    const some = await ports.metadata.replications.due(lane, ports.clock.now(), imagesAtOnce);
    if (some.length === 0) break;
    for (const each of some) {
      signal.throwIfAborted();
      const failure = await replicate(ports, reach, lane.repository, each, signal, chance());
      copied += 1;
      if (failure?.isOfDestination === true) {
        const delay = retryDelayMs(each.attempts + 1, chance());
        return { notBefore: ports.clock.now() + delay };
      }
    }
  }
  return { notBefore: 0 };
}

/** One image, and what becomes of it. */
async function replicate(
  ports: Ports,
  reach: Reach,
  repository: Repository,
  replication: ImageReplication,
  signal: AbortSignal,
  chance: number,
): Promise<ReplicationFailure | undefined> {
  const { digest, tags, destination } = replication;
  try {
    const target = targetOf(ports, reach, repository, destination);
    await copyImage(ports, { repository, digest, tags }, target, signal);
    await end(ports, reach, replication, undefined, chance);
    return undefined;
  } catch (error) {
    signal.throwIfAborted(); // It was not the image's doing.
    const failure = failureOf(error);
    await end(ports, reach, replication, failure, chance);
    return failure;
  }
}

/** Writes it down, unless something more was asked for meanwhile: then that is done, too. */
function end(
  ports: Ports,
  reach: Reach,
  replication: ImageReplication,
  failure: ReplicationFailure | undefined,
  chance: number,
): Promise<void> {
  return ports.metadata.transaction(async (change) => {
    const repository = await change.repositories.lockById(replication.repository);
    const current = await change.replications.lock(replication);
    if (repository === undefined || current?.revision !== replication.revision) return;
    const now = ports.clock.now();
    const attempts = current.attempts + 1;
    if (failure === undefined) {
      await change.replications.put({
        ...{ ...current, status: "COMPLETE", attempts, tags: [], dueAt: undefined, endedAt: now },
        ...{ failureCode: undefined, failure: undefined },
      });
      return;
    }
    const told = { ...current, attempts, failureCode: failure.code, failure: failure.sentence };
    if (!failure.isFinal && attempts < replicationLimits.attempts) {
      const dueAt = now + retryDelayMs(attempts, chance);
      await change.replications.put({ ...told, dueAt });
      return;
    }
    await change.replications.put({ ...told, status: "FAILED", dueAt: undefined, endedAt: now });
    const { destination, digest, tags } = replication;
    const { code } = failure;
    await addGivenUpEvent(change, repository, {
      ...{ action: "COPY", digest, tags, destination, code, at: now },
    });
    // Who may not come in tells nothing there, and a peer's events are its own.
    if (failure.code === "AccessDenied" || !reach.regions.includes(destination.region)) return;
    const from = repository.registry;
    await addReplicationFailure(change, destination, repository.name, {
      from,
      digest,
      tags,
      at: now,
    });
  });
}
