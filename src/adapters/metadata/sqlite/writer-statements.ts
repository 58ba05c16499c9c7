import type { SQLOutputValue } from "node:sqlite";
import type { SqlResult } from "../sql/session.ts";
import type { SqlCommand, SqlValue } from "../sql/statement.ts";
import { noRows, toRow } from "./statement-cache.ts";
import {
  unchanged,
  type WriterAnswer,
  type WriterCommand,
  type WriterResult,
} from "./writer-protocol.ts";

/** A statement that the thread knows by a number, which is never given to another one. */
export interface Numbered {
  readonly number: number;
  /** Known once the thread has run it. */
  columns: readonly string[] | undefined;
}

/** Texts differ only where a call brings lists of values, so this holds nearly all that there are. */
const statementsKept = 512;

/** What the writer's thread knows of statements, so that their texts go to it once. */
export class WriterStatements {
  readonly #known = new Map<string, Numbered>();
  #last = 0;
  #forgotten: number[] = [];

  /** @throws for a value that is none of SQLite's; then nothing was encoded */
  encode(commands: readonly SqlCommand[]): [readonly WriterCommand[], readonly Numbered[]] {
    const values = commands.map(({ parameters }) => parameters.map(toSend));
    const statements: Numbered[] = [];
    const encoded = commands.map((command, index): WriterCommand => {
      const { sql } = command;
      const known = this.#known.get(sql);
      const statement = known ?? this.#add(sql);
      statements.push(statement);
      const text = known === undefined ? sql : null;
      return [statement.number, text, ifUnchanged(command), values[index]!];
    });
    return [encoded, statements];
  }

  /** Numbers that the thread may forget after the commands that were encoded before. */
  takeForgotten(): readonly number[] {
    if (this.#forgotten.length === 0) return noNumbers;
    const forgotten = this.#forgotten;
    this.#forgotten = [];
    return forgotten;
  }

  #add(sql: string): Numbered {
    if (this.#known.size >= statementsKept) {
      const [oldest] = this.#known;
      if (oldest !== undefined) {
        this.#known.delete(oldest[0]);
        this.#forgotten.push(oldest[1].number);
      }
    }
    this.#last += 1;
    const statement = { number: this.#last, columns: undefined };
    this.#known.set(sql, statement);
    return statement;
  }
}

function ifUnchanged({ otherwise, endsUnlessChanged }: SqlCommand): WriterCommand[2] {
  if (otherwise !== undefined) return unchanged.undo;
  return endsUnlessChanged === true ? unchanged.end : unchanged.goOn;
}

const noNumbers: readonly number[] = [];

/** Bytes that lie in a larger buffer would take all of it along. */
function toSend(value: SqlValue): SqlValue {
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  if (!(value instanceof Uint8Array) || isDetached(value)) {
    throw new TypeError(`A value of type ${typeof value} can not be sent to the database`);
  }
  return value.byteLength === value.buffer.byteLength ? value : Uint8Array.from(value);
}

function isDetached({ buffer }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && buffer.detached;
}

/** Takes the names of columns that came with an answer. */
export function learn(statements: readonly Numbered[], columns: WriterAnswer[1]): void {
  if (columns.length === 0) return;
  const names = new Map(columns);
  for (const statement of statements) statement.columns ??= names.get(statement.number);
}

/** The results of the statements that were run, which may be fewer than were asked for. */
export function decode(
  statements: readonly Numbered[],
  results: readonly WriterResult[],
): SqlResult[] {
  return results.map((result, index) => {
    if (typeof result === "number") return { rows: noRows, changes: result };
    const columns = statements[index]?.columns ?? [];
    return { rows: result.map((values) => toRow(columns, values as SQLOutputValue[])), changes: 0 };
  });
}
