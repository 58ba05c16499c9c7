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
  /**
   * One after the other up to the first that fails or ends the row of commands, in one round trip
   * where that can be. After one that may end the row the results of others may be missing: where a
   * database can not decide that by itself, they run as with `runLater`.
   */
  runAll(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]>;
  /**
   * For writes whose results nobody waits for: they run before the next command or at the end of
   * the transaction, without a round trip of their own. If one fails, so does the transaction; also
   * if one changes no row that says what to fail with `otherwise`.
   */
  runLater(commands: readonly SqlCommand[]): Promise<void>;
}

const mark: SqlCommand = { sql: "savepoint attempt", parameters: [] };
const keep: SqlCommand = { sql: "release savepoint attempt", parameters: [] };
const letGo: SqlCommand = { sql: "rollback to savepoint attempt", parameters: [] };

/** What a store that no other process writes to knows of its content. */
export interface KnownContent {
  /** False while there never was a trail since the store was opened, nor before. */
  mayHaveTrails: boolean;
}

/** A connection that understands statements. Reads and every transaction have their own. */
export class SqlSession {
  readonly #compiler: StatementCompiler;
  readonly #connection: SqlConnection;
  /** Which row of a registry's counters this transaction adds to. */
  readonly counterSlot: number;
  /** See `SqlDialect`. */
  readonly counterSlots: number;
  /** See `SqlDialect`. */
  readonly locksRows: boolean;
  readonly known: KnownContent;

  /** @param known where nobody else can change it */
  constructor(
    compiler: StatementCompiler,
    connection: SqlConnection,
    known: KnownContent = { mayHaveTrails: true },
  ) {
    this.known = known;
    const { counterSlots, locksRows } = compiler.dialect;
    this.locksRows = locksRows;
    this.counterSlots = counterSlots;
    this.#compiler = compiler;
    this.#connection = connection;
    this.counterSlot = counterSlots === 1 ? 0 : Math.floor(Math.random() * counterSlots);
  }

  async all<P, R>(statement: Statement<P, R>, parameters: P): Promise<R[]> {
    const result = await this.#connection.run(this.#compiler.command(statement, parameters));
    return result.rows as R[];
  }

  async first<P, R>(statement: Statement<P, R>, parameters: P): Promise<R | undefined> {
    const result = await this.#connection.run(this.#compiler.command(statement, parameters));
    return result.rows[0] as R | undefined;
  }

  /** Changes rows, how many ever. See `SqlConnection.runLater`. */
  later<P, R>(statement: Statement<P, R>, parameters: P): Promise<void> {
    return this.#connection.runLater([this.#compiler.command(statement, parameters)]);
  }

  /**
   * Changes a row, and then runs the others; the transaction fails with what `otherwise` makes if
   * there is no such row. Heard at the transaction's end at the latest.
   */
  laterOrFail(first: SqlCommand, otherwise: () => Error, others: readonly SqlCommand[] = []) {
    return this.#connection.runLater([{ ...first, otherwise }, ...others]);
  }

  /** Resolves to how many rows changed. */
  async change<P, R>(statement: Statement<P, R>, parameters: P): Promise<number> {
    const result = await this.#connection.run(this.#compiler.command(statement, parameters));
    return result.changes;
  }

  /**
   * Whether rows changed. Where none did, none is locked by it: PostgreSQL keeps a row that it had to
   * wait for, and then found not to be meant any more.
   */
  async changeOrLetGo<P, R>(statement: Statement<P, R>, parameters: P): Promise<boolean> {
    if (!this.locksRows) return (await this.change(statement, parameters)) > 0;
    const command = this.#compiler.command(statement, parameters);
    const [, result] = await this.#connection.runAll([mark, command]);
    const hasChanged = result !== undefined && result.changes > 0;
    await this.#connection.runLater(hasChanged ? [keep] : [letGo]);
    return hasChanged;
  }

  /** For `allLater` and `runIfChanged`. */
  command<P, R>(statement: Statement<P, R>, parameters: P): SqlCommand {
    return this.#compiler.command(statement, parameters);
  }

  allLater(commands: readonly SqlCommand[]): Promise<void> {
    return this.#connection.runLater(commands);
  }

  /** The same, and resolves when they have run. */
  async allNow(commands: readonly SqlCommand[]): Promise<void> {
    await this.#connection.runAll(commands);
  }

  /** Runs the others only if the first changed a row; resolves to whether it did. */
  async runIfChanged(first: SqlCommand, others: readonly SqlCommand[]): Promise<boolean> {
    const commands = [{ ...first, endsUnlessChanged: true as const }, ...others];
    const [result] = await this.#connection.runAll(commands);
    return result !== undefined && result.changes > 0;
  }

  /** For queries whose text depends on the call (lists of values, filters); compiled every time. */
  async query<R>(build: (dialect: SqlDialect) => Compilable<R>): Promise<R[]> {
    const { sql, parameters } = build(this.#compiler.dialect).compile();
    const result = await this.#connection.run({ sql, parameters: parameters as SqlValue[] });
    return result.rows as R[];
  }
}
