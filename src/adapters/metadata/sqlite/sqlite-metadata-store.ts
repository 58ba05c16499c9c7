import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type {
  DatabaseLoad,
  MetadataChange,
  MetadataReads,
  MetadataStore,
} from "../../../ports/metadata-store.ts";
import type { RowStore } from "../../../ports/row-copy.ts";
import { metadataTables } from "../sql/metadata-tables.ts";
import { checkSchema, migrate } from "../sql/migrate.ts";
import { probe } from "../sql/probe.ts";
import { type KnownContent, SqlSession } from "../sql/session.ts";
import { StatementCompiler } from "../sql/statement.ts";
import { StoreReads } from "../sql/store-reads.ts";
import { SqlRowStore } from "../sql/table-copy.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { reloadStatistics, writeStatistics } from "./plan-statistics.ts";
import { RememberedImages } from "./remembered-images.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { inSqliteSnapshot } from "./sqlite-snapshot.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

/** Older ones can damage a database when they begin its log anew. */
const oldestSqlite = [3, 51, 3] as const;
/** Nobody else writes; a backup or an inspection may hold a lock for a moment. */
const busyTimeoutMs = 5_000;

export interface SqliteMetadataOptions {
  /** On a local disk; made if it is missing. */
  readonly directory: string;
  /** Nothing can be written any more, and the process should end. Called at most once. */
  readonly onWriterFailure: (error: Error) => void;
  /** Told of what an operator should know. */
  readonly warn?: (sentence: string) => void;
}

/**
 * Metadata in one SQLite database: written by a thread of its own, read on this one.
 * @throws when another process uses the directory, when its schema is newer than this program, or
 *   when SQLite is too old
 */
export async function openSqliteMetadata(
  options: SqliteMetadataOptions,
): Promise<SqliteMetadataStore> {
  const { directory, onWriterFailure: onFailure, warn } = options;
  requireSqlite();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = DirectoryLock.take(directory);
  let writer: SqliteWriter | undefined;
  try {
    const path = join(directory, "metadata.db");
    // Wrapped keys are in it. SQLite gives its log the same mode.
    closeSync(openSync(path, "a", 0o600));
    const opened = await SqliteWriter.open({ path, busyTimeoutMs }, { onFailure, warn });
    writer = opened;
    await migrate(sqliteDialect, (work) => opened.transaction(work), directory);
    await opened.transaction(writeStatistics);
    await opened.transaction((connection) =>
      connection.run({ sql: reloadStatistics, parameters: [] }),
    );
    syncDirectory(directory);
    const reader = new SqliteReader(path, busyTimeoutMs);
    const trails = await reader.run({ sql: anyTrail, parameters: [] });
    const known = { mayHaveTrails: trails.rows.length > 0 };
    return new SqliteMetadataStore({ directory, lock, writer, reader, known });
  } catch (error) {
    await writer?.close();
    lock.release();
    throw error;
  }
}

const anyTrail = "select id from trail limit 1";

interface Parts {
  readonly directory: string;
  readonly lock: DirectoryLock;
  readonly writer: SqliteWriter;
  readonly reader: SqliteReader;
  /** Nobody else writes while the directory is locked. */
  readonly known: KnownContent;
}

/** Made by `openSqliteMetadata`. */
export class SqliteMetadataStore extends StoreReads implements MetadataStore {
  /** The same content as rows, for copies of all of it. */
  readonly rows: RowStore;
  readonly #compiler: StatementCompiler;
  readonly #parts: Parts;
  readonly #images: RememberedImages;

  constructor(parts: Parts) {
    const compiler = new StatementCompiler(sqliteDialect);
    const reads: MetadataReads = metadataTables(new SqlSession(compiler, parts.reader));
    const images = new RememberedImages(reads.images);
    super({ ...reads, images });
    this.#compiler = compiler;
    this.#parts = parts;
    this.#images = images;
    this.rows = new SqlRowStore({
      dialect: sqliteDialect,
      reader: parts.reader,
      snapshot: (work) => inSqliteSnapshot(join(parts.directory, "metadata.db"), work),
      transaction: (work) => {
        parts.known.mayHaveTrails = true; // Rows may be of any table.
        return parts.writer.transaction(work).finally(() => this.#images.forget());
      },
    });
  }

  /** Of the write-ahead log, after the last commit. */
  logBytes(): number {
    return this.#parts.writer.logBytes;
  }

  /** Of the one writer. */
  load(): DatabaseLoad {
    return { waiting: this.#parts.writer.waiting, inUse: undefined, size: undefined };
  }

  async transaction<T>(work: (change: MetadataChange) => Promise<T>): Promise<T> {
    try {
      return await this.#parts.writer.transaction((connection) =>
        work(metadataTables(new SqlSession(this.#compiler, connection, this.#parts.known))),
      );
    } finally {
      this.#images.forget(); // Also after a failure: its outcome may be unknown.
    }
  }

  async probe(): Promise<void> {
    const { writer, directory } = this.#parts;
    await writer.transaction(async (connection) => {
      await checkSchema(sqliteDialect, connection, directory);
      await new SqlSession(this.#compiler, connection).change(probe, { at: Date.now() });
    });
  }

  async close(): Promise<void> {
    const { writer, reader, lock } = this.#parts;
    await writer.close();
    reader.close();
    lock.release();
  }
}

function requireSqlite(): void {
  const database = new DatabaseSync(":memory:");
  const { version } = database.prepare("select sqlite_version() as version").get() as {
    version: string;
  };
  database.close();
  if (isOlder(version.split(".").map(Number), oldestSqlite)) {
    throw new Error(`SQLite ${oldestSqlite.join(".")} or newer is needed, this is ${version}`);
  }
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [index, needed] of than.entries()) {
    const part = version[index] ?? 0;
    if (part !== needed) return part < needed;
  }
  return false;
}

/** The names of new files survive power loss. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
