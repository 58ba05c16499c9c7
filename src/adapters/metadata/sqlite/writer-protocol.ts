/**
 * What the store and the writer's thread say to each other: batches of steps, and one answer to each
 * batch, in order. Arrays of plain values, since a message costs by the objects in it, by the names
 * of their properties and by the length of its texts.
 */
import type { SqlValue } from "../sql/statement.ts";
import type { LogPosition } from "./log-position.ts";
import type { SqliteFailure } from "./sqlite-error.ts";

export interface WriterSettings {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

/**
 * - `begin`: the transaction that its members share.
 * - `join`: the next member, in a savepoint of its own.
 * - `run`: commands of the member. Answered.
 * - `keep`: its last commands, if any, and its end; one that fails, or is to, undoes the member.
 *   Answered.
 * - `drop`: its end, without a trace of it.
 * - `commit`. Answered.
 * - `checkpoint`, between transactions: copies what is left of the log, and waits for nobody. Answered.
 * - `truncate`, between transactions: the same, waits for readers, and empties the log. Answered.
 */
export const step = {
  begin: 0,
  join: 1,
  run: 2,
  keep: 3,
  drop: 4,
  commit: 5,
  checkpoint: 6,
  truncate: 7,
} as const;
export type StepKind = (typeof step)[keyof typeof step];

/** What becomes of the commands after one that changes no row; `undo` takes back those before, too. */
export const unchanged = { goOn: 0, end: 1, undo: 2 } as const;

export type WriterCommand = readonly [
  /** The statement's number. */
  statement: number,
  /** Its text, where the number is new. */
  text: string | null,
  ifUnchanged: (typeof unchanged)[keyof typeof unchanged],
  parameters: readonly SqlValue[],
];

export type WriterStep = readonly [kind: StepKind, commands?: readonly WriterCommand[]];

export type WriterRequest = readonly [
  steps: readonly WriterStep[],
  /** Numbers that will not be used again. */
  forgotten: readonly number[],
];

/** How many rows changed, or the values of each row. */
export type WriterResult = number | readonly (readonly SqlValue[])[];

export interface WriterFailure {
  readonly failure: SqliteFailure;
  /** Whether nothing is left of the transaction; false where one statement failed alone. */
  readonly transactionLost: boolean;
}

export type WriterAnswer = readonly [
  /** Of the steps that are answered. */
  outcomes: readonly (readonly WriterResult[] | WriterFailure)[],
  /** Names of the columns of statements that were run for the first time. */
  columns: readonly (readonly [statement: number, names: readonly string[]])[],
  /** Of the log after the last commit or checkpoint among the steps. */
  log?: LogPosition | undefined,
];

/** The last request: close, end the thread. */
export const closeRequest = "close";
