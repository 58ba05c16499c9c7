import { Worker } from "node:worker_threads";
import type { SqlConnection, SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import { requireChanges, TransactionConnection } from "../sql/transaction-connection.ts";
import { type LogBounds, logBounds } from "./log-keeper.ts";
import type { LogPosition } from "./log-position.ts";
import { SqliteCheckpointer } from "./sqlite-checkpointer.ts";
import { isFatal, metadataUnavailable, toError } from "./sqlite-error.ts";
import {
  closeRequest,
  type StepKind,
  step,
  type WriterAnswer,
  type WriterRequest,
  type WriterSettings,
  type WriterStep,
} from "./writer-protocol.ts";
import { decode, learn, type Numbered, WriterStatements } from "./writer-statements.ts";

/** Transactions that share one commit, and with it one fsync, when they come at once. */
const transactionsPerCommit = 32;

const nothing: Promise<unknown> = Promise.resolve();

export interface WriterOptions {
  /** Nothing can be written any more. Called at most once. */
  readonly onFailure: (error: Error) => void;
  /** Told of what an operator should know. */
  readonly warn?: ((sentence: string) => void) | undefined;
  readonly bounds?: LogBounds;
}

interface Waiting {
  readonly work: (connection: SqlConnection) => Promise<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A step that waits for its answer. */
interface Pending {
  readonly statements: readonly Numbered[];
  readonly resolve: (results: readonly SqlResult[]) => void;
  readonly reject: (error: Error) => void;
}

/** A transaction that has ended but for the common commit. */
interface Member {
  /** Resolves when its last commands have run; rejects when they failed, and nothing of it is left. */
  readonly kept: Promise<unknown>;
  /** Tells the caller, once the commit is durable. */
  readonly settle: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The server's side of the one connection that writes: runs transactions one after the other on the
 * writer's thread. Those that wait when another ends join it; each has a savepoint of its own, and
 * all are answered when the common commit is durable.
 * A transaction's last commands need no answer before the next one begins, as the thread undoes it
 * by itself when they fail: so work that asks nothing goes out together with that of others and with
 * the commit, in one message.
 */
export class SqliteWriter {
  readonly #worker: Worker;
  readonly #checkpointer: SqliteCheckpointer;
  readonly #exited: Promise<void>;
  readonly #onFailure: (error: Error) => void;
  readonly #statements = new WriterStatements();
  readonly #queue: Waiting[] = [];
  /** Steps without an answer, in order. */
  readonly #pending: Pending[] = [];
  /** Steps that go out together when nothing more can be done at this moment. */
  #steps: WriterStep[] = [];
  /** As it was after the last commit or checkpoint. */
  #log: LogPosition | undefined;
  /** Of the last step that is answered. */
  #lastAnswer: Promise<unknown> = nothing;
  /** Why nothing is left of the transaction that runs. */
  #lost: Error | undefined;
  #running: Promise<void> | undefined;
  #failed: Error | undefined;
  #closing = false;
  #closed = false;

  private constructor(worker: Worker, settings: WriterSettings, options: WriterOptions) {
    this.#worker = worker;
    this.#onFailure = options.onFailure;
    this.#checkpointer = new SqliteCheckpointer(settings, {
      bounds: options.bounds ?? logBounds,
      warn: options.warn ?? (() => undefined),
      onFailure: (error) => this.#fail(error),
      onTurn: () => this.#run(),
    });
    this.#exited = new Promise((resolve) => worker.once("exit", () => resolve()));
    worker.on("message", (answer: WriterAnswer) => this.#receive(answer));
    worker.on("messageerror", (error) => this.#fail(error));
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", (code) => {
      if (!this.#closed) this.#fail(new Error(`The metadata writer ended with code ${code}`));
    });
  }

  /** @throws when the database can not be opened for writing */
  static async open(settings: WriterSettings, options: WriterOptions): Promise<SqliteWriter> {
    const worker = new Worker(new URL("./writer-thread.ts", import.meta.url), {
      workerData: settings,
      name: "metadata-writer",
      execArgv: [], // Options that are meant for the program are none for a part of it.
    });
    await ready(worker);
    return new SqliteWriter(worker, settings, options);
  }

  /** Transactions that wait for their turn. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Of the write-ahead log, as it was after the last commit. */
  get logBytes(): number {
    return this.#checkpointer.logBytes;
  }

  /** Durable once it resolves; nothing happened when it rejects. */
  transaction<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#failed !== undefined || this.#closing) {
        reject(metadataUnavailable(this.#failed ?? new Error("The metadata store is closed")));
        return;
      }
      this.#queue.push({ work, resolve, reject });
      this.#run();
    });
  }

  /** Lets the transactions end that were asked for. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      await this.#running;
      await this.#checkpointer.close();
      // So that the next start has nothing to recover.
      if (this.#failed === undefined) await this.#checkpoint(step.truncate);
      this.#closed = true;
      this.#worker.postMessage(closeRequest);
    }
    await this.#exited;
  }

  #run(): void {
    if (this.#failed === undefined) this.#running ??= this.#runQueue();
  }

  async #runQueue(): Promise<void> {
    // Requests that came at the same moment are heard first, so that they share the commit.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 || this.#checkpointer.wantsTurn) {
      await this.#checkpointer.room();
      if (this.#checkpointer.wantsTurn) await this.#checkpoint(step.checkpoint);
      if (this.#queue.length > 0) await this.#commitSome();
      if (this.#failed !== undefined) break;
    }
    this.#running = undefined;
  }

  async #commit(): Promise<void> {
    await this.#ask(step.commit, []);
    if (this.#log !== undefined) this.#checkpointer.committed(this.#log);
  }

  /** What it fails with is told, and keeps nobody from writing. */
  async #checkpoint(kind: StepKind): Promise<void> {
    this.#lost = undefined;
    const answered = this.#ask(kind, []);
    const outcome = await answered.then(
      () => this.#log,
      (error: Error) => error,
    );
    this.#checkpointer.turnEnded(outcome);
  }

  async #commitSome(): Promise<void> {
    const taken: Waiting[] = [];
    const members: Member[] = [];
    this.#lost = undefined;
    try {
      while (taken.length < transactionsPerCommit) {
        const next = this.#queue.shift();
        if (next === undefined) break;
        taken.push(next);
        const member = await this.#runOne(next, members.length === 0);
        if (member !== undefined) members.push(member);
      }
      if (members.length > 0) await this.#commit();
    } catch (error) {
      // Also those whose work rejected by itself: they may have seen what is not there any more.
      for (const member of taken) member.reject(error);
      await this.#lastAnswer.catch(() => undefined); // What is still lost is not the next one's.
      return;
    }
    for (const { kept, settle, reject } of members) kept.then(settle, reject);
  }

  /**
   * Resolves when nothing stands in the way of the next transaction; to nothing when this one sent
   * nothing, and was told.
   * @throws when nothing is left of the whole transaction
   */
  async #runOne({ work, resolve, reject }: Waiting, isFirst: boolean): Promise<Member | undefined> {
    let hasJoined = false;
    let isOver = false;
    const join = () => {
      if (hasJoined) return;
      hasJoined = true;
      if (isFirst) this.#tell(step.begin);
      this.#tell(step.join);
    };
    const connection = new TransactionConnection(async (commands) => {
      if (isOver) throw new Error("The transaction has ended already");
      join();
      return this.#ask(step.run, commands);
    });
    let settle: () => void;
    let last: readonly SqlCommand[] | undefined;
    try {
      const value = await work(connection);
      last = await connection.rest();
      settle = () => resolve(value as never);
    } catch (error) {
      settle = () => reject(error);
    }
    connection.end();
    isOver = true;
    if (this.#failed !== undefined) throw metadataUnavailable(this.#failed);
    if (this.#lost !== undefined) throw this.#lost;
    if (last !== undefined && last.length > 0) join();
    if (!hasJoined) {
      settle();
      return undefined;
    }
    if (last === undefined) this.#tell(step.drop);
    const kept = last === undefined ? nothing : this.#keep(last);
    kept.catch(() => undefined); // The caller hears of it after the commit.
    return { kept, settle, reject };
  }

  async #keep(last: readonly SqlCommand[]): Promise<void> {
    requireChanges(last, await this.#ask(step.keep, last));
  }

  /** A step without an answer. */
  #tell(kind: StepKind): void {
    this.#add([kind]);
  }

  #ask(kind: StepKind, commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    if (this.#failed !== undefined) return Promise.reject(metadataUnavailable(this.#failed));
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    try {
      const [encoded, statements] = this.#statements.encode(commands);
      this.#add([kind, encoded]);
      const answer = new Promise<readonly SqlResult[]>((resolve, reject) => {
        this.#pending.push({ statements, resolve, reject });
      });
      this.#lastAnswer = answer;
      return answer;
    } catch (error) {
      if (kind === step.keep) this.#tell(step.drop); // The member ends all the same.
      return Promise.reject(error);
    }
  }

  #add(each: WriterStep): void {
    if (this.#steps.length === 0) process.nextTick(() => this.#post());
    this.#steps.push(each);
  }

  #post(): void {
    if (this.#failed !== undefined) return;
    const request: WriterRequest = [this.#steps, this.#statements.takeForgotten()];
    this.#steps = [];
    try {
      this.#worker.postMessage(request);
    } catch (error) {
      this.#fail(error as Error); // The thread and this side would not agree any more.
    }
  }

  #receive([outcomes, columns, log]: WriterAnswer): void {
    this.#log = log;
    const answered = this.#pending.splice(0, outcomes.length);
    learn(
      answered.flatMap(({ statements }) => statements),
      columns,
    );
    for (const [index, outcome] of outcomes.entries()) {
      const { statements, resolve, reject } = answered[index]!;
      if (!("failure" in outcome)) {
        resolve(decode(statements, outcome));
        continue;
      }
      const error = toError(outcome.failure);
      if (outcome.transactionLost) this.#lost = error;
      if (isFatal(outcome.failure)) this.#fail(error);
      reject(error);
    }
  }

  /** Whatever was asked and whatever will be is refused: the process is expected to end. */
  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    const refusal = metadataUnavailable(error);
    for (const pending of this.#pending.splice(0)) pending.reject(refusal);
    for (const waiting of this.#queue.splice(0)) waiting.reject(refusal);
    void this.#worker.terminate();
    void this.#checkpointer.close();
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
