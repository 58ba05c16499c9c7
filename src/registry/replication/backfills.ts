import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { newJob } from "../jobs/job.ts";
import type { Registry } from "../names.ts";
import type { ReplicationBackfill } from "./image-replication.ts";
import { replicationTurn } from "./queue-replication.ts";
import { isSameRegistry, replicationConfiguration } from "./replication-configuration.ts";
import { replicationLimits } from "./replication-limits.ts";

export const backfillKind = "replication-backfill";

export interface BackfillPayload {
  readonly id: string;
}

/** Has the backfill worked on, from that time. */
export function queueBackfill(
  { jobs }: Pick<MetadataChange, "jobs">,
  { registry, id, destination }: Pick<ReplicationBackfill, "registry" | "id" | "destination">,
  runAt: number,
  now: number,
): Promise<void> {
  const payload: BackfillPayload = { id };
  const turn = replicationTurn(registry, destination);
  const wanted = { kind: backfillKind, key: id, turn, registry, payload, runAt };
  return jobs.enqueue(newJob(wanted, now));
}

/**
 * Begins to copy what is there already to a destination of the registry's rules.
 * Source: ECR API, StartReplicationBackfill; spec 5.4.
 * @throws InvalidParameter for a destination that no rule has
 * @throws ReplicationBackfillInProgress while one to the same region is under way
 * @throws LimitExceeded while too many are
 */
export async function startBackfill(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  destination: Registry,
): Promise<ReplicationBackfill> {
  const now = ports.clock.now();
  const backfill: ReplicationBackfill = {
    ...{ registry, id: randomUUID(), destination, status: "PREPARING", failureCode: undefined },
    ...{ total: undefined, completed: 0, failed: 0, failureCodes: [], position: undefined },
    ...{ startedAt: now, endedAt: undefined },
  };
  await ports.metadata.transaction(async (change) => {
    const { rules } = await replicationConfiguration({ metadata: change }, registry);
    const isConfigured = rules.some(({ destinations }) =>
      destinations.some((each) => isSameRegistry(each, destination)),
    );
    if (!isConfigured) {
      const sentence = "Destination is not part of the replication configuration of the registry";
      throw invalidParameter("destination", sentence);
    }
    // Those who start one at the same moment wait for one another here.
    await change.repositories.lockCount(registry);
    const busy = await change.replications.busyBackfills(registry);
    if (!(await change.replications.insertBackfill(backfill))) throw inProgress(destination);
    if (busy >= replicationLimits.backfills) {
      const { backfills } = replicationLimits;
      const sentence = `The registry already has the maximum allowed number of replication backfills in progress which is '${backfills}'`;
      throw new RegistryError("LimitExceeded", sentence);
    }
    await queueBackfill(change, backfill, now, now);
  });
  return backfill;
}

/**
 * Ends a backfill: what is copied, and what is just being copied, stays.
 * Source: ECR API, StopReplicationBackfill.
 * @throws ReplicationBackfillNotFound
 * @throws ReplicationBackfillInvalidStatus when it is over, or about to be
 */
export function stopBackfill(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  id: string,
): Promise<ReplicationBackfill> {
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const current = await change.replications.lockBackfill(registry, id);
    if (current === undefined) throw backfillNotFound(registry, id);
    if (current.status !== "PREPARING" && current.status !== "IN_PROGRESS") {
      throw new RegistryError(
        "ReplicationBackfillInvalidStatus",
        `The replication backfill with id '${id}' cannot be stopped as its status is '${current.status}'`,
      );
    }
    const stopping: ReplicationBackfill = { ...current, status: "STOPPING" };
    await change.replications.replaceBackfill(stopping);
    await queueBackfill(change, current, now, now);
    return stopping;
  });
}

/** @throws ReplicationBackfillNotFound */
export async function findBackfill(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  id: string,
): Promise<ReplicationBackfill> {
  const found = await metadata.replications.backfill(registry, id);
  if (found === undefined) throw backfillNotFound(registry, id);
  return found;
}

function backfillNotFound({ account }: Registry, id: string): RegistryError {
  return new RegistryError(
    "ReplicationBackfillNotFound",
    `The replication backfill with id '${id}' does not exist in the registry with id '${account}'`,
  );
}

function inProgress({ region }: Registry): RegistryError {
  return new RegistryError(
    "ReplicationBackfillInProgress",
    `A replication backfill to the region '${region}' is already in progress`,
  );
}
