import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

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
    const { statement, returnsRows } = this.#prepared.get(sql) ?? this.#prepare(sql);
    if (returnsRows) return { rows: statement.all(...parameters), changes: 0 };
    return { rows: noRows, changes: Number(statement.run(...parameters).changes) };
  }

  #prepare(sql: string): Prepared {
    const statement = this.#database.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    if (this.#prepared.size >= statementsKept) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

const noRows: readonly object[] = [];
