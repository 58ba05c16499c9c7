import { randomUUID } from "node:crypto";
import type { DatabaseLoad } from "../../../ports/metadata-store.ts";
import type { Connector } from "./connector.ts";
import { metadataUnavailable } from "./postgres-error.ts";
import type { PostgresSession } from "./postgres-session.ts";

/** A place for one session; outlives the sessions that it has one after the other. */
export class Slot {
  /** By what the database knows what this slot committed last. */
  id = randomUUID();
  /** The transaction that the database has for it; empty before the first. */
  lastTransaction = "";
  #session: PostgresSession | undefined;
  #openedAt = 0;
  readonly #connector: Connector;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** The session that there is, or a new one. @throws NotConnected */
  async session(): Promise<PostgresSession> {
    if (this.#session?.isOpen !== true) {
      this.#session = await this.#connector.connect();
      this.#openedAt = Date.now();
    }
    return this.#session;
  }

  /** What it committed last can not be found out, so another name is taken. */
  rename(): void {
    this.id = randomUUID();
    this.lastTransaction = "";
  }

  drop(why: unknown): void {
    this.#session?.destroy(why);
    this.#session = undefined;
  }

  async retire(olderThan: number): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#openedAt > olderThan) return;
    this.#session = undefined;
    await session.close();
  }
}

export type Use = "read" | "write";

interface Waiting {
  readonly use: Use;
  readonly take: (slot: Slot) => void;
}

/** A session is replaced now and then, since names move to other servers and servers gather memory. */
const sessionLifeMs = 30 * 60_000;

/**
 * A fixed number of slots, given to who came first. Transactions wait for one another's locks with
 * their slots in hand, so some are kept for reads.
 */
export class Pool {
  readonly #free: Slot[];
  readonly #all: readonly Slot[];
  readonly #waiting: Waiting[] = [];
  readonly #mostWrites: number;
  readonly #patienceMs: number;
  #writes = 0;
  #retiredAt = 0;
  #isClosed = false;

  constructor(connector: Connector, size: number, patienceMs: number) {
    this.#all = Array.from({ length: size }, () => new Slot(connector));
    this.#free = [...this.#all];
    this.#mostWrites = size - Math.min(2, Math.floor(size / 2));
    this.#patienceMs = patienceMs;
  }

  get load(): DatabaseLoad {
    const size = this.#all.length;
    return { waiting: this.#waiting.length, inUse: size - this.#free.length, size };
  }

  /** Runs `work` with a slot of its own. @throws ServiceUnavailable when none becomes free */
  async use<T>(use: Use, work: (slot: Slot) => Promise<T>): Promise<T> {
    const slot = await this.#acquire(use);
    try {
      return await work(slot);
    } finally {
      const retiredAt = this.#isClosed ? Number.POSITIVE_INFINITY : this.#retiredAt;
      void slot.retire(Math.max(retiredAt, Date.now() - sessionLifeMs));
      this.#release(slot, use);
    }
  }

  /** All sessions that there are now, those in use as soon as they are not. */
  async retire(): Promise<void> {
    this.#retiredAt = Date.now();
    await Promise.all(this.#free.map((slot) => slot.retire(this.#retiredAt)));
  }

  /** When nothing is under way any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#all.map((slot) => slot.retire(Number.POSITIVE_INFINITY)));
  }

  #acquire(use: Use): Promise<Slot> {
    if (this.#isClosed) {
      return Promise.reject(metadataUnavailable(new Error("the metadata store is closed")));
    }
    const slot = this.#mayHave(use) ? this.#free.pop() : undefined;
    if (slot !== undefined) {
      if (use === "write") this.#writes += 1;
      return Promise.resolve(slot);
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        use,
        take: (free) => {
          clearTimeout(timer);
          resolve(free);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(metadataUnavailable(new Error("all connections to the database are in use")));
      }, this.#patienceMs);
      this.#waiting.push(waiting);
    });
  }

  #release(slot: Slot, use: Use): void {
    if (use === "write") this.#writes -= 1;
    this.#free.push(slot);
    const next = this.#waiting.findIndex((waiting) => this.#mayHave(waiting.use));
    const [waiting] = next < 0 ? [] : this.#waiting.splice(next, 1);
    const free = waiting && this.#free.pop();
    if (waiting === undefined || free === undefined) return;
    if (waiting.use === "write") this.#writes += 1;
    waiting.take(free);
  }

  #mayHave(use: Use): boolean {
    return use === "read" || this.#writes < this.#mostWrites;
  }
}
