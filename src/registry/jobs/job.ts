import { randomUUID } from "node:crypto";
import { invariant } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";

/** In order. */
export const jobStates = ["dead", "running", "waiting"] as const;
/**
 * `waiting` for its time or for a worker, `running` under a worker's lease, or `dead`: given up, and
 * kept for an operator to see and to run again. A job that succeeded is gone.
 */
export type JobState = (typeof jobStates)[number];

/**
 * Work to be done once or, in case of doubt, again: whoever handles a kind of job does it so that
 * twice is as good as once. At most one job of a kind, key and registry is waiting or running, and at
 * most one is dead.
 */
export interface Job {
  /** A random UUID. */
  readonly id: string;
  /** Whose work it is; `undefined` for work of the whole deployment. */
  readonly registry: Registry | undefined;
  /** Who does it: a worker takes the kinds that it has handlers for. `scan-image` */
  readonly kind: string;
  /** Names the work among others of its kind: equal keys are equal work. May be empty. */
  readonly key: string;
  /** Whose turn it is done in, of a kind that is done in turns; empty for all others. */
  readonly turn: string;
  /** What the handler must know, as JSON. */
  readonly payload: string;
  readonly state: JobState;
  /** While waiting, when it may run; while running, when its lease ends; dead, when it died. */
  readonly dueAt: number;
  /** When it is to run once more, where it was asked for again while it ran. */
  readonly againAt: number | undefined;
  /** How often it was begun since it was asked for. */
  readonly attempts: number;
  /** Whose lease it is, while it runs; else empty. Every claim has a holder of its own. */
  readonly holder: string;
  /** How the last attempt failed. */
  readonly lastError: string | undefined;
  readonly createdAt: number;
}

export interface WantedJob {
  readonly kind: string;
  readonly key?: string;
  readonly registry?: Registry;
  /** Made by `turnOf`. */
  readonly turn?: string;
  /** Anything that JSON can carry; no secrets. */
  readonly payload?: unknown;
  /** Not before this time. */
  readonly runAt: number;
}

const kindShape = /^[a-z][a-z0-9-]{0,63}$/;

/** A job that waits, to be given to `change.jobs.enqueue` in the transaction of what it follows from. */
export function newJob(wanted: WantedJob, now: number): Job {
  const { kind, key = "", turn = "", registry, runAt } = wanted;
  const payload = JSON.stringify(wanted.payload ?? null);
  invariant(kindShape.test(kind), `a kind of job is named in lower case: ${kind}`);
  invariant(key.length <= limits.jobKeyCharacters, `the key of a ${kind} job is too long`);
  invariant(
    payload.length <= limits.jobPayloadCharacters,
    `the payload of a ${kind} job is too long`,
  );
  return {
    ...{ id: randomUUID(), registry, kind, key, turn, payload, state: "waiting", dueAt: runAt },
    ...{ againAt: undefined, attempts: 0, holder: "", lastError: undefined, createdAt: now },
  };
}

/** Begins an attempt, which counts from here on: who dies of it must not try for ever. */
export function claimed(job: Job, holder: string, until: number): Job {
  return { ...job, state: "running", holder, dueAt: until, attempts: job.attempts + 1 };
}

/** What is left of a job that succeeded: nothing, unless it is to run again. */
export function succeeded(job: Job, nextAt: number | undefined): Job | undefined {
  const dueAt = Math.min(
    nextAt ?? Number.POSITIVE_INFINITY,
    job.againAt ?? Number.POSITIVE_INFINITY,
  );
  if (dueAt === Number.POSITIVE_INFINITY) return undefined;
  return { ...waiting(job, dueAt), attempts: 0, againAt: undefined, lastError: undefined };
}

/** Waits for another attempt, which also is what was asked for meanwhile. */
export function retried(job: Job, error: string, retryAt: number): Job {
  return { ...waiting(job, retryAt), againAt: undefined, lastError: error };
}

/** The attempt did not take place, through no fault of the job's. */
export function givenBack(job: Job, now: number): Job {
  return { ...waiting(job, now), againAt: undefined, attempts: Math.max(0, job.attempts - 1) };
}

export function buried(job: Job, error: string, now: number): Job {
  return { ...job, state: "dead", holder: "", dueAt: now, againAt: undefined, lastError: error };
}

/** As if it had just been asked for. One that runs is left alone. */
export function rerun(job: Job, now: number): Job {
  if (job.state === "running") return job;
  const dueAt = job.state === "dead" ? now : Math.min(job.dueAt, now);
  return { ...waiting(job, dueAt), attempts: 0 };
}

function waiting(job: Job, dueAt: number): Job {
  return { ...job, state: "waiting", holder: "", dueAt };
}
