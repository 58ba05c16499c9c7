import { limits } from "../limits.ts";

/**
 * How long a job waits after its n-th attempt failed: twice as long each time up to a bound, and of
 * that a part by chance, so that what failed together does not come back together.
 * @param chance from 0 to 1
 */
export function retryDelayMs(attempts: number, chance: number): number {
  // 2 ** 30 is past every bound; more would end up at infinity.
  const doubled = limits.jobRetryMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 30);
  const most = Math.min(doubled, limits.jobRetryMaximumMs);
  return Math.round(most / 2 + (most / 2) * chance);
}
