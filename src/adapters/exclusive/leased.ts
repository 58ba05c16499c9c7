import { randomUUID } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { Exclusive } from "../../ports/exclusive.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import { limits } from "../../registry/limits.ts";

/**
 * One holder among all replicas that share a database: a name is a row with a holder and an end,
 * which is moved while the name is held. A replica that dies loses its names after
 * `limits.exclusiveLeaseMs`.
 *
 * A lease is a courtesy that saves work, and no more: a process may sleep past the end of its lease
 * and wake up believing in it, and clocks differ. What is written stays right without it, since rows
 * have revisions and are locked when they are changed. So the clocks of replicas need to agree within
 * a fraction of the lease for the courtesy, and not at all for what is stored.
 */
export class LeasedExclusive implements Exclusive {
  readonly #metadata: Pick<MetadataStore, "transaction">;
  readonly #clock: Clock;
  readonly #holder: string;
  /** Held by this process, or on their way to or from the database. */
  readonly #names = new Set<string>();
  /** Those of them that the database gave. */
  readonly #leases = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param holder unlike that of any other process */
  constructor(metadata: Pick<MetadataStore, "transaction">, clock: Clock, holder = randomUUID()) {
    this.#metadata = metadata;
    this.#clock = clock;
    this.#holder = holder;
  }

  async tryAcquire(name: string): Promise<(() => Promise<void>) | undefined> {
    // The database gives a name to the same holder twice; within the process this decides.
    if (this.#names.has(name)) return undefined;
    this.#names.add(name);
    let taken = false;
    try {
      taken = await this.#take(name);
    } finally {
      if (!taken) this.#names.delete(name);
    }
    if (!taken) return undefined;
    this.#leases.add(name);
    this.#keepAlive();
    let released: Promise<void> | undefined;
    return () => {
      released ??= this.#release(name);
      return released;
    };
  }

  /**
   * Moves the end of every lease that is held: by itself while there are any. A lease that another
   * has taken meanwhile stays lost. Never rejects: without an answer the next call tries again.
   */
  async renew(): Promise<void> {
    const names = [...this.#leases];
    const until = this.#clock.now() + limits.exclusiveLeaseMs;
    const extended = this.#metadata.transaction(({ leases }) =>
      leases.extend(names, this.#holder, until),
    );
    await Promise.allSettled([extended]);
  }

  #take(name: string): Promise<boolean> {
    const now = this.#clock.now();
    const until = now + limits.exclusiveLeaseMs;
    return this.#metadata.transaction(({ leases }) => leases.take(name, this.#holder, now, until));
  }

  async #release(name: string): Promise<void> {
    this.#leases.delete(name);
    if (this.#leases.size === 0) this.#rest();
    const given = this.#metadata.transaction(({ leases }) => leases.release(name, this.#holder));
    // What could not be given back ends by itself, and until then this process may take it again.
    await Promise.allSettled([given]);
    this.#names.delete(name);
  }

  #keepAlive(): void {
    this.#timer ??= setInterval(() => void this.renew(), limits.exclusiveHeartbeatMs).unref();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
