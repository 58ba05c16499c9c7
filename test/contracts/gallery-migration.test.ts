/** Galleries that were filled before their index had numbers, on every store. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { postgresDialect } from "../../src/adapters/metadata/postgres/postgres-dialect.ts";
import { openPostgresMetadata } from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import type { SqlDialect } from "../../src/adapters/metadata/sql/dialect.ts";
import { migrations } from "../../src/adapters/metadata/sql/migrations/migrations.ts";
import { sqliteDialect } from "../../src/adapters/metadata/sqlite/sqlite-dialect.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { AccountId } from "../../src/registry/names.ts";
import { publicRegistryOf } from "../../src/registry/public/public-registry.ts";
import { searchGallery } from "../../src/registry/public/search.ts";
import { postgresMissing } from "../support/postgres.ts";
import { temporaryDatabase } from "../support/shared-postgres.ts";

/** The schema before, and two repositories in its gallery. */
function statementsBefore(dialect: SqlDialect): string[] {
  const before = migrations.filter(({ version }) => version < 37);
  const versions = dialect
    .smallRows("schema_version")
    .addColumn("version", dialect.types.integer, (column) => column.notNull().primaryKey())
    .addColumn("name", dialect.types.text, (column) => column.notNull())
    .addColumn("applied_at", dialect.types.integer, (column) => column.notNull());
  return [
    versions.compile().sql,
    ...before.flatMap((each) => each.statements(dialect).map((text) => text.compile().sql)),
    ...before.map(({ version }) => `insert into schema_version values (${version}, 'n', 1)`),
    ...["one", "two"].flatMap((name, index) => [
      `insert into gallery_entry (account, region, repository, name, alias, description, bits, pulls,
        boost, updated_at) values ('111111111111', 'public', 'id-${name}', 'team/${name}', 'mine', 'd',
        2, ${index * 1000}, ${index * 39}, 5)`,
      ...["", "team", name].map(
        (
          word,
        ) => `insert into gallery_word (word, account, region, repository, weight, place, boost,
          bits) values ('${word}', '111111111111', 'public', 'id-${name}', 8, ${-96 - index * 39},
          ${index * 39}, 2)`,
      ),
    ]),
  ];
}

interface Kind {
  readonly name: string;
  openBefore(): Promise<MetadataStore>;
}

const missing = postgresMissing();
if (missing !== undefined) process.stderr.write(`Not tried on PostgreSQL: ${missing}\n`);

const kinds: readonly Kind[] = [
  { name: "SQLite", openBefore: sqlite },
  ...(missing === undefined ? [{ name: "PostgreSQL", openBefore: postgres }] : []),
];

async function sqlite(): Promise<MetadataStore> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-gallery-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const database = new DatabaseSync(join(directory, "metadata.db"));
  for (const statement of statementsBefore(sqliteDialect)) database.exec(statement);
  database.close();
  const onWriterFailure = (error: Error) => {
    throw error;
  };
  return openSqliteMetadata({ directory, onWriterFailure });
}

async function postgres(): Promise<MetadataStore> {
  const url = await temporaryDatabase();
  const client = new Client(url);
  await client.connect();
  for (const statement of statementsBefore(postgresDialect)) await client.query(statement);
  await client.end();
  return openPostgresMetadata({ url, warn: () => undefined });
}

describe.each(kinds)("$name", ({ openBefore }) => {
  it("finds, lifts and takes out what was in the gallery before its index had numbers", async () => {
    const metadata = await openBefore();
    onTestFinished(() => metadata.close());
    const wish = { facets: {}, order: "RELEVANCE", offset: 0, limit: 9 } as const;
    const found = async (text: string) =>
      (await searchGallery({ metadata }, { ...wish, text })).entries.map(({ name }) => name);
    const ref = (id: string) => ({ registry: publicRegistryOf("111111111111" as AccountId), id });
    expect(await found("")).toEqual(["team/two", "team/one"]);
    expect(await found("team one")).toEqual(["team/one"]);
    expect(await metadata.publicRegistries.entry(ref("id-two"))).toMatchObject({
      ...{ name: "team/two", alias: "mine", pulls: 1000, bits: 2, updatedAt: 5 },
    });
    await metadata.transaction(({ publicRegistries }) =>
      publicRegistries.addPulls(ref("id-one"), 1_000_000),
    );
    expect(await found("team")).toEqual(["team/one", "team/two"]);
    await metadata.transaction(({ publicRegistries }) =>
      publicRegistries.removeGalleryRow(ref("id-one")),
    );
    expect(await found("team")).toEqual(["team/two"]);
  });
});
