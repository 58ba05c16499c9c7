/**
 * The thread of the one connection that writes: its fsyncs hold up nobody who reads. Started by
 * `SqliteWriter`.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { SqlValue } from "../sql/statement.ts";
import { checkpointStatement, type LogPosition } from "./log-position.ts";
import { openForWriting } from "./sqlite-connection.ts";
import { toFailure } from "./sqlite-error.ts";
import {
  closeRequest,
  type StepKind,
  step,
  unchanged,
  type WriterAnswer,
  type WriterCommand,
  type WriterFailure,
  type WriterRequest,
  type WriterResult,
  type WriterSettings,
} from "./writer-protocol.ts";

function serve(port: MessagePort, settings: WriterSettings): void {
  const database = openForWriting(settings);
  const thread = new WriterThread(database);
  port.on("message", (request: WriterRequest | typeof closeRequest) => {
    if (request === closeRequest) {
      database.close();
      port.close();
      return;
    }
    port.postMessage(thread.answer(request));
  });
  port.postMessage([[], []] satisfies WriterAnswer);
}

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

type Outcome = WriterAnswer[0][number];

/** Runs batches of steps. */
class WriterThread {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #join: StatementSync;
  readonly #undo: StatementSync;
  readonly #release: StatementSync;
  readonly #commit: StatementSync;
  readonly #look: () => LogPosition | undefined;
  readonly #checkpoint: () => LogPosition | undefined;
  readonly #truncate: () => LogPosition | undefined;
  readonly #texts = new Map<number, string>();
  readonly #prepared = new Map<number, Prepared>();
  #columns: [number, string[]][] = [];
  #log: LogPosition | undefined;
  /** Why nothing is left of the transaction: no step counts from there to the next `begin`. */
  #lost: WriterFailure | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare("begin immediate");
    this.#join = database.prepare("savepoint member");
    this.#undo = database.prepare("rollback to member");
    this.#release = database.prepare("release member");
    this.#commit = database.prepare("commit");
    this.#look = checkpointStatement(database, "noop");
    this.#checkpoint = checkpointStatement(database, "passive");
    this.#truncate = checkpointStatement(database, "truncate");
  }

  answer([steps, forgotten]: WriterRequest): WriterAnswer {
    const outcomes: Outcome[] = [];
    this.#columns = [];
    this.#log = undefined;
    for (const [kind, commands = []] of steps) {
      for (const [statement, text] of commands) {
        if (text !== null) this.#texts.set(statement, text);
      }
      const outcome = this.#take(kind, commands);
      if (isAnswered(kind)) outcomes.push(outcome);
    }
    for (const statement of forgotten) {
      this.#texts.delete(statement);
      this.#prepared.delete(statement);
    }
    return [outcomes, this.#columns, this.#log];
  }

  #take(kind: StepKind, commands: readonly WriterCommand[]): Outcome {
    if (kind === step.begin) this.#lost = undefined;
    if (this.#lost !== undefined) return this.#lost;
    try {
      switch (kind) {
        case step.begin:
          this.#begin.run();
          return [];
        case step.join:
          this.#join.run();
          return [];
        case step.run:
          return this.#run(commands);
        case step.keep: {
          const outcome = this.#run(commands);
          if (this.#lost !== undefined) return outcome;
          if ("failure" in outcome || isToUndo(commands, outcome)) this.#undo.run();
          this.#release.run();
          return outcome;
        }
        case step.drop:
          this.#undo.run();
          this.#release.run();
          return [];
        case step.commit:
          this.#commit.run();
          this.#log = this.#position();
          return [];
        case step.checkpoint:
          this.#log = this.#checkpoint();
          return [];
        case step.truncate:
          this.#log = this.#truncate();
          return [];
      }
    } catch (error) {
      // Whatever could not be begun, cut or committed: no part of it may stay.
      if (this.#database.isTransaction) this.#database.exec("rollback");
      this.#lost = { failure: toFailure(error), transactionLost: true };
      return this.#lost;
    }
  }

  /** What was committed stays so, even if the log can not be looked at. */
  #position(): LogPosition | undefined {
    try {
      return this.#look();
    } catch {
      return undefined; // The next commit looks again.
    }
  }

  #run(commands: readonly WriterCommand[]): Outcome {
    try {
      const results: WriterResult[] = [];
      for (const [statement, , ifUnchanged, parameters] of commands) {
        const result = this.#runOne(statement, parameters);
        results.push(result);
        if (result === 0 && ifUnchanged !== unchanged.goOn) break;
      }
      return results;
    } catch (error) {
      // SQLite gives up a transaction by itself when the disk is full or broken.
      const transactionLost = !this.#database.isTransaction;
      const failed = { failure: toFailure(error), transactionLost };
      if (transactionLost) this.#lost = failed;
      return failed;
    }
  }

  #runOne(number: number, parameters: readonly SqlValue[]): WriterResult {
    const { statement, returnsRows } = this.#prepared.get(number) ?? this.#prepare(number);
    if (returnsRows) return statement.all(...parameters) as unknown as SqlValue[][];
    return Number(statement.run(...parameters).changes);
  }

  #prepare(number: number): Prepared {
    const statement = this.#database.prepare(this.#texts.get(number)!);
    statement.setReturnArrays(true);
    const names = statement.columns().map(({ name }) => name);
    const prepared = { statement, returnsRows: names.length > 0 };
    this.#prepared.set(number, prepared);
    this.#columns.push([number, names]);
    return prepared;
  }
}

function isAnswered(kind: StepKind): boolean {
  return kind === step.run || kind === step.keep || kind >= step.commit;
}

/** Whether the last command that was run changed no row and should have. */
function isToUndo(commands: readonly WriterCommand[], results: readonly WriterResult[]): boolean {
  return results.at(-1) === 0 && commands[results.length - 1]?.[2] === unchanged.undo;
}

if (parentPort !== null) serve(parentPort, workerData as WriterSettings);
