import { randomUUID } from "node:crypto";
import type { SqlConnection, SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import { requireChanges, TransactionConnection } from "../sql/transaction-connection.ts";
import { isMarkRefused, mark } from "./last-commit.ts";
import type { Slot } from "./pool.ts";
import {
  ConnectionLost,
  metadataUnavailable,
  ServerError,
  spoilsSession,
} from "./postgres-error.ts";
import type { PostgresSession, RunOptions } from "./postgres-session.ts";

/** The answer to the COMMIT of a transaction that wrote did not come. */
export class CommitUnanswered extends Error {
  readonly transaction: string;

  constructor(transaction: string, cause: unknown) {
    super("The database did not answer a COMMIT", { cause });
    this.transaction = transaction;
  }
}

export interface TransactionOptions {
  readonly run: RunOptions;
  /** Runs right after BEGIN. */
  readonly settings: readonly SqlCommand[];
  /** Whether it leaves a mark, so that the answer to its COMMIT can be found out. */
  readonly isMarked: boolean;
}

const begin: SqlCommand = { sql: "begin isolation level read committed", parameters: [] };
const commit: SqlCommand = { sql: "commit", parameters: [] };
const rollback: SqlCommand = { sql: "rollback", parameters: [] };

/**
 * One transaction on one session. BEGIN goes out with the first commands and COMMIT with the last
 * ones, so that work that waits for nothing costs one round trip.
 */
export class PostgresTransaction {
  readonly #slot: Slot;
  readonly #session: PostgresSession;
  readonly #options: TransactionOptions;
  readonly #id = randomUUID();
  /** Commands whose results nobody gets. */
  #carried: readonly SqlCommand[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  #hasBegun = false;
  #hasWritten = false;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(slot: Slot, session: PostgresSession, options: TransactionOptions) {
    this.#slot = slot;
    this.#session = session;
    this.#options = options;
  }

  /**
   * Committed when it resolves; nothing of it is left when it rejects, but for one case.
   * @throws CommitUnanswered when it may be committed
   */
  async run<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    const connection = new TransactionConnection((commands) => this.#send(commands));
    try {
      const value = await work(connection);
      await connection.finish([commit]);
      return value;
    } catch (error) {
      // What failed first counts: after it the server refuses everything.
      throw this.#failure?.error ?? error;
    } finally {
      connection.end();
      this.#isOver = true;
      await this.#tail;
      await this.#rollBack();
    }
  }

  /** One after the other, as an answer decides what goes out next. */
  #send(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    const results = this.#tail.then(async () => {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isOver) throw new Error("The transaction has ended already");
      try {
        return commands.at(-1) === commit
          ? await this.#sendLast(commands.slice(0, -1))
          : await this.#sendSome(commands);
      } catch (error) {
        this.#failure = { error };
        throw error;
      }
    });
    this.#tail = results.catch(() => undefined); // Who asked has the error.
    return results;
  }

  async #sendSome(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    const end = commands.findIndex((command) => command.endsUnlessChanged === true) + 1;
    const now = end === 0 ? commands : commands.slice(0, end);
    const results = await this.#exchange(now);
    this.#hasWritten ||= results.some(({ changes }) => changes > 0);
    // Nobody waits for what follows, so it needs no round trip of its own.
    if (end > 0 && results.at(-1)!.changes > 0) this.#carried = commands.slice(end);
    return results;
  }

  async #sendLast(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    const writesNow = commands.length + this.#carried.length > 0;
    if (!this.#hasBegun && !writesNow) return [];
    const isMarked = this.#options.isMarked && (this.#hasWritten || writesNow);
    if (!isMarked) {
      const results = await this.#exchange([...commands, commit]);
      this.#hasBegun = false;
      return results;
    }
    const { id, lastTransaction } = this.#slot;
    try {
      const last = [...commands, mark(id, this.#id, lastTransaction), commit];
      const results = await this.#exchange(last);
      this.#slot.lastTransaction = this.#id;
      this.#hasBegun = false;
      if (this.#session.takeStandbyMissing()) throw notReplicated();
      return results;
    } catch (error) {
      if (error instanceof ConnectionLost) throw new CommitUnanswered(this.#id, error);
      if (!isMarkRefused(error)) throw error;
      // A failover lost what this slot committed last. Nothing of this transaction is left.
      this.#slot.rename();
      throw new ConnectionLost(error);
    }
  }

  /** Results of `commands` alone. */
  async #exchange(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    const { settings, run } = this.#options;
    const before = [...(this.#hasBegun ? [] : [begin, ...settings]), ...this.#carried];
    this.#carried = [];
    this.#hasBegun = true;
    const all = [...before, ...commands];
    try {
      const results = await this.#session.run(all, run);
      return results.slice(before.length);
    } catch (error) {
      // What was to fail with an error of its own counts before what failed only because of that.
      if (error instanceof ServerError) requireChanges(all, error.answered);
      throw error;
    }
  }

  async #rollBack(): Promise<void> {
    if (this.#failure !== undefined && spoilsSession(this.#failure.error)) {
      this.#slot.drop(this.#failure.error);
    } else if (this.#hasBegun) {
      try {
        await this.#session.run([rollback], this.#options.run);
      } catch (error) {
        this.#slot.drop(error); // The server rolls back what has no session.
      }
    }
  }
}

/** The server was told to stop waiting for its standby: what it committed might not survive it. */
function notReplicated(): Error {
  return metadataUnavailable(
    new Error("a commit is not on the standby that has to have every commit"),
  );
}
