/** Does at once what the workers of replication do in time. */

import { eventRouter } from "../../src/registry/events/route-events.ts";
import { routeWaiting } from "../../src/registry/events/route-waiting.ts";
import { openOrganization } from "../../src/registry/identity/organization.ts";
import type { Reach } from "../../src/registry/replication/reach.ts";
import { replicatePushed } from "../../src/registry/replication/replicate-pushed.ts";
import type { JobHandler } from "../../src/workers/job-handler.ts";
import { JobRunner } from "../../src/workers/job-runner.ts";
import { judgeImageJob } from "../../src/workers/judge-images-job.ts";
import { replicateJob } from "../../src/workers/replicate-job.ts";
import {
  removeRepositoryJob,
  replicateRestoredJob,
} from "../../src/workers/replicate-repository-jobs.ts";
import { replicationBackfillJob } from "../../src/workers/replication-backfill-job.ts";
import { account, deployment } from "./ecr.ts";
import type { TestPorts } from "./ports.ts";

const observer = {
  jobDone: () => undefined,
  jobFailed: ({ error }: { readonly error: unknown }) => {
    throw error;
  },
  workerFailed: (error: unknown) => {
    throw error;
  },
};

/** How often what follows may have something follow. */
const mostRounds = 5;

/** Routes what happened, and does the jobs that follow from it, until nothing more follows. */
export async function settleReplication(
  opened: TestPorts,
  peers: Reach["peers"] = new Map(),
  trashMs = deployment.trashMs,
): Promise<void> {
  const { ports } = opened;
  const reach = reachOf(opened, peers, trashMs);
  const handlers: JobHandler[] = [
    replicateJob(reach),
    replicationBackfillJob(reach),
    removeRepositoryJob(reach),
    replicateRestoredJob,
    judgeImageJob,
  ];
  const runner = new JobRunner(ports, handlers, { observer });
  for (let rounds = 0; rounds < mostRounds; rounds++) {
    await routeReplication(opened);
    while ((await runner.tick()) > 0) await runner.settled();
  }
}

/** Makes the copies that what happened asks for, and leaves it to the caller to route what follows from them. */
export async function replicateOnce(opened: TestPorts): Promise<void> {
  await routeReplication(opened);
  const handlers = [replicateJob(reachOf(opened, new Map(), deployment.trashMs))];
  const runner = new JobRunner(opened.ports, handlers, { observer });
  while ((await runner.tick()) > 0) await runner.settled();
}

function reachOf({ ports }: TestPorts, peers: Reach["peers"], trashMs: number): Reach {
  return {
    regions: deployment.regions,
    peers,
    peerAccounts: new Map([...peers.keys()].map((region) => [region, new Set([account])])),
    organization: () => openOrganization(ports, deployment, false),
    trashMs,
  };
}

/** Asks of what happened where it is to be copied. */
export async function routeReplication({ ports }: TestPorts): Promise<void> {
  await routeWaiting(ports, replicatePushed(ports, eventRouter(ports)));
}
