import type { Clock } from "../../ports/clock.ts";

/** A clock that stands until it is moved: for tests. */
export class FixedClock implements Clock {
  #now: number;

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  set(now: number): void {
    this.#now = now;
  }

  advance(byMs: number): void {
    this.#now += byMs;
  }
}
