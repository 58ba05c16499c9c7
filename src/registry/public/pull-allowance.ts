import type { Clock } from "../../ports/clock.ts";
import { BoundedCache } from "../bounded-cache.ts";
import { publicLimits } from "./public-limits.ts";

/** Pulls of images in a second; 0: as many as come. */
export interface PullRates {
  /** Of an address. */
  readonly anonymous: number;
  /** Of a principal. */
  readonly signedIn: number;
}

/**
 * How many images one puller may pull: an allowance that fills evenly, up to a minute's worth, so that a
 * build that pulls twenty at once is not slowed. Kept by each process for itself: in a fleet, a puller has
 * as much at every replica that answers it (ADR-0064). Memory is bounded; who was forgotten begins anew.
 */
export class Allowance {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #most: number;
  readonly #left = new BoundedCache<string, { readonly left: number; readonly at: number }>(
    publicLimits.allowances,
    () => 1,
  );

  /** @param most that may come at once */
  constructor(clock: Clock, perSecond: number, most = perSecond * publicLimits.burstSeconds) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#most = Math.max(1, most);
  }

  /** Takes one, and says 0; or the whole seconds after which there will be one. */
  take(key: string): number {
    if (this.#perSecond === 0) return 0;
    const now = this.#clock.now();
    const known = this.#left.get(key);
    // A clock that was set back takes nothing away.
    const seconds = known === undefined ? 0 : Math.max(0, now - known.at) / 1000;
    const left =
      known === undefined
        ? this.#most
        : Math.min(this.#most, known.left + seconds * this.#perSecond);
    if (left >= 1) {
      this.#left.set(key, { left: left - 1, at: now });
      return 0;
    }
    this.#left.set(key, { left, at: now });
    return Math.max(1, Math.ceil((1 - left) / this.#perSecond));
  }
}
