/** What a process does unasked: of the composition root, the part that starts writers and workers. */
import type { Logger } from "../adapters/telemetry/log.ts";
import type { Metrics } from "../adapters/telemetry/metrics.ts";
import type { Config } from "../config.ts";
import type { PeerRegistries } from "../ports/peer-registry.ts";
import { eventRouter } from "../registry/events/route-events.ts";
import { tellSubscribers } from "../registry/private-gallery/tell-subscribers.ts";
import { indexPushed } from "../registry/public/index-pushed.ts";
import { replicatePushed } from "../registry/replication/replicate-pushed.ts";
import { scanPushed } from "../registry/scanning/scan-pushed.ts";
import { openForwarder } from "../registry/trails/forward-records.ts";
import { peerAccounts } from "../settings/peer-settings.ts";
import type { Store } from "../store.ts";
import { startRouting } from "../workers/route-events.ts";
import { startJobs } from "../workers/run-jobs.ts";
import { writeAudit } from "../workers/write-audit.ts";
import { writeKeyUses } from "../workers/write-key-uses.ts";
import { writePullTimes } from "../workers/write-pull-times.ts";
import { writeUsage } from "../workers/write-usage.ts";
import { eventDeliveries } from "./event-deliveries.ts";
import { jobHandlers } from "./job-handlers.ts";
import { openAuditReceivers } from "./open-audit-receivers.ts";
import { openTrailTargets } from "./open-trail-targets.ts";
import { openedOrganization } from "./opened-organization.ts";
import { updateVulndb } from "./update-vulndb.ts";

export interface BackgroundParts {
  readonly config: Config;
  readonly log: Logger;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly peers: PeerRegistries;
}

/** Ends something, within that time. */
export type Stop = (withinMs: number) => Promise<void>;

/**
 * Writes, some seconds later, what requests leave to be written.
 * @returns what writes the rest when no more requests come, to be called in this order
 */
export function startWriters({
  log,
  store,
  metrics,
}: Pick<BackgroundParts, "log" | "store" | "metrics">): (() => Promise<void>)[] {
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

/** Has what is recorded from now on wait for receivers: to be called before requests are answered. */
export async function beginForwarding({
  config,
  store,
}: Pick<BackgroundParts, "config" | "store">): Promise<void> {
  for (const kind of openAuditReceivers(config).keys()) await openForwarder(store.ports, kind);
}

interface JobEnd {
  readonly kind: string;
  readonly id: string;
  readonly attempt: number;
  readonly elapsedMs: number;
}

/** Jobs, and the way of events from the outbox to their receivers. */
export async function startWork(parts: BackgroundParts): Promise<Stop[]> {
  const { config, log, store, metrics, peers } = parts;
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
  const receivers = openAuditReceivers(config);
  const quiet = { full: false, onProgress: () => undefined };
  const fetchAdvisories = () => updateVulndb(config, store.vulndb, quiet, ports.clock);
  const organization = openedOrganization(ports, config);
  const accounts = peerAccounts(config.peers, config.account);
  const { regions, trashMs } = config;
  const reach = { regions, peers, peerAccounts: accounts, organization, trashMs };
  const jobParts = { log, sweep, metrics, targets, receivers, reach, fetchAdvisories };
  const worker = startJobs(ports, jobHandlers(config, jobParts), { observer });
  const routed = replicatePushed(ports, scanPushed(ports, eventRouter(ports)));
  const route = tellSubscribers(ports, indexPushed(ports, routed));
  const router = startRouting(ports, route, {
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
