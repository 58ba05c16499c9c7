import type { MetadataStore } from "../../ports/metadata-store.ts";
import { limits } from "../limits.ts";
import { type KmsUse, type KmsUseCount, kmsKeyArn } from "./kms-key.ts";

/**
 * Uses of KMS keys that wait to be written: a pull must not wait for a row. Written every
 * `limits.keyUseFlushMs` and at a graceful stop; what a killed process had is lost, at most that much.
 */
export class KeyUses {
  #waiting: KmsUse[] = [];
  #dropped = 0;
  readonly #totals = new Map<string, number>();

  add(use: KmsUse): void {
    this.#totals.set(use.operation, (this.#totals.get(use.operation) ?? 0) + 1);
    // The database was away for long: what is counted then is how many could not be kept.
    if (this.#waiting.length >= limits.keyUsesWaiting) this.#dropped += 1;
    else this.#waiting.push(use);
  }

  /** How often each operation was used since the process began. There are few. */
  get totals(): ReadonlyMap<string, number> {
    return this.#totals;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** How many could not be kept since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Writes what waits, and adds it to the counts of its month. What fails goes on waiting. */
  async flush(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.slice(0, limits.keyUsesAtOnce);
      await metadata.transaction(async ({ kms }) => {
        await kms.uses.insert(some);
        await kms.uses.count(countsOf(some));
      });
      this.#waiting = this.#waiting.slice(some.length);
    }
  }
}

/** In one order, so that replicas that count at once never wait for each other in a circle. */
function countsOf(uses: readonly KmsUse[]): KmsUseCount[] {
  const counts = new Map<string, KmsUseCount>();
  for (const { key, at, operation } of uses) {
    const month = new Date(at).toISOString().slice(0, 7);
    const name = `${kmsKeyArn(key)} ${month} ${operation}`;
    const before = counts.get(name)?.uses ?? 0;
    counts.set(name, { key, month, operation, uses: before + 1 });
  }
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count);
}
