import type { Compilable } from "kysely";
import type { SqlDialect } from "./dialect.ts";
import type { SqlCommand, SqlValue, Statement, StatementCompiler } from "./statement.ts";

export interface SqlResult {
  readonly rows: readonly object[];
  /** Rows inserted, updated or deleted. */
  readonly changes: number;
}

/** Runs SQL, in a transaction or outside of one. */
export interface SqlConnection {
  run(command: SqlCommand): Promise<SqlResult>;
  /** One after the other up to the first that fails, in one round trip where that can be. */
  runAll(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]>;
}

/** A connection that understands statements. Reads and every transaction have their own. */
export class SqlSession {
  readonly #compiler: StatementCompiler;
  readonly #connection: SqlConnection;

  constructor(compiler: StatementCompiler, connection: SqlConnection) {
    this.#compiler = compiler;
    this.#connection = connection;
  }

  async all<P, R>(statement: Statement<P, R>, parameters: P): Promise<R[]> {
    const result = await this.#connection.run(this.#compiler.command(statement, parameters));
    return result.rows as R[];
  }

  async first<P, R>(statement: Statement<P, R>, parameters: P): Promise<R | undefined> {
    const result = await this.#connection.run(this.#compiler.command(statement, parameters));
    return result.rows[0] as R | undefined;
  }

  /** Resolves to how many rows changed. */
  async change<P, R>(statement: Statement<P, R>, parameters: P): Promise<number> {
    const result = await this.#connection.run(this.#compiler.command(statement, parameters));
    return result.changes;
  }

  /** For `runAll`. */
  command<P, R>(statement: Statement<P, R>, parameters: P): SqlCommand {
    return this.#compiler.command(statement, parameters);
  }

  async runAll(commands: readonly SqlCommand[]): Promise<void> {
    await this.#connection.runAll(commands);
  }

  /** For queries whose text depends on the call (lists of values, filters); compiled every time. */
  async query<R>(build: (dialect: SqlDialect) => Compilable<R>): Promise<R[]> {
    const { sql, parameters } = build(this.#compiler.dialect).compile();
    const result = await this.#connection.run({ sql, parameters: parameters as SqlValue[] });
    return result.rows as R[];
  }
}
