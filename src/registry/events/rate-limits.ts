import type { Clock } from "../../ports/clock.ts";

interface Bucket {
  tokens: number;
  at: number;
}

/** How often something may be done in a second, each under its name: in this process. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** 0 if it may be done now, which is counted; else how many milliseconds later. */
  take(name: string, perSecond: number): number {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? { tokens: perSecond, at: now };
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket); // The last used is at the end.
    if (this.#buckets.size > maximumBuckets) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    const elapsedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(perSecond, bucket.tokens + (elapsedMs * perSecond) / 1_000);
    bucket.at = now;
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 1_000) / perSecond);
    bucket.tokens -= 1;
    return 0;
  }
}

const maximumBuckets = 10_000;
