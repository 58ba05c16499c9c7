/** Jobs, as a narrow table of the MetadataStore: the same promises. */
import type { Job, JobState } from "../registry/jobs/job.ts";
import type { PageRequest } from "./page-request.ts";

/** Where a listing of jobs stands. */
export type JobPosition = Pick<Job, "state" | "kind" | "id">;
export interface JobReads {
  find(id: string): Promise<Job | undefined>;
  /** By (state, kind, id). A job that changes its state meanwhile may be missed, or met twice. */
  list(
    page: PageRequest<JobPosition>,
    filter?: { readonly state?: JobState | undefined; readonly kind?: string | undefined },
  ): Promise<Job[]>;
  /** How many there are of each kind and state, for metrics. Looks at an entry of an index for each. */
  counts(): Promise<{ kind: string; state: JobState; jobs: number }[]>;
  /** Those of the kinds of which `lockDue` would find a job, if nobody else were asking. */
  dueKinds(kinds: readonly string[], now: number): Promise<string[]>;
}
export interface JobWrites {
  /**
   * Adds the job, unless an equal one waits or runs: that one is not repeated. If it waits, it moves
   * to the earlier of both times, unless it has failed before and waits for its next attempt; if it
   * runs, it is to run again at the earliest time that was asked for.
   */
  enqueue(job: Job): Promise<void>;
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(id: string): Promise<Job | undefined>;
  /** The same for the one that waits or runs. */
  lockActive(registry: Job["registry"], kind: string, key: string): Promise<Job | undefined>;
  /**
   * Jobs of the kind that wait or run and were due at `now`, the longest due first. Passes over rows
   * that another transaction has locked, and locks those that it finds.
   */
  lockDue(kind: string, now: number, limit: number): Promise<Job[]>;
  /**
   * The same of the turn that comes after `after`, by name, and goes none of the ways: the one of it
   * that is due longest.
   */
  lockNextTurn(
    kind: string,
    now: number,
    turns: { readonly after: string | undefined; readonly withoutWays: readonly string[] },
  ): Promise<Job | undefined>;
  /** Overwrites what may change of the job with this id. */
  replace(job: Job): Promise<void>;
  /** Moves the end of the lease; false when the holder has lost the job. */
  heartbeat(id: string, holder: string, until: number): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Removes the dead job that equals this, if there is one. */
  removeDead(registry: Job["registry"], kind: string, key: string): Promise<void>;
}
