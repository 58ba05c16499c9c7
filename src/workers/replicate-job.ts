import { randomInt } from "node:crypto";
import type { Ports } from "../ports/ports.ts";
import type { TurnRule } from "../registry/jobs/turns.ts";
import {
  queueLane,
  type ReplicatePayload,
  replicateKind,
} from "../registry/replication/queue-replication.ts";
import type { Reach } from "../registry/replication/reach.ts";
import { replicationLimits } from "../registry/replication/replication-limits.ts";
import { runLane } from "../registry/replication/run-lane.ts";
import { isHiddenName } from "../registry/trash/trash.ts";
import type { JobHandler } from "./job-handler.ts";

const chances = 1_000;

/** A destination that hangs leaves room for others, and replication for what is none. */
export const replicationTurns: TurnRule = {
  group: "replication",
  atOnce: replicationLimits.lanesAtOnce,
  ofWay: replicationLimits.lanesToRegionAtOnce,
};

/** Copies images to other registries: one job for each repository and destination. */
export function replicateJob(reach: Reach): JobHandler {
  return {
    kind: replicateKind,
    leaseMs: replicationLimits.leaseMs,
    turns: replicationTurns,
    // Each image has tries of its own: the job itself is never given up.
    maxAttempts: Number.POSITIVE_INFINITY,
    async run(ports: Ports, payload, { registry, signal }) {
      const { repositoryId: id, destination } = payload as ReplicatePayload;
      if (registry === undefined) return;
      const repository = await ports.metadata.repositories.findById({ registry, id });
      if (repository === undefined || isHiddenName(repository.name)) return;
      const lane = { repository, destination };
      const chance = () => randomInt(chances) / chances;
      const againAt = await runLane(ports, reach, lane, signal, chance);
      if (againAt === undefined) return;
      // It runs while it is asked for again: that is what it will do.
      await ports.metadata.transaction((change) =>
        queueLane(change, lane, againAt, ports.clock.now()),
      );
    },
  };
}
