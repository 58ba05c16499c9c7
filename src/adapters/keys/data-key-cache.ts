import type { Clock } from "../../ports/clock.ts";
import type { KeyContext } from "../../ports/key-service.ts";
import { BoundedCache, type CacheUse } from "../../registry/bounded-cache.ts";
import { limits } from "../../registry/limits.ts";

interface Entry {
  readonly plain: Uint8Array;
  readonly openedAt: number;
}

/**
 * Data keys that were opened a short time ago. An entry's time is not renewed by using it: what may
 * not be opened any more must be noticed in time (I13).
 */
export class DataKeyCache implements CacheUse {
  hits = 0;
  misses = 0;
  readonly #clock: Clock;
  readonly #entries = new BoundedCache<string, Entry>(limits.dataKeyCacheEntries, () => 1);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(wrapped: Uint8Array, context: KeyContext): Uint8Array | undefined {
    const name = nameOf(wrapped, context);
    const entry = this.#entries.get(name);
    const age = entry === undefined ? -1 : this.#clock.now() - entry.openedAt;
    // A clock that was set back must not make keys live longer.
    if (entry !== undefined && age >= 0 && age < limits.dataKeyCacheMs) {
      this.hits += 1;
      return Uint8Array.from(entry.plain);
    }
    this.misses += 1;
    this.#entries.delete(name);
    return undefined;
  }

  put(wrapped: Uint8Array, context: KeyContext, plain: Uint8Array): void {
    // A copy of its own, as callers may wipe theirs.
    const entry = { plain: Uint8Array.from(plain), openedAt: this.#clock.now() };
    this.#entries.set(nameOf(wrapped, context), entry);
  }
}

function nameOf(wrapped: Uint8Array, { registry, object }: KeyContext): string {
  const bytes = Buffer.from(wrapped.buffer, wrapped.byteOffset, wrapped.byteLength);
  return `${registry.account} ${registry.region} ${object} ${bytes.toString("latin1")}`;
}
