/**
 * The stores that a run of the tests is about. By itself SQLite and memory; with
 * `ENTREPOT_TEST_STORES=fleet` PostgreSQL and S3, which the same tests must find alike.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import { openPostgresMetadata } from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { isFleet } from "./fleet-settings.ts";
import { openS3 } from "./s3.ts";
import { beginWithSchema, giveBack, sharedDatabase, sharedS3, withSql } from "./shared-servers.ts";

export interface OpenedStores {
  readonly metadata: MetadataStore;
  readonly blobs: BlobStore;
  /** Every row of every table, to see that nothing changed. */
  dump(): Promise<string>;
  /** Closes both and removes what they kept. */
  close(): Promise<void>;
}

export function openStores(blobs?: BlobStore): Promise<OpenedStores> {
  return isFleet ? openFleet(blobs) : openEmbedded(blobs);
}

async function openEmbedded(blobs: BlobStore = new MemoryBlobStore()): Promise<OpenedStores> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-ports-"));
  const onWriterFailure = (error: Error) => {
    throw error; // Unhandled: the test run fails.
  };
  await beginWithSchema(directory);
  const metadata = await openSqliteMetadata({ directory, onWriterFailure });
  return {
    metadata,
    blobs,
    dump: async () => dumpSqlite(join(directory, "metadata.db")),
    async close() {
      await metadata.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function openFleet(given: BlobStore | undefined): Promise<OpenedStores> {
  const url = await sharedDatabase();
  const metadata = await openPostgresMetadata({ url, warn: () => {}, poolSize: 4 });
  const blobs = given ?? (await openS3(await sharedS3()));
  return {
    metadata,
    blobs,
    dump: () => dumpPostgres(url),
    async close() {
      await metadata.close();
      if (given === undefined) (blobs as Awaited<ReturnType<typeof openS3>>).close();
      await giveBack(url);
    },
  };
}

function toText(rows: unknown): string {
  return JSON.stringify(rows, (_key, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
    const isBuffer = value?.type === "Buffer" && Array.isArray(value.data);
    return isBuffer ? Buffer.from(value.data).toString("hex") : value;
  });
}

function dumpSqlite(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .all() as { name: string }[];
    return toText(
      tables.map(({ name }) => [name, database.prepare(`select * from "${name}"`).all()]),
    );
  } finally {
    database.close();
  }
}

function dumpPostgres(url: string): Promise<string> {
  return withSql(url, async (query) => {
    const tables = (await query(
      // What a connection committed last says nothing of the registry.
      `select tablename as name from pg_tables where schemaname = 'public'
         and tablename <> 'last_commit' order by 1`,
    )) as { name: string }[];
    const rows: [string, unknown][] = [];
    for (const { name } of tables) {
      rows.push([name, await query(`select * from "${name}" t order by t::text`)]);
    }
    return toText(rows);
  });
}
