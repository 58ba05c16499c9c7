import type { Ports } from "../ports/ports.ts";
import { eventLimits } from "../registry/events/event-limits.ts";
import type { Route } from "../registry/events/route.ts";
import { routeWaiting } from "../registry/events/route-waiting.ts";

export interface EventRouter {
  /** Resolves when what was under way has ended. */
  stop(): Promise<void>;
}

export interface RoutingOptions {
  /** Told what went wrong; it is tried again. */
  readonly failed: (error: unknown) => void;
  /** How often to look for events of other processes. */
  readonly pollMs?: number;
}

/**
 * Routes events until stopped: at once what this process commits, and what others do within about
 * `eventLimits.routePollMs`. It is no job, since a job is two commits each time that it runs, and this
 * looks every second; that one process at a time does it, the log's lock sees to.
 */
export function startRouting(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  route: Route,
  options: RoutingOptions,
): EventRouter {
  const { routeGapMs, routePollMs, routeRetryMaximumMs } = eventLimits;
  const { failed, pollMs = routePollMs } = options;
  const pause = new Pause();
  const unlisten = ports.memory.outboxGrew.listen(() => pause.end());
  let stopping = false;
  let failures = 0;
  const look = async () => {
    try {
      const { outcome } = await routeWaiting(ports, route);
      failures = 0;
      return outcome;
    } catch (error) {
      failures += 1;
      failed(error);
      return "failed";
    }
  };
  const loop = async () => {
    while (!stopping) {
      pause.forget();
      const outcome = await look();
      if (outcome === "more") continue;
      if (outcome === "failed") {
        await pause.whole(Math.min(pollMs * 2 ** failures, routeRetryMaximumMs));
        continue;
      }
      // Where one event follows another, some of them share a transaction.
      await pause.whole(routeGapMs);
      await pause.last(pollMs);
    }
  };
  const looping = loop();
  return {
    async stop() {
      stopping = true;
      unlisten();
      pause.cancel();
      await looping;
    },
  };
}

/** A wait that may end early. */
class Pause {
  #isWanted = false;
  #isCancelled = false;
  #over: (() => void) | undefined;
  #mayEnd = false;

  /** Whatever was to end a pause before is seen to now. */
  forget(): void {
    this.#isWanted = false;
  }

  /** Unless something ends it, or would have since `forget`. */
  last(milliseconds: number): Promise<void> {
    return this.#isWanted ? Promise.resolve() : this.#wait(milliseconds, true);
  }

  /** Only `cancel` ends it. */
  whole(milliseconds: number): Promise<void> {
    return this.#wait(milliseconds, false);
  }

  end(): void {
    this.#isWanted = true;
    if (this.#mayEnd) this.#over?.();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#over?.();
  }

  async #wait(milliseconds: number, mayEnd: boolean): Promise<void> {
    if (this.#isCancelled) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#over = resolve;
      this.#mayEnd = mayEnd;
      timer = setTimeout(resolve, milliseconds);
      timer.unref();
    });
    clearTimeout(timer);
    this.#over = undefined;
  }
}
