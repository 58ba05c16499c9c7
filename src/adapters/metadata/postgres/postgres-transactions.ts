import { randomUUID } from "node:crypto";
import type { SqlConnection } from "../sql/session.ts";
import { silenceMs } from "./connector.ts";
import { look } from "./last-commit.ts";
import { patiently } from "./patience.ts";
import type { Pool, Slot } from "./pool.ts";
import { ConnectionLost, isReadOnly, ServerError } from "./postgres-error.ts";
import {
  CommitUnanswered,
  PostgresTransaction,
  type TransactionOptions,
} from "./postgres-transaction.ts";
import { migrationTimeouts, setDurable, setPlans, setTimeouts, usualTimeouts } from "./settings.ts";

type Work<T> = (connection: SqlConnection) => Promise<T>;

/** Transactions over a pool: each is tried until it is known to be committed or not to be. */
export class PostgresTransactions {
  readonly #pool: Pool;
  readonly #patienceMs: number;
  readonly #usual: TransactionOptions;

  constructor(pool: Pool, options: { readonly patienceMs: number; readonly prepares: boolean }) {
    const { patienceMs, prepares } = options;
    this.#pool = pool;
    this.#patienceMs = patienceMs;
    this.#usual = {
      run: { prepare: prepares, silenceMs },
      // Behind a pooler a session's settings are another's.
      settings: prepares
        ? []
        : [setTimeouts(usualTimeouts, true), setPlans(true), setDurable(true)],
      isMarked: true,
    };
  }

  /** @throws ServiceUnavailable when the database can not be reached, or its answer not be found out */
  run<T>(work: Work<T>): Promise<T> {
    return patiently(this.#patienceMs, () => this.#attempt(work, this.#usual));
  }

  /**
   * For changes of the schema, which take their time and may be made twice: two replicas that start
   * at once both want to make the table of versions, and PostgreSQL calls that a duplicate.
   */
  migrate<T>(work: Work<T>): Promise<T> {
    const options: TransactionOptions = {
      run: { prepare: false, silenceMs: undefined },
      settings: [setTimeouts(migrationTimeouts, true)],
      isMarked: false,
    };
    return patiently(this.#patienceMs, async () => {
      try {
        return await this.#attempt(work, options);
      } catch (error) {
        if (error instanceof ServerError && /^(23505|42P07|42710)$/.test(error.code)) {
          throw new ConnectionLost(error);
        }
        throw error;
      }
    });
  }

  #attempt<T>(work: Work<T>, options: TransactionOptions): Promise<T> {
    return this.#pool.use("write", async (slot) => {
      let value: { readonly of: T } | undefined;
      try {
        const transaction = new PostgresTransaction(slot, await slot.session(), options);
        return await transaction.run(async (connection) => {
          const of = await work(connection);
          value = { of };
          return of;
        });
      } catch (error) {
        if (isReadOnly(error)) void this.#pool.retire();
        if (!(error instanceof CommitUnanswered) || value === undefined) throw error;
        if (await this.#isCommitted(slot, error.transaction)) return value.of;
        throw new ConnectionLost(error);
      }
    });
  }

  /** @throws ServiceUnavailable when that can not be found out */
  async #isCommitted(slot: Slot, transaction: string): Promise<boolean> {
    const command = look(slot.id, transaction, randomUUID());
    try {
      return await patiently(this.#patienceMs, async () => {
        const session = await slot.session();
        const [result] = await session.run([command], this.#usual.run);
        const { transaction_id: found } = result!.rows[0] as { transaction_id: string };
        slot.lastTransaction = found;
        return found === transaction;
      });
    } catch (error) {
      slot.rename();
      throw error;
    }
  }
}
