import type { Reach } from "../registry/replication/reach.ts";
import {
  type RepositoryRemovalPayload,
  type RestoredPayload,
  removeRepositoryKind,
  replicateRestoredKind,
} from "../registry/replication/record-repository-removal.ts";
import { replicateRestored } from "../registry/replication/replicate-restored.ts";
import { replicationLimits } from "../registry/replication/replication-limits.ts";
import {
  sendRepositoryRemoval,
  tellGivenUp,
} from "../registry/replication/send-repository-removal.ts";
import type { JobHandler } from "./job-handler.ts";
import { replicationTurns } from "./replicate-job.ts";

const { attempts, leaseMs } = replicationLimits;

/** Has a repository that was deleted go elsewhere: one job for each repository and destination. */
export function removeRepositoryJob(reach: Reach): JobHandler {
  return {
    kind: removeRepositoryKind,
    leaseMs,
    turns: replicationTurns,
    maxAttempts: attempts,
    async run(ports, payload, { registry, signal }) {
      if (registry === undefined) return;
      const removal = payload as RepositoryRemovalPayload;
      await sendRepositoryRemoval(ports, reach, registry, removal, signal);
    },
    async died(change, { registry, payload }, now) {
      if (registry === undefined) return;
      const removal = JSON.parse(payload) as RepositoryRemovalPayload;
      await tellGivenUp(change, registry, removal, "DestinationUnreachable", now);
    },
  };
}

/** Copies what a repository has that came back from the trash. */
export const replicateRestoredJob: JobHandler = {
  kind: replicateRestoredKind,
  leaseMs,
  maxAttempts: attempts,
  async run(ports, payload, { registry, signal }) {
    if (registry === undefined) return;
    await replicateRestored(ports, registry, payload as RestoredPayload, signal);
  },
};
