/** How often what was asked for was there, and how often not. */
export interface CacheUse {
  readonly hits: number;
  readonly misses: number;
}

/** Keeps the values that were used last, up to a weight. For immutable facts only (D15). */
export class BoundedCache<Key, Value> implements CacheUse {
  hits = 0;
  misses = 0;
  readonly #maximumWeight: number;
  readonly #weigh: (value: Value) => number;
  readonly #values = new Map<Key, Value>();
  #weight = 0;
  // What was asked for last is often what is asked for next: it is at the end already, and a comparison
  // costs less than a look by the hash of a long text.
  #lastKey: Key | undefined;
  #lastValue: Value | undefined;

  constructor(maximumWeight: number, weigh: (value: Value) => number) {
    this.#maximumWeight = maximumWeight;
    this.#weigh = weigh;
  }

  /** What the kept values weigh together. */
  get weight(): number {
    return this.#weight;
  }

  get(key: Key): Value | undefined {
    if (this.#lastValue !== undefined && this.#lastKey === key) {
      this.hits += 1;
      return this.#lastValue;
    }
    const value = this.#values.get(key);
    if (value === undefined) {
      this.misses += 1;
      return undefined;
    }
    this.hits += 1;
    this.#values.delete(key); // A Map keeps insertion order: the last used moves to the end.
    this.#values.set(key, value);
    this.#lastKey = key;
    this.#lastValue = value;
    return value;
  }

  /** Keeps the value, letting go of the ones that were used longest ago; too heavy ones are not kept. */
  set(key: Key, value: Value): void {
    this.delete(key);
    const weight = this.#weigh(value);
    if (weight > this.#maximumWeight) return;
    this.#lastValue = undefined;
    this.#values.set(key, value);
    this.#weight += weight;
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#maximumWeight) break;
      this.delete(oldest);
    }
  }

  delete(key: Key): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    if (this.#lastKey === key) this.#lastValue = undefined;
    this.#values.delete(key);
    this.#weight -= this.#weigh(value);
  }

  clear(): void {
    this.#values.clear();
    this.#lastValue = undefined;
    this.#weight = 0;
  }
}
