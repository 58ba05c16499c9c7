import { randomInt } from "node:crypto";
import type { Ports } from "../ports/ports.ts";
import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { type JobOptions, JobRunner } from "./job-runner.ts";

export interface JobWorker {
  /**
   * Begins nothing more, and resolves when what ran has ended or given its jobs back, or after
   * `withinMs`: what still runs then is taken over when its lease ends.
   */
  stop(withinMs?: number): Promise<void>;
}

/** The longest wait while the database cannot be asked, in polls. */
const longestWaitPolls = 30;

/**
 * Runs jobs until stopped. Any number of processes may do so on one database; each job is begun by
 * one of them. Looks again at once while there is work and when this process has routed events, from
 * which work may follow, else about once in `pollMs`.
 */
export function startJobs(
  ports: Ports,
  handlers: readonly JobHandler[],
  options: JobOptions & { readonly pollMs?: number },
): JobWorker {
  const { pollMs = limits.jobPollMs, observer } = options;
  const runner = new JobRunner(ports, handlers, options);
  const pause = new Pause();
  runner.onEnd = () => pause.end();
  const unlisten = ports.memory.eventsRouted.listen(() => pause.end());
  let stopping = false;
  let seeded = false;
  let failures = 0;
  const look = async () => {
    try {
      if (!seeded) await runner.seed();
      seeded = true;
      const begun = await runner.tick();
      failures = 0;
      return begun;
    } catch (error) {
      failures += 1;
      observer.workerFailed(error);
      return 0;
    }
  };
  const loop = async () => {
    while (!stopping) {
      pause.forget();
      if ((await look()) > 0) continue;
      const polls = Math.min(2 ** failures, longestWaitPolls);
      await pause.last(aboutMs(pollMs * polls), failures === 0);
    }
  };
  const looping = loop();
  const beatMs = Math.max(1, Math.floor(Math.min(...handlers.map(({ leaseMs }) => leaseMs)) / 3));
  const beats = setInterval(
    () => void runner.beat(),
    Math.min(beatMs, limits.exclusiveHeartbeatMs),
  );
  beats.unref();
  return {
    async stop(withinMs = limits.shutdownMs) {
      stopping = true;
      unlisten();
      pause.cancel();
      runner.quit();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([looping.then(() => runner.settled()), late]);
      clearTimeout(timer);
      clearInterval(beats);
    },
  };
}

/** Between half and one and a half of it, so that replicas do not look in step. */
function aboutMs(milliseconds: number): number {
  return Math.max(
    1,
    Math.round(milliseconds / 2) + randomInt(Math.max(1, Math.round(milliseconds))),
  );
}

/** A wait that may end early. */
class Pause {
  #over: (() => void) | undefined;
  #wanted = false;
  #cancelled = false;

  /** Whatever was to end a pause before is seen to now. */
  forget(): void {
    this.#wanted = false;
  }

  async last(milliseconds: number, mayEndEarly: boolean): Promise<void> {
    if (this.#cancelled || (mayEndEarly && this.#wanted)) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
      timer.unref();
      this.#over = () => {
        if (mayEndEarly || this.#cancelled) resolve();
      };
    });
    clearTimeout(timer);
    this.#over = undefined;
  }

  end(): void {
    this.#wanted = true;
    this.#over?.();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#over?.();
  }
}
