import type { Clock } from "../ports/clock.ts";
import { BoundedCache } from "./bounded-cache.ts";

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly loadedAt: number;
}

/**
 * What was read is good for a time; whoever asks meanwhile gets the same answer, and one read serves
 * all who ask at once. A read that fails is forgotten.
 */
export class TimedCache<Value> {
  readonly #entries: BoundedCache<string, Entry<Value>>;
  readonly #lifeMs: number;

  constructor(entries: number, lifeMs: number) {
    this.#entries = new BoundedCache(entries, () => 1);
    this.#lifeMs = lifeMs;
  }

  get(clock: Clock, key: string, load: () => Promise<Value>): Promise<Value> {
    const now = clock.now();
    const known = this.#entries.get(key);
    // A clock that was set back makes nothing live longer.
    if (known !== undefined && now >= known.loadedAt && now - known.loadedAt < this.#lifeMs) {
      return known.value;
    }
    const entry = { value: load(), loadedAt: now };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  /** What was changed is to be read anew. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
