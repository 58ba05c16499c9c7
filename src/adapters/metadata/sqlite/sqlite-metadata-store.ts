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
import { SqlSession } from "../sql/session.ts";
import { StatementCompiler } from "../sql/statement.ts";
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
    return new SqliteMetadataStore({ directory, lock, writer, reader });
  } catch (error) {
    await writer?.close();
    lock.release();
    throw error;
  }
}

interface Parts {
  readonly directory: string;
  readonly lock: DirectoryLock;
  readonly writer: SqliteWriter;
  readonly reader: SqliteReader;
}

/** Made by `openSqliteMetadata`. */
export class SqliteMetadataStore implements MetadataStore {
  readonly repositories: MetadataReads["repositories"];
  readonly images: MetadataReads["images"];
  readonly tags: MetadataReads["tags"];
  readonly layers: MetadataReads["layers"];
  readonly objects: MetadataReads["objects"];
  readonly uploads: MetadataReads["uploads"];
  readonly resourcePolicies: MetadataReads["resourcePolicies"];
  readonly identity: MetadataReads["identity"];
  readonly kms: MetadataReads["kms"];
  readonly settings: MetadataReads["settings"];
  readonly serviceKeys: MetadataReads["serviceKeys"];
  readonly reclaim: MetadataReads["reclaim"];
  readonly leases: MetadataReads["leases"];
  readonly jobs: MetadataReads["jobs"];
  readonly rekeys: MetadataReads["rekeys"];
  readonly trash: MetadataReads["trash"];
  readonly lifecycle: MetadataReads["lifecycle"];
  readonly pullTimeExclusions: MetadataReads["pullTimeExclusions"];
  readonly inUse: MetadataReads["inUse"];
  readonly quotas: MetadataReads["quotas"];
  readonly quotaUsage: MetadataReads["quotaUsage"];
  readonly serviceQuotas: MetadataReads["serviceQuotas"];
  readonly outbox: MetadataReads["outbox"];
  readonly eventLog: MetadataReads["eventLog"];
  readonly eventArchives: MetadataReads["eventArchives"];
  readonly eventReplays: MetadataReads["eventReplays"];
  readonly eventRules: MetadataReads["eventRules"];
  readonly connections: MetadataReads["connections"];
  readonly apiDestinations: MetadataReads["apiDestinations"];
  readonly eventDeliveries: MetadataReads["eventDeliveries"];
  readonly deadLetters: MetadataReads["deadLetters"];
  readonly usage: MetadataReads["usage"];
  readonly audit: MetadataReads["audit"];
  readonly costs: MetadataReads["costs"];
  /** The same content as rows, for copies of all of it. */
  readonly rows: RowStore;
  readonly #compiler = new StatementCompiler(sqliteDialect);
  readonly #parts: Parts;
  readonly #images: RememberedImages;

  constructor(parts: Parts) {
    this.#parts = parts;
    const reads: MetadataReads = metadataTables(new SqlSession(this.#compiler, parts.reader));
    this.repositories = reads.repositories;
    this.images = this.#images = new RememberedImages(reads.images);
    this.tags = reads.tags;
    this.layers = reads.layers;
    this.objects = reads.objects;
    this.uploads = reads.uploads;
    this.resourcePolicies = reads.resourcePolicies;
    this.identity = reads.identity;
    this.kms = reads.kms;
    this.settings = reads.settings;
    this.serviceKeys = reads.serviceKeys;
    this.reclaim = reads.reclaim;
    this.leases = reads.leases;
    this.jobs = reads.jobs;
    this.rekeys = reads.rekeys;
    this.trash = reads.trash;
    this.lifecycle = reads.lifecycle;
    this.pullTimeExclusions = reads.pullTimeExclusions;
    this.inUse = reads.inUse;
    this.quotas = reads.quotas;
    this.quotaUsage = reads.quotaUsage;
    this.serviceQuotas = reads.serviceQuotas;
    this.outbox = reads.outbox;
    this.eventLog = reads.eventLog;
    this.eventArchives = reads.eventArchives;
    this.eventReplays = reads.eventReplays;
    this.eventRules = reads.eventRules;
    this.connections = reads.connections;
    this.apiDestinations = reads.apiDestinations;
    this.eventDeliveries = reads.eventDeliveries;
    this.deadLetters = reads.deadLetters;
    this.usage = reads.usage;
    this.audit = reads.audit;
    this.costs = reads.costs;
    this.rows = new SqlRowStore({
      dialect: sqliteDialect,
      reader: parts.reader,
      snapshot: (work) => inSqliteSnapshot(join(parts.directory, "metadata.db"), work),
      transaction: (work) => parts.writer.transaction(work).finally(() => this.#images.forget()),
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
        work(metadataTables(new SqlSession(this.#compiler, connection))),
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
