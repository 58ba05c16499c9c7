import { setTimeout as sleep } from "node:timers/promises";
import { mayPass, ServerError, toError } from "./postgres-error.ts";

/** Of a server that answers each time: whoever waits for one that does not answer counts no attempts. */
const mostConflicts = 12;
const shortestPauseMs = 10;
const longestPauseMs = 500;

/**
 * Tries again what failed for a reason that may pass, with pauses that grow and differ, so that two
 * who were in each other's way are not so again.
 * @throws what the last attempt threw, as ServiceUnavailable where it is the machine's failure
 */
export async function patiently<T>(patienceMs: number, attempt: () => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs;
  let conflicts = 0;
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof ServerError) conflicts += 1;
      const longest = Math.min(longestPauseMs, shortestPauseMs * 2 ** attempts);
      const pauseMs = longest * (0.5 + Math.random() / 2);
      const isOver = conflicts >= mostConflicts || Date.now() + pauseMs > until;
      if (isOver || !mayPass(error)) throw toError(error);
      await sleep(pauseMs);
    }
  }
}
