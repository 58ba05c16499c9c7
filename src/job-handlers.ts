/** What a worker does: of the composition root, the part that knows all jobs. */
import type { Logger } from "./adapters/telemetry/log.ts";
import type { Metrics } from "./adapters/telemetry/metrics.ts";
import type { Config } from "./config.ts";
import type { TrailTargets } from "./ports/trail-target.ts";
import { assessCosts } from "./workers/assess-costs.ts";
import { countQuotaJob } from "./workers/count-quota-job.ts";
import { deliverTrailsJob } from "./workers/deliver-trails.ts";
import { expireArchives, purgeArchiveJob } from "./workers/expire-archives.ts";
import { expireDeadLetters } from "./workers/expire-dead-letters.ts";
import { expireEvents } from "./workers/expire-events.ts";
import { expireImagesInUse } from "./workers/expire-images-in-use.ts";
import { expireLeases } from "./workers/expire-leases.ts";
import { expireSessions } from "./workers/expire-sessions.ts";
import type { JobHandler } from "./workers/job-handler.ts";
import { lifecycleJob } from "./workers/lifecycle-job.ts";
import { lifecyclePreviewJob } from "./workers/lifecycle-preview-job.ts";
import { matchAgainJob } from "./workers/match-again-job.ts";
import { reclaimJob } from "./workers/reclaim-job.ts";
import { rekeyJob } from "./workers/rekey-job.ts";
import { replayEventsJob } from "./workers/replay-events-job.ts";
import { scanImageJob } from "./workers/scan-image-job.ts";
import { sweepUploads } from "./workers/sweep-uploads.ts";
import { tendKeysJob } from "./workers/tend-keys-job.ts";
import { expireUsageJob, sampleUsageJob } from "./workers/usage-jobs.ts";
import { watchQuotas } from "./workers/watch-quotas.ts";
import { expireAudit } from "./workers/write-audit.ts";
import { expireKeyUses } from "./workers/write-key-uses.ts";

interface JobParts {
  readonly log: Logger;
  /** Gives up what uploads have left behind in a shared store. */
  readonly sweep: (begunBefore: number) => Promise<number>;
  /** Where trails write. */
  readonly targets: TrailTargets;
  readonly metrics: Pick<Metrics, "reclaimed" | "lifecycleRan">;
}

export function jobHandlers(
  { gcIntervalMs, lifecycleIntervalMs, trashMs, eventMs, audit, account, region }: Config,
  { log, sweep, metrics, targets }: JobParts,
): readonly JobHandler[] {
  const home = { account, region };
  return [
    reclaimJob({
      home,
      everyMs: gcIntervalMs,
      reclaimed: (what) => {
        metrics.reclaimed(what);
        if (Object.values(what).some((count) => count > 0)) log.info({ event: "gc", ...what });
      },
      failed: (err) => log.error({ event: "gc", err }, "garbage collection failed"),
    }),
    lifecycleJob({
      everyMs: lifecycleIntervalMs,
      trashMs,
      ran: ({ name, expired, archived, untagged, failed, freedBytes }) => {
        const what = { expired, archived, untagged, failed, freedBytes };
        metrics.lifecycleRan(what);
        log.info({ event: "lifecycle", repository: name, ...what });
      },
      failed: (err, repository) =>
        log.error({ event: "lifecycle", repository, err }, "a lifecycle policy could not be run"),
    }),
    lifecyclePreviewJob,
    expireLeases,
    expireEvents(eventMs),
    expireArchives,
    purgeArchiveJob,
    replayEventsJob,
    expireSessions,
    expireImagesInUse,
    expireKeyUses,
    expireDeadLetters,
    sampleUsageJob,
    expireUsageJob,
    expireAudit(audit),
    deliverTrailsJob({
      ...{ targets, account },
      failed: (err, { registry: of, name }) =>
        log.error({ event: "trail", ...of, trail: name, err }, "a trail could not be written"),
    }),
    tendKeysJob,
    rekeyJob,
    countQuotaJob,
    scanImageJob,
    matchAgainJob(
      (err, repository) =>
        log.error({ event: "scans", repository, err }, "an image could not be matched again"),
      (what) => {
        if (what.matched + what.expired > 0) log.info({ event: "scans", ...what });
      },
    ),
    watchQuotas(({ quota: { registry, ...quota }, used }) =>
      log.warn({ event: "quota", ...registry, ...quota, used }, "a quota is over its soft limit"),
    ),
    sweepUploads(sweep, home),
    assessCosts(trashMs, (err, repository) =>
      log.error({ event: "costs", repository, err }, "a repository could not be assessed"),
    ),
  ];
}
