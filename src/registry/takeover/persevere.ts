import { TakeoverFailure } from "./takeover-failure.ts";
import { takeoverLimits as limits } from "./takeover-limits.ts";

/** Waits. Tests wait for nothing. */
export type Pause = (milliseconds: number) => Promise<void>;

/**
 * Does it again while it fails for a while only: after the time that the other side names, else after waits that
 * double.
 * @throws whatever the last attempt threw
 */
export async function persevere<Result>(
  work: () => Promise<Result>,
  pause: Pause,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof TakeoverFailure && error.kind === "passing";
      if (!isPassing || attempt === limits.attempts) throw error;
      const own = Math.min(limits.longestWaitMs, limits.firstWaitMs * 2 ** (attempt - 1));
      await pause(Math.min(limits.longestRetryAfterMs, error.retryAfterMs ?? own));
    }
  }
}
