import type { Clock } from "../ports/clock.ts";
import { BoundedCache, type CacheUse } from "./bounded-cache.ts";

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly loadedAt: number;
  /** What `value` has resolved to. */
  known: Value | undefined;
}

/**
 * What was read is good for a time; whoever asks meanwhile gets the same answer, and one read serves
 * all who ask at once. A read that fails is forgotten.
 */
export class TimedCache<Value> implements CacheUse {
  hits = 0;
  misses = 0;
  readonly #entries: BoundedCache<string, Entry<Value>>;
  readonly #lifeMs: number;

  constructor(entries: number, lifeMs: number) {
    this.#entries = new BoundedCache(entries, () => 1);
    this.#lifeMs = lifeMs;
  }

  get(clock: Clock, key: string, load: () => Promise<Value>): Promise<Value> {
    const now = clock.now();
    return this.#fresh(key, now)?.value ?? this.#load(key, now, load);
  }

  /** The same; what is there already is given as it is, so that nobody waits for it. */
  now(clock: Clock, key: string, load: () => Promise<Value>): Value | Promise<Value> {
    const now = clock.now();
    const entry = this.#fresh(key, now);
    return entry?.known ?? entry?.value ?? this.#load(key, now, load);
  }

  #load(key: string, now: number, load: () => Promise<Value>): Promise<Value> {
    const entry: Entry<Value> = { value: load(), loadedAt: now, known: undefined };
    this.#entries.set(key, entry);
    entry.value.then(
      (value) => {
        entry.known = value;
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.value;
  }

  /** The same without waiting; `undefined` where it has to be read first. */
  known(clock: Clock, key: string): Value | undefined {
    return this.#fresh(key, clock.now())?.known;
  }

  #fresh(key: string, now: number): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    // A clock that was set back makes nothing live longer.
    const isFresh =
      entry !== undefined && now >= entry.loadedAt && now - entry.loadedAt < this.#lifeMs;
    if (isFresh) this.hits += 1;
    else this.misses += 1;
    return isFresh ? entry : undefined;
  }

  /** What was changed is to be read anew. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
