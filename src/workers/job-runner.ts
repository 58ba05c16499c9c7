import { randomInt, randomUUID } from "node:crypto";
import type { Ports } from "../ports/ports.ts";
import { type ClaimableKind, claimJobs } from "../registry/jobs/claim-jobs.ts";
import { describeFailure } from "../registry/jobs/describe-failure.ts";
import { failJob, finishJob, giveBackJob } from "../registry/jobs/end-job.ts";
import { type Job, newJob } from "../registry/jobs/job.ts";
import { retryDelayMs } from "../registry/jobs/retry-delay.ts";
import { Turns } from "../registry/jobs/turns.ts";
import { limits } from "../registry/limits.ts";
import { attemptsOf, deathOf, type JobHandler, type JobRun, periodOf } from "./job-handler.ts";

/** Told what becomes of jobs, for the log and for metrics. */
export interface JobObserver {
  jobDone(event: { kind: string; id: string; attempt: number; elapsedMs: number }): void;
  /** The attempt failed; `dead` if there will be no other. */
  jobFailed(event: {
    kind: string;
    id: string;
    attempt: number;
    elapsedMs: number;
    error: unknown;
    dead: boolean;
  }): void;
  /** Jobs could not be looked for, or their outcome not be written down. They come again. */
  workerFailed(error: unknown): void;
}

export interface JobOptions {
  readonly observer: JobObserver;
  /** Jobs at once. */
  readonly atOnce?: number;
}

interface Attempt {
  readonly job: Job;
  readonly handler: JobHandler;
  readonly controller: AbortController;
  readonly startedAt: number;
  leaseEndsAt: number;
  done: Promise<void>;
}

/** Takes jobs that are due and runs them. It does nothing by itself: see `startJobs`. */
export class JobRunner {
  readonly #ports: Ports;
  readonly #handlers: ReadonlyMap<string, JobHandler>;
  readonly #observer: JobObserver;
  readonly #atOnce: number;
  readonly #name = randomUUID();
  readonly #attempts = new Set<Attempt>();
  /** By kind. */
  readonly #turns = new Map<string, Turns>();
  #kinds: readonly ClaimableKind[];
  #claims = 0;
  #stopping = false;
  /** Called whenever a job has ended. */
  onEnd: () => void = () => {};

  constructor(ports: Ports, handlers: readonly JobHandler[], options: JobOptions) {
    this.#ports = ports;
    this.#handlers = new Map(handlers.map((handler) => [handler.kind, handler]));
    this.#observer = options.observer;
    this.#atOnce = options.atOnce ?? limits.jobsAtOnce;
    const groups = new Map<string, Turns>();
    this.#kinds = handlers.map((handler) => {
      const { kind, leaseMs, turns: rule } = handler;
      const turns = rule && (groups.get(rule.group) ?? new Turns(rule));
      if (rule !== undefined && turns !== undefined) {
        groups.set(rule.group, turns);
        this.#turns.set(kind, turns);
      }
      return { kind, leaseMs, maxAttempts: attemptsOf(handler), died: deathOf(handler), turns };
    });
  }

  get running(): number {
    return this.#attempts.size;
  }

  /** Sees to it that there is one job of every periodic kind. As good the tenth time as the first. */
  async seed(): Promise<void> {
    const now = this.#ports.clock.now();
    const wanted = [...this.#handlers.values()].flatMap((handler) => {
      const everyMs = periodOf(handler);
      return everyMs === undefined ? [] : [{ kind: handler.kind, runAt: now + everyMs }];
    });
    await this.#ports.metadata.transaction(async (change) => {
      for (const each of wanted) await change.jobs.enqueue(newJob(each, now));
    });
  }

  /**
   * Takes as many jobs as there are free places for and begins them; resolves to how many. One call
   * at a time.
   */
  async tick(): Promise<number> {
    const free = this.#atOnce - this.#attempts.size;
    if (this.#stopping || free <= 0) return 0;
    // Every claim its own, so that an attempt that lost its job cannot speak for the next one.
    const holder = `${this.#name} ${++this.#claims}`;
    const { jobs, buried } = await claimJobs(this.#ports, this.#kinds, holder, free);
    // A kind with a long queue does not keep the others waiting.
    this.#kinds = [...this.#kinds.slice(1), ...this.#kinds.slice(0, 1)];
    for (const { kind, id, attempts: attempt, lastError } of buried) {
      const error = new Error(lastError);
      this.#observer.jobFailed({ kind, id, attempt, elapsedMs: 0, error, dead: true });
    }
    for (const job of jobs) this.#begin(job);
    return jobs.length + buried.length;
  }

  /** Moves the ends of the leases of what runs, and aborts what was lost. Never rejects. */
  async beat(): Promise<void> {
    const attempts = [...this.#attempts];
    if (attempts.length === 0) return;
    const now = this.#ports.clock.now();
    try {
      const held = await this.#ports.metadata.transaction(async (change) => {
        const answers: boolean[] = [];
        for (const { job, handler } of attempts) {
          const until = now + handler.leaseMs;
          answers.push(await change.jobs.heartbeat(job.id, job.holder, until));
        }
        return answers;
      });
      for (const [index, attempt] of attempts.entries()) {
        if (held[index]) attempt.leaseEndsAt = now + attempt.handler.leaseMs;
        else attempt.controller.abort(jobLost());
      }
    } catch (error) {
      this.#observer.workerFailed(error);
      for (const { leaseEndsAt, controller } of attempts) {
        if (leaseEndsAt <= now) controller.abort(jobLost());
      }
    }
  }

  /** Resolves when nothing runs any more, if nothing is begun meanwhile. */
  async settled(): Promise<void> {
    await Promise.all([...this.#attempts].map(({ done }) => done));
  }

  /** Begins nothing more, and aborts what runs: what ends because of that is given back. */
  quit(): void {
    this.#stopping = true;
    for (const { controller } of this.#attempts) controller.abort(new Error("the process stops"));
  }

  #begin(job: Job): void {
    const handler = this.#handlers.get(job.kind)!;
    const attempt: Attempt = {
      ...{ job, handler, controller: new AbortController(), leaseEndsAt: job.dueAt },
      startedAt: this.#ports.clock.now(),
      done: Promise.resolve(),
    };
    this.#attempts.add(attempt);
    const turns = this.#turns.get(job.kind);
    turns?.begun(job.kind, job.turn);
    attempt.done = this.#attempt(attempt).finally(() => {
      this.#attempts.delete(attempt);
      turns?.ended(job.turn);
      this.onEnd();
    });
  }

  /** Never rejects. */
  async #attempt(attempt: Attempt): Promise<void> {
    try {
      // Claimed while the process began to stop.
      if (this.#stopping) await giveBackJob(this.#ports, attempt.job);
      else await this.#settle(attempt, await this.#run(attempt));
    } catch (error) {
      this.#observer.workerFailed(error);
    }
  }

  /** Resolves to how it failed, if it did. */
  async #run(attempt: Attempt): Promise<{ error: unknown } | undefined> {
    const { job, handler, controller } = attempt;
    const run: JobRun = {
      registry: job.registry,
      attempt: job.attempts,
      signal: controller.signal,
      heartbeat: () => this.#heartbeat(attempt),
    };
    try {
      await handler.run(this.#ports, JSON.parse(job.payload), run);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  async #heartbeat({ job, handler, controller }: Attempt): Promise<void> {
    const until = this.#ports.clock.now() + handler.leaseMs;
    const held = await this.#ports.metadata.transaction((change) =>
      change.jobs.heartbeat(job.id, job.holder, until),
    );
    if (!held) controller.abort(jobLost());
    controller.signal.throwIfAborted();
  }

  async #settle(attempt: Attempt, failure: { error: unknown } | undefined): Promise<void> {
    const { job, handler, controller } = attempt;
    const ports = this.#ports;
    const everyMs = periodOf(handler);
    const { kind, id, attempts } = job;
    const about = { kind, id, attempt: attempts };
    const elapsed = () => Math.max(0, ports.clock.now() - attempt.startedAt);
    if (failure === undefined) {
      const mine = await finishJob(ports, job, everyMs);
      const event = { ...about, elapsedMs: elapsed() };
      if (mine !== undefined) this.#observer.jobDone(event);
      else this.#observer.jobFailed({ ...event, error: jobLost(), dead: false });
      return;
    }
    if (this.#stopping && controller.signal.aborted) {
      await giveBackJob(ports, job);
      return;
    }
    const { error } = failure;
    const isLast = attempts >= (attemptsOf(handler) ?? Number.POSITIVE_INFINITY);
    const delayMs = Math.min(
      retryDelayMs(attempts, randomInt(1_000_001) / 1_000_000),
      everyMs ?? limits.jobRetryMaximumMs,
    );
    const retryAt = isLast ? undefined : ports.clock.now() + delayMs;
    const died = deathOf(handler);
    const after = await failJob(ports, job, describeFailure(error), retryAt, died);
    const dead = after?.state === "dead";
    this.#observer.jobFailed({ ...about, elapsedMs: elapsed(), error, dead });
  }
}

function jobLost(): Error {
  return new Error("another worker may have the job: its lease has ended");
}
