import { Worker } from "node:worker_threads";
import type { SqlConnection, SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import { TransactionConnection } from "../sql/transaction-connection.ts";
import { isFatal, metadataUnavailable, toError } from "./sqlite-error.ts";
import {
  closeRequest,
  type WriterAnswer,
  type WriterRequest,
  type WriterSettings,
} from "./writer-protocol.ts";

/** Transactions that share one commit, and with it one fsync, when they come at once. */
const transactionsPerCommit = 32;

interface Waiting {
  readonly work: (connection: SqlConnection) => Promise<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Pending {
  readonly resolve: (results: readonly SqlResult[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The server's side of the one connection that writes: runs transactions one after the other on the
 * writer's thread. Those that wait when another ends join it; each has a savepoint of its own, and
 * all are answered when the common commit is durable.
 */
export class SqliteWriter {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #onFailure: (error: Error) => void;
  readonly #queue: Waiting[] = [];
  /** Requests without an answer, in order. */
  readonly #pending: Pending[] = [];
  /** Begins and ends of transactions, which go out with the next request. */
  #control: string[] = [];
  /** Why nothing is left of the transaction that runs. */
  #lost: Error | undefined;
  #running: Promise<void> | undefined;
  #failed: Error | undefined;
  #closing = false;
  #closed = false;

  private constructor(worker: Worker, onFailure: (error: Error) => void) {
    this.#worker = worker;
    this.#onFailure = onFailure;
    this.#exited = new Promise((resolve) => worker.once("exit", () => resolve()));
    worker.on("message", (answer: WriterAnswer) => this.#receive(answer));
    worker.on("messageerror", (error) => this.#fail(error));
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", (code) => {
      if (!this.#closed) this.#fail(new Error(`The metadata writer ended with code ${code}`));
    });
  }

  /** @throws when the database can not be opened for writing */
  static async open(
    settings: WriterSettings,
    onFailure: (error: Error) => void,
  ): Promise<SqliteWriter> {
    const worker = new Worker(new URL("./writer-thread.ts", import.meta.url), {
      workerData: settings,
      name: "metadata-writer",
      execArgv: [], // Options that are meant for the program are none for a part of it.
    });
    await ready(worker);
    return new SqliteWriter(worker, onFailure);
  }

  /** Durable once it resolves; nothing happened when it rejects. */
  transaction<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#failed !== undefined || this.#closing) {
        reject(metadataUnavailable(this.#failed ?? new Error("The metadata store is closed")));
        return;
      }
      this.#queue.push({ work, resolve, reject });
      this.#running ??= this.#runQueue();
    });
  }

  /** Lets the transactions end that were asked for. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      await this.#running;
      this.#closed = true;
      this.#worker.postMessage(closeRequest);
    }
    await this.#exited;
  }

  async #runQueue(): Promise<void> {
    while (this.#queue.length > 0) await this.#commitSome();
    this.#running = undefined;
  }

  async #commitSome(): Promise<void> {
    const members: Waiting[] = [];
    const outcomes: (() => void)[] = [];
    this.#control = ["begin immediate"];
    this.#lost = undefined;
    try {
      while (members.length < transactionsPerCommit) {
        const next = this.#queue.shift();
        if (next === undefined) break;
        members.push(next);
        outcomes.push(await this.#runOne(next));
      }
      if (this.#control[0] !== "begin immediate") {
        this.#control.push("commit");
        await this.#send([]);
      }
    } catch (error) {
      // Also those whose work rejected by itself: they may have seen what is not there any more.
      for (const member of members) member.reject(error);
      return;
    }
    for (const settle of outcomes) settle();
  }

  /**
   * Resolves to what the caller will hear when the commit is durable.
   * @throws when nothing is left of the whole transaction
   */
  async #runOne({ work, resolve, reject }: Waiting): Promise<() => void> {
    const sentBefore = this.#control.length;
    this.#control.push("savepoint member");
    const connection = new TransactionConnection((commands) => this.#send(commands));
    let settle: () => void;
    let end: string[];
    try {
      const value = await work(connection);
      await connection.finish();
      settle = () => resolve(value as never);
      end = ["release member"];
    } catch (error) {
      settle = () => reject(error);
      end = ["rollback to member", "release member"];
    }
    connection.end();
    if (this.#failed !== undefined) throw metadataUnavailable(this.#failed);
    if (this.#lost !== undefined) throw this.#lost;
    // Work that sent nothing leaves its savepoint unsent.
    if (this.#control.at(-1) === "savepoint member") this.#control.length = sentBefore;
    else this.#control.push(...end);
    return settle;
  }

  #send(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    if (this.#failed !== undefined) return Promise.reject(metadataUnavailable(this.#failed));
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const request: WriterRequest = { control: this.#control, commands };
      this.#worker.postMessage(request); // Throws, and so rejects, on a value that can not be sent.
      this.#control = [];
      this.#pending.push({ resolve, reject });
    });
  }

  #receive(answer: WriterAnswer): void {
    const pending = this.#pending.shift();
    if ("results" in answer) {
      pending?.resolve(answer.results);
      return;
    }
    const error = toError(answer.failure);
    if (answer.transactionLost) this.#lost = error;
    if (isFatal(answer.failure)) this.#fail(error);
    pending?.reject(error);
  }

  /** Whatever was asked and whatever will be is refused: the process is expected to end. */
  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    const refusal = metadataUnavailable(error);
    for (const pending of this.#pending.splice(0)) pending.reject(refusal);
    for (const waiting of this.#queue.splice(0)) waiting.reject(refusal);
    void this.#worker.terminate();
    this.#onFailure(error);
  }
}

/** The thread says once that the database is open, or ends with why it is not. */
function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.off("error", reject);
      resolve();
    });
    worker.once("error", reject);
  });
}
