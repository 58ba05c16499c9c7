/** Rows by the million, past the product: without a transaction for each and without waiting for the disk. */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Client } from "pg";
import type { Tables } from "../../src/adapters/metadata/sql/tables.ts";
import type { PostgresServer } from "../../test/support/postgres.ts";

export interface Rows {
  /** Every row of a table has the same columns in the same order. */
  add<Name extends keyof Tables>(table: Name, row: Tables[Name]): void | Promise<void>;
  /** Everything is in the database, with all its indexes. */
  finish(): Promise<void>;
}

type Value = string | number | null | Uint8Array;

/** Out of WAL mode first, which leaves for no other in one step. */
const bulkPragmas = [
  "locking_mode = exclusive",
  "journal_mode = delete",
  "journal_mode = off",
  "synchronous = off",
  "cache_size = -6000000",
  "temp_store = file",
];

/** In a database that nobody else has open. */
export class SqliteRows implements Rows {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #indexes: readonly string[];

  constructor(path: string) {
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    this.#database = database;
    for (const pragma of bulkPragmas) database.exec(`pragma ${pragma}`);
    const indexes = database
      .prepare("select name, sql from sqlite_schema where type = 'index' and sql is not null")
      .all() as { name: string; sql: string }[];
    this.#indexes = indexes.map(({ sql }) => sql);
    for (const { name } of indexes) database.exec(`drop index ${name}`);
    database.exec("begin");
  }

  add<Name extends keyof Tables>(table: Name, row: Tables[Name]): void {
    let statement = this.#statements.get(table);
    if (statement === undefined) {
      const columns = Object.keys(row);
      const places = columns.map(() => "?").join(", ");
      const sql = `insert into ${table} (${columns.join(", ")}) values (${places})`;
      statement = this.#database.prepare(sql);
      this.#statements.set(table, statement);
    }
    statement.run(...(Object.values(row) as Value[]));
  }

  async finish(): Promise<void> {
    this.#database.exec("commit");
    for (const sql of this.#indexes) this.#database.exec(sql);
    this.#database.exec("pragma journal_mode = wal");
    this.#database.close();
  }
}

const pieceBytes = 16 * 1024 * 1024;

interface Piece {
  readonly columns: string;
  readonly lines: string[];
  bytes: number;
}

/** By COPY from files that the server itself reads, while the next rows are being made. */
export class PostgresRows implements Rows {
  readonly #client: Client;
  readonly #folder: string;
  readonly #pieces = new Map<string, Piece>();
  #indexes: readonly string[] = [];
  #copying: Promise<void> = Promise.resolve();
  #copies = 0;

  /** Use `open`. */
  private constructor(client: Client, folder: string) {
    this.#client = client;
    this.#folder = folder;
  }

  static async open(server: PostgresServer, database: string): Promise<PostgresRows> {
    const client = await server.connect(database);
    const rows = new PostgresRows(client, server.directory);
    // Constraints between tables are met by how the rows are made; `fsck` looks.
    await client.query("set session_replication_role = replica");
    await client.query("set maintenance_work_mem = '1GB'");
    const indexes = await client.query(
      `select indexname as name, indexdef as sql from pg_indexes where schemaname = 'public'
        and indexname not in (select conname from pg_constraint)`,
    );
    rows.#indexes = (indexes.rows as { sql: string }[]).map(({ sql }) => sql);
    for (const { name } of indexes.rows as { name: string }[]) {
      await client.query(`drop index ${name}`);
    }
    return rows;
  }

  add<Name extends keyof Tables>(table: Name, row: Tables[Name]): void | Promise<void> {
    let piece = this.#pieces.get(table);
    if (piece === undefined) {
      piece = { columns: Object.keys(row).join(", "), lines: [], bytes: 0 };
      this.#pieces.set(table, piece);
    }
    const line = (Object.values(row) as Value[]).map(copyText).join("\t");
    piece.lines.push(line);
    piece.bytes += line.length;
    if (piece.bytes > pieceBytes) return this.#copyNext(table, piece);
  }

  /** @param isAnalyzed whether the server has looked at what there is, as autovacuum does when it comes by */
  async finish({ isAnalyzed = true } = {}): Promise<void> {
    for (const [table, piece] of this.#pieces) await this.#copyNext(table, piece);
    await this.#copying;
    for (const sql of this.#indexes) await this.#client.query(sql);
    if (isAnalyzed) await this.#client.query("vacuum analyze");
    await this.#client.query("checkpoint");
    await this.#client.end();
  }

  /** Waits for the copy before this one alone. */
  async #copyNext(table: string, { columns, lines }: Piece): Promise<void> {
    this.#pieces.delete(table);
    await this.#copying;
    const file = join(this.#folder, `rows-${++this.#copies}`);
    writeFileSync(file, `${lines.join("\n")}\n`, "latin1");
    chmodSync(file, 0o644);
    const copied = this.#client.query(`copy ${table} (${columns}) from '${file}'`);
    this.#copying = copied.then(() => rmSync(file));
    this.#copying.catch(() => undefined); // Whoever waits for it next has the error.
  }
}

function copyText(value: Value): string {
  if (value === null) return "\\N";
  if (value instanceof Uint8Array) {
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  }
  return String(value);
}
