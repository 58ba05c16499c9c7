import type { ReplicationBackfillProgress, ReplicationBackfillSummary } from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { ReplicationBackfill } from "../../registry/replication/image-replication.ts";
import { destinationAnswer } from "./replication-shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

export const replicationBackfillId = z.string().min(1).max(64);

/** What starting and stopping answer. */
export function backfillAnswer(backfill: ReplicationBackfill) {
  return {
    replicationBackfillId: backfill.id,
    registryId: backfill.registry.account,
    destination: destinationAnswer(backfill.destination),
    status: backfill.status,
    startedAt: epochSeconds(backfill.startedAt),
  };
}

/** Absent until everything was counted. */
export function progressAnswer({
  total,
  completed,
  failed,
  failureCodes,
}: ReplicationBackfill): Wire<ReplicationBackfillProgress> | undefined {
  if (total === undefined) return undefined;
  return {
    // What was pushed since it was counted is copied as well.
    totalReplicationCount: Math.max(total, completed + failed),
    completedReplicationCount: completed,
    failedReplicationCount: failed,
    failureCodes: [...failureCodes],
  };
}

export function backfillSummary(backfill: ReplicationBackfill): Wire<ReplicationBackfillSummary> {
  const { endedAt, failureCode } = backfill;
  return {
    replicationBackfillId: backfill.id,
    destination: destinationAnswer(backfill.destination),
    status: backfill.status,
    ...(failureCode === undefined ? {} : { failureCode }),
    progress: progressAnswer(backfill),
    startedAt: epochSeconds(backfill.startedAt),
    ...(endedAt === undefined ? {} : { endedAt: epochSeconds(endedAt) }),
  };
}
