/** What a process does unasked: of the composition root, the part that starts writers and workers. */
import type { Logger } from "./adapters/telemetry/log.ts";
import type { Metrics } from "./adapters/telemetry/metrics.ts";
import type { Config } from "./config.ts";
import { eventDeliveries } from "./event-deliveries.ts";
import { jobHandlers } from "./job-handlers.ts";
import { openTrailTargets } from "./open-trail-targets.ts";
import { eventRouter } from "./registry/events/route-events.ts";
import { scanPushed } from "./registry/scanning/scan-pushed.ts";
import type { Store } from "./store.ts";
import { startRouting } from "./workers/route-events.ts";
import { startJobs } from "./workers/run-jobs.ts";
import { writeAudit } from "./workers/write-audit.ts";
import { writeKeyUses } from "./workers/write-key-uses.ts";
import { writePullTimes } from "./workers/write-pull-times.ts";
import { writeUsage } from "./workers/write-usage.ts";

export interface BackgroundParts {
  readonly config: Config;
  readonly log: Logger;
  readonly store: Store;
  readonly metrics: Metrics;
}

/** Ends something, within that time. */
export type Stop = (withinMs: number) => Promise<void>;

/**
 * Writes, some seconds later, what requests leave to be written.
 * @returns what writes the rest when no more requests come, to be called in this order
 */
export function startWriters({ log, store, metrics }: BackgroundParts): (() => Promise<void>)[] {
  const { ports } = store;
  return [
    writeKeyUses(ports, (err, dropped) => {
      log.error({ event: "kms", err, dropped }, "uses of keys could not be written");
    }),
    writePullTimes(ports, (err, dropped) => {
      metrics.pullTimesDropped(dropped);
      log.error({ event: "pulls", err, dropped }, "times of pulls could not be written");
    }),
    writeUsage(ports, (err, dropped) => {
      log.error({ event: "usage", err, dropped }, "usage could not be written");
    }),
    // The last one: the others may have something to tell.
    writeAudit(ports, (err, dropped) => {
      log.error({ event: "audit", err, dropped }, "audit records could not be written");
    }),
  ];
}

interface JobEnd {
  readonly kind: string;
  readonly id: string;
  readonly attempt: number;
  readonly elapsedMs: number;
}

/** Jobs, and the way of events from the outbox to their receivers. */
export function startWork({ config, log, store, metrics }: BackgroundParts): Stop[] {
  const { ports } = store;
  const sweep = (before: number) => store.sweepUploads(before);
  const observer = {
    jobDone: (job: JobEnd) => metrics.jobEnded(job.kind, "ok"),
    jobFailed: ({ error: err, ...job }: JobEnd & { dead: boolean; error: unknown }) => {
      metrics.jobEnded(job.kind, job.dead ? "dead" : "failed");
      log.error({ event: "job", ...job, err }, "a job failed");
    },
    workerFailed: (err: unknown) => log.error({ event: "job", err }, "jobs could not be asked for"),
  };
  const targets = openTrailTargets(config.trailTargets);
  const parts = { log, sweep, metrics, targets };
  const worker = startJobs(ports, jobHandlers(config, parts), { observer });
  const router = startRouting(ports, scanPushed(ports, eventRouter(ports)), {
    failed: (err) => log.error({ event: "events", err }, "events could not be routed"),
  });
  const deliveries = eventDeliveries(ports, config, log);
  return [
    () => router.stop(),
    async (withinMs) => {
      await worker.stop(withinMs);
      for (const target of targets.values()) target.close();
    },
    (withinMs) => deliveries.stop(withinMs),
  ];
}
