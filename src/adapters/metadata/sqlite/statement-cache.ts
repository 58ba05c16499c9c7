import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";

interface Prepared {
  readonly statement: StatementSync;
  /** Names of the columns of a statement that returns rows; empty for others. */
  readonly columns: readonly string[];
}

type Row = Record<string, SQLOutputValue>;

/** Texts differ only where a call brings lists of values, so this holds nearly all that there are. */
const statementsKept = 512;

/** Prepares each SQL text once and runs it. */
export class StatementCache {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run({ sql, parameters }: SqlCommand): SqlResult {
    const { statement, columns } = this.#prepared.get(sql) ?? this.#prepare(sql);
    if (columns.length === 0) {
      return { rows: noRows, changes: Number(statement.run(...parameters).changes) };
    }
    const rows = statement.all(...parameters) as unknown as SQLOutputValue[][];
    return { rows: rows.map((values) => toRow(columns, values)), changes: 0 };
  }

  /** As `SqlConnection.runAll`. */
  runAll(commands: readonly SqlCommand[]): SqlResult[] {
    const results: SqlResult[] = [];
    for (const command of commands) {
      const result = this.run(command);
      results.push(result);
      if (command.endsUnlessChanged && result.changes === 0) break;
    }
    return results;
  }

  #prepare(sql: string): Prepared {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    if (this.#prepared.size >= statementsKept) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

export const noRows: readonly object[] = [];

/** Arrays in, objects of one shape out: faster than the objects that node:sqlite makes. */
export function toRow(columns: readonly string[], values: readonly SQLOutputValue[]): Row {
  const row: Row = {};
  for (let index = 0; index < columns.length; index++) row[columns[index]!] = values[index]!;
  return row;
}
