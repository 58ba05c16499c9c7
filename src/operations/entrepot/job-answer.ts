import type { Job, JobState } from "../../registry/jobs/job.ts";
import type { Registry } from "../../registry/names.ts";
import { epochSeconds } from "../ecr/wire.ts";

export const wireStates = ["DEAD", "RUNNING", "WAITING"] as const;
export type WireState = (typeof wireStates)[number];

const toWire: Readonly<Record<JobState, WireState>> = {
  dead: "DEAD",
  running: "RUNNING",
  waiting: "WAITING",
};

/** A job as it is told of. Times are epoch seconds, with the milliseconds as fraction. */
export interface JobAnswer {
  readonly jobId: string;
  readonly kind: string;
  readonly key: string;
  /** Absent for work of the whole deployment. */
  readonly registryId?: Registry["account"];
  readonly region?: Registry["region"];
  readonly state: WireState;
  readonly attempts: number;
  readonly createdAt: number;
  /** When it may run, when its lease ends, or when it died. */
  readonly runAt?: number;
  readonly leasedUntil?: number;
  readonly diedAt?: number;
  readonly lastError?: string;
}

/** The payload stays inside: it is between those who enqueue and those who handle. */
export function jobAnswer(job: Job): JobAnswer {
  const { registry, lastError } = job;
  const at = epochSeconds(job.dueAt);
  return {
    ...{ jobId: job.id, kind: job.kind, key: job.key },
    ...(registry === undefined ? {} : { registryId: registry.account, region: registry.region }),
    ...{ state: toWire[job.state], attempts: job.attempts, createdAt: epochSeconds(job.createdAt) },
    ...(job.state === "waiting" ? { runAt: at } : {}),
    ...(job.state === "running" ? { leasedUntil: at } : {}),
    ...(job.state === "dead" ? { diedAt: at } : {}),
    ...(lastError === undefined ? {} : { lastError }),
  };
}

export function jobState(state: WireState): JobState {
  return state.toLowerCase() as Lowercase<WireState>;
}
