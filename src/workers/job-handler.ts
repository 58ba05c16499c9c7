import type { Ports } from "../ports/ports.ts";
import type { Death } from "../registry/jobs/end-job.ts";
import type { TurnRule } from "../registry/jobs/turns.ts";
import type { Registry } from "../registry/names.ts";

/**
 * Does the jobs of one kind. A job is done at least once: after a crash or a lost lease it is begun
 * again, possibly while the first attempt still goes on, so that twice must be as good as once.
 */
export type JobHandler = {
  readonly kind: string;
  /** How long a worker that is not heard of keeps a job. Heartbeats come by themselves, every third. */
  readonly leaseMs: number;
  /** Where its jobs are done in turns. */
  readonly turns?: TurnRule;
  /**
   * Resolves when the work is done; rejects when it is not, also when it ends early because of
   * `signal`: with `signal.throwIfAborted()`.
   */
  run(ports: Ports, payload: unknown, run: JobRun): Promise<void>;
} & (PeriodicJob | WantedJob);

interface PeriodicJob {
  /** There is always one such job, by one worker at a time, and it never dies. */
  readonly everyMs: number;
}

interface WantedJob {
  /** After which the job is dead. */
  readonly maxAttempts: number;
  /** For what must not wait for ever for a job that is dead. Only SQL, as in every transaction. */
  readonly died?: Death;
}

export interface JobRun {
  /** Whose work it is; `undefined` for work of the whole deployment. */
  readonly registry: Registry | undefined;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the process stops, or when another worker has the job. */
  readonly signal: AbortSignal;
  /**
   * Moves the end of the lease at once: before a step that lets no timer run for long.
   * @throws when another worker has the job
   */
  heartbeat(): Promise<void>;
}

export function periodOf(handler: JobHandler): number | undefined {
  return "everyMs" in handler ? handler.everyMs : undefined;
}

export function deathOf(handler: JobHandler): Death | undefined {
  return "died" in handler ? handler.died : undefined;
}

export function attemptsOf(handler: JobHandler): number | undefined {
  return "maxAttempts" in handler ? handler.maxAttempts : undefined;
}
