import {
  type BackfillPayload,
  backfillKind,
  queueBackfill,
} from "../registry/replication/backfills.ts";
import { isUnderWay } from "../registry/replication/image-replication.ts";
import type { Reach } from "../registry/replication/reach.ts";
import { replicationLimits } from "../registry/replication/replication-limits.ts";
import { runBackfill } from "../registry/replication/run-backfill.ts";
import type { JobHandler } from "./job-handler.ts";
import { replicationTurns } from "./replicate-job.ts";

const { attempts, leaseMs, expiryEveryMs, backfillLifeMs, backfillsRemoved, changesRemoved } =
  replicationLimits;

/** Copies what was in a registry before it was to be copied. */
export function replicationBackfillJob(reach: Reach): JobHandler {
  return {
    kind: backfillKind,
    leaseMs,
    turns: replicationTurns,
    maxAttempts: attempts,
    async run(ports, payload, { registry, signal }) {
      const { id } = payload as BackfillPayload;
      if (registry === undefined) return;
      const againAt = await runBackfill(ports, reach, { registry, id }, signal);
      if (againAt === undefined) return;
      await ports.metadata.transaction(async (change) => {
        const backfill = await change.replications.lockBackfill(registry, id);
        if (backfill !== undefined) {
          await queueBackfill(change, backfill, againAt, ports.clock.now());
        }
      });
    },
    async died(change, { registry, payload }, now) {
      const { id } = JSON.parse(payload) as BackfillPayload;
      const backfill = registry && (await change.replications.lockBackfill(registry, id));
      if (backfill === undefined || !isUnderWay(backfill)) return;
      const failureCode = "DestinationUnreachable";
      const ended = { ...backfill, status: "FAILED" as const, failureCode, endedAt: now };
      await change.replications.replaceBackfill(ended);
    },
  };
}

/** Forgets backfills that ended long ago, and removals that no copy can come before any more. */
export const expireReplicationBackfills: JobHandler = {
  kind: "expire-replication-backfills",
  leaseMs,
  everyMs: expiryEveryMs,
  async run({ metadata, clock }, _payload, { signal }) {
    const before = clock.now() - backfillLifeMs;
    let removed: number = backfillsRemoved;
    while (removed === backfillsRemoved) {
      signal.throwIfAborted();
      removed = await metadata.transaction(({ replications }) =>
        replications.removeBackfillsBefore(before, backfillsRemoved),
      );
    }
    for (let more = true; more; ) {
      signal.throwIfAborted();
      const gone = await metadata.transaction(({ replicationChanges }) =>
        replicationChanges.removeExpired(clock.now(), changesRemoved),
      );
      more = gone >= changesRemoved;
    }
  },
};
