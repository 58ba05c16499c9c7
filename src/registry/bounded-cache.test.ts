import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedCache } from "./bounded-cache.ts";

type Step = readonly ["get" | "set" | "delete" | "clear", key: string, value: number];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom<Step[0][]>("get", "get", "set", "set", "delete", "clear"),
    fc.constantFrom("a", "b", "c", "d"),
    fc.integer({ min: 1, max: 4 }),
  ),
  { maxLength: 60, size: "max" },
);

describe("a bounded cache", () => {
  it("answers as one does that keeps its values in a list, the last used at the end", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const cache = new BoundedCache<string, number>(6, (value) => value);
        const list = new ListedValues(6);
        for (const [step, key, value] of taken) {
          if (step === "get") expect(cache.get(key)).toBe(list.get(key));
          else if (step === "set") {
            cache.set(key, value);
            list.set(key, value);
          } else if (step === "delete") {
            cache.delete(key);
            list.delete(key);
          } else {
            cache.clear();
            list.clear();
          }
          expect(cache.weight).toBe(list.weight);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("counts what was there and what was not, also when the same is asked for again", () => {
    const cache = new BoundedCache<string, number>(6, (value) => value);
    cache.set("a", 1);
    for (const key of ["a", "a", "b", "a"]) cache.get(key);
    expect(cache).toMatchObject({ hits: 3, misses: 1 });
  });
});

/** The same in the plainest way there is. */
class ListedValues {
  readonly #maximumWeight: number;
  #values: (readonly [key: string, value: number])[] = [];

  constructor(maximumWeight: number) {
    this.#maximumWeight = maximumWeight;
  }

  get weight(): number {
    return this.#values.reduce((sum, [, value]) => sum + value, 0);
  }

  get(key: string): number | undefined {
    const found = this.#values.find(([known]) => known === key);
    if (found === undefined) return undefined;
    this.delete(key);
    this.#values.push(found);
    return found[1];
  }

  set(key: string, value: number): void {
    this.delete(key);
    this.#values.push([key, value]);
    while (this.weight > this.#maximumWeight) this.#values.shift();
  }

  delete(key: string): void {
    this.#values = this.#values.filter(([known]) => known !== key);
  }

  clear(): void {
    this.#values = [];
  }
}
