import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RowReads, RowSource } from "../../../ports/row-copy.ts";
import { checkSchema, schemaVersion } from "../sql/migrate.ts";
import type { SqlConnection, SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import { SqlRowReads, SqlTexts } from "../sql/table-copy.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { toError, toFailure } from "./sqlite-error.ts";
import { StatementCache } from "./statement-cache.ts";

const busyTimeoutMs = 5_000;

/**
 * The rows of a database that another process may be writing: the write-ahead log lets a reader see
 * one moment while the writer goes on. Takes no lock of the directory and writes nothing.
 * @throws when there is no database, or its schema is not this program's
 */
export async function openSqliteRows(directory: string): Promise<RowSource> {
  const path = join(directory, "metadata.db");
  if (!existsSync(path)) throw new Error(`There is no metadata.db in ${directory}`);
  await inSqliteSnapshot(path, (connection) => checkSchema(sqliteDialect, connection, directory));
  const texts = new SqlTexts(sqliteDialect);
  return {
    schemaVersion,
    snapshot: (work: (rows: RowReads) => Promise<unknown>) =>
      inSqliteSnapshot(path, (connection) => work(new SqlRowReads(texts, connection))),
  } as RowSource;
}

/** On a connection of its own, whose reads all see the same moment. */
export async function inSqliteSnapshot<T>(
  path: string,
  work: (connection: SqlConnection) => Promise<T>,
): Promise<T> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  try {
    database.exec("pragma mmap_size = 0; begin");
    // The moment is that of the first read.
    database.prepare("select count(*) from sqlite_schema").get();
    return await work(new SnapshotConnection(database));
  } finally {
    database.close();
  }
}

class SnapshotConnection implements SqlConnection {
  readonly #statements: StatementCache;

  constructor(database: DatabaseSync) {
    this.#statements = new StatementCache(database);
  }

  async run(command: SqlCommand): Promise<SqlResult> {
    try {
      return this.#statements.run(command);
    } catch (error) {
      throw toError(toFailure(error));
    }
  }

  async runAll(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    const results: SqlResult[] = [];
    for (const command of commands) results.push(await this.run(command));
    return results;
  }

  /** Never asked for: a snapshot is read. */
  async runLater(commands: readonly SqlCommand[]): Promise<void> {
    await this.runAll(commands);
  }
}
