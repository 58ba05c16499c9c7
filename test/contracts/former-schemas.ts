/** Stores that an earlier version has filled, on every database: what a migration makes of their rows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { onTestFinished } from "vitest";
import { postgresDialect } from "../../src/adapters/metadata/postgres/postgres-dialect.ts";
import { openPostgresMetadata } from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import type { SqlDialect } from "../../src/adapters/metadata/sql/dialect.ts";
import { migrations } from "../../src/adapters/metadata/sql/migrations/migrations.ts";
import { sqliteDialect } from "../../src/adapters/metadata/sqlite/sqlite-dialect.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { postgresMissing } from "../support/postgres.ts";
import { temporaryDatabase } from "../support/shared-postgres.ts";

interface FormerStore {
  readonly name: string;
  /** No bytes, as SQL says it. */
  readonly noBytes: string;
  /**
   * Opens a store with what SQL has put into the schema before a migration.
   * @param version of the migration
   */
  openFrom(version: number, rows: readonly string[]): Promise<MetadataStore>;
}

const missing = postgresMissing();
if (missing !== undefined) process.stderr.write(`Not tried on PostgreSQL: ${missing}\n`);

export const formerStores: readonly FormerStore[] = [
  { name: "SQLite", noBytes: "x''", openFrom: sqlite },
  ...(missing === undefined ? [{ name: "PostgreSQL", noBytes: "''", openFrom: postgres }] : []),
];

function schemaBefore(dialect: SqlDialect, version: number): string[] {
  const before = migrations.filter((each) => each.version < version);
  const versions = dialect
    .smallRows("schema_version")
    .addColumn("version", dialect.types.integer, (column) => column.notNull().primaryKey())
    .addColumn("name", dialect.types.text, (column) => column.notNull())
    .addColumn("applied_at", dialect.types.integer, (column) => column.notNull());
  return [
    versions.compile().sql,
    ...before.flatMap((each) => each.statements(dialect).map((text) => text.compile().sql)),
    ...before.map((each) => `insert into schema_version values (${each.version}, 'n', 1)`),
  ];
}

async function sqlite(version: number, rows: readonly string[]): Promise<MetadataStore> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-former-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const database = new DatabaseSync(join(directory, "metadata.db"));
  for (const text of [...schemaBefore(sqliteDialect, version), ...rows]) database.exec(text);
  database.close();
  const onWriterFailure = (error: Error) => {
    throw error;
  };
  const store = await openSqliteMetadata({ directory, onWriterFailure });
  onTestFinished(() => store.close());
  return store;
}

async function postgres(version: number, rows: readonly string[]): Promise<MetadataStore> {
  const url = await temporaryDatabase();
  const client = new Client(url);
  await client.connect();
  for (const text of [...schemaBefore(postgresDialect, version), ...rows]) await client.query(text);
  await client.end();
  const store = await openPostgresMetadata({ url, warn: () => undefined });
  onTestFinished(() => store.close());
  return store;
}
