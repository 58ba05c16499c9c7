/** What a worker does: of the composition root, the part that knows all jobs. */
import { ImportUnderWay } from "../adapters/advisories/index-directory.ts";
import type { Logger } from "../adapters/telemetry/log.ts";
import type { Metrics } from "../adapters/telemetry/metrics.ts";
import type { Config } from "../config.ts";
import type { AuditReceivers } from "../ports/audit-receiver.ts";
import type { TrailTargets } from "../ports/trail-target.ts";
import { version } from "../program-version.ts";
import type { Reach } from "../registry/replication/reach.ts";
import { promoteImageJob, recheckApprovalsJob } from "../workers/approval-jobs.ts";
import { assessCosts } from "../workers/assess-costs.ts";
import { countQuotaJob } from "../workers/count-quota-job.ts";
import { deliverTrailsJob } from "../workers/deliver-trails.ts";
import { endWaiversJob } from "../workers/end-waivers.ts";
import { expireArchives, purgeArchiveJob } from "../workers/expire-archives.ts";
import { expireDeadLetters } from "../workers/expire-dead-letters.ts";
import { expireEvents } from "../workers/expire-events.ts";
import { expireImagesInUse } from "../workers/expire-images-in-use.ts";
import { expireLeases } from "../workers/expire-leases.ts";
import { expireSessions } from "../workers/expire-sessions.ts";
import { forwardAuditJob } from "../workers/forward-audit.ts";
import { galleryAccountJob, galleryRepositoryJob } from "../workers/gallery-jobs.ts";
import type { JobHandler } from "../workers/job-handler.ts";
import { judgeImageJob, judgeRegistryJob } from "../workers/judge-images-job.ts";
import { lifecycleJob } from "../workers/lifecycle-job.ts";
import { lifecyclePreviewJob } from "../workers/lifecycle-preview-job.ts";
import { matchAgainJob } from "../workers/match-again-job.ts";
import { reclaimJob } from "../workers/reclaim-job.ts";
import { rekeyJob } from "../workers/rekey-job.ts";
import { removeSecretsJob } from "../workers/remove-secrets-job.ts";
import { replayEventsJob } from "../workers/replay-events-job.ts";
import { replicateJob } from "../workers/replicate-job.ts";
import { removeRepositoryJob, replicateRestoredJob } from "../workers/replicate-repository-jobs.ts";
import {
  expireReplicationBackfills,
  replicationBackfillJob,
} from "../workers/replication-backfill-job.ts";
import { sbomExportJob } from "../workers/sbom-export-job.ts";
import { scanImageJob } from "../workers/scan-image-job.ts";
import { scanRegistry } from "../workers/scan-registry-job.ts";
import { signImageJob } from "../workers/sign-image-job.ts";
import { sweepUploads } from "../workers/sweep-uploads.ts";
import { tendKeysJob } from "../workers/tend-keys-job.ts";
import { type FetchedAdvisories, updateAdvisoriesJob } from "../workers/update-advisories-job.ts";
import { expireUsageJob, sampleUsageJob } from "../workers/usage-jobs.ts";
import { watchQuotas } from "../workers/watch-quotas.ts";
import { expireAudit } from "../workers/write-audit.ts";
import { expireKeyUses } from "../workers/write-key-uses.ts";

interface JobParts {
  readonly log: Logger;
  /** Gives up what uploads have left behind in a shared store. */
  readonly sweep: (begunBefore: number) => Promise<number>;
  /** Where trails write. */
  readonly targets: TrailTargets;
  /** Who is told audit records. */
  readonly receivers: AuditReceivers;
  /** Where copies of images can go. */
  readonly reach: Reach;
  readonly fetchAdvisories: () => Promise<FetchedAdvisories>;
  readonly metrics: Pick<Metrics, "reclaimed" | "lifecycleRan" | "audit">;
}

export function jobHandlers(
  config: Config,
  { log, sweep, metrics, targets, receivers, reach, fetchAdvisories }: JobParts,
): readonly JobHandler[] {
  const { gcIntervalMs, lifecycleIntervalMs, trashMs, eventMs, audit, account, region } = config;
  const { vulnerabilityFeeds } = config;
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
      ...{ targets, account, receivers: new Set(receivers.keys()) },
      failed: (err, { registry: of, name }) => {
        metrics.audit.trailFailed();
        log.error({ event: "trail", ...of, trail: name, err }, "a trail could not be written");
      },
      wrote: (files) => metrics.audit.trailWrote(files),
    }),
    ...(receivers.size === 0 ? [] : [forwarding(log, metrics, receivers)]),
    tendKeysJob,
    removeSecretsJob,
    rekeyJob,
    countQuotaJob,
    scanImageJob,
    judgeImageJob,
    judgeRegistryJob((err, repository) =>
      log.error({ event: "gates", repository, err }, "an image could not be judged"),
    ),
    promoteImageJob(reach),
    recheckApprovalsJob,
    scanRegistry,
    sbomExportJob(targets, version),
    signImageJob,
    endWaiversJob,
    galleryRepositoryJob,
    galleryAccountJob,
    replicateJob(reach),
    replicationBackfillJob(reach),
    removeRepositoryJob(reach),
    replicateRestoredJob,
    expireReplicationBackfills,
    matchAgainJob(
      (err, repository) =>
        log.error({ event: "scans", repository, err }, "an image could not be matched again"),
      (what) => {
        if (what.matched + what.expired > 0) log.info({ event: "scans", ...what });
      },
    ),
    ...(vulnerabilityFeeds.updateMs === 0
      ? []
      : [
          updateAdvisoriesJob(
            vulnerabilityFeeds.updateMs,
            fetchAdvisories,
            (error) => error instanceof ImportUnderWay,
          ),
        ]),
    watchQuotas(({ quota: { registry, ...quota }, used }) =>
      log.warn({ event: "quota", ...registry, ...quota, used }, "a quota is over its soft limit"),
    ),
    sweepUploads(sweep, home),
    assessCosts(trashMs, (err, repository) =>
      log.error({ event: "costs", repository, err }, "a repository could not be assessed"),
    ),
  ];
}

function forwarding(
  log: Logger,
  { audit }: Pick<Metrics, "audit">,
  receivers: AuditReceivers,
): JobHandler {
  return forwardAuditJob({
    receivers,
    failed: (err, receiver) => {
      audit.forwardFailed(receiver);
      log.error({ event: "audit", receiver, err }, "audit records could not be forwarded");
    },
    forwarded: (receiver, { records, refused }) => {
      audit.forwarded(receiver, records, refused);
      if (refused === 0) return;
      log.error({ event: "audit", receiver, refused }, "a receiver refused audit records");
    },
  });
}
