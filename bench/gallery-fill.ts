/**
 * Fills the gallery's index with many repositories: the rows that `putGalleryRow` and `addPulls` leave, in
 * the order of their keys and many at once, over a connection of its own. `isAsWritten` holds them against
 * what the program writes.
 */
import { deepEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import type { MetadataStore } from "../src/ports/metadata-store.ts";
import { facets } from "../src/registry/public/facets.ts";
import type { GalleryRow } from "../src/registry/public/gallery-entry.ts";
import { boostOf, rankOf } from "../src/registry/public/gallery-words.ts";

export interface Filled extends GalleryRow {
  readonly number: number;
  readonly pulls: number;
}

type Value = string | number | null;

/** Rows of both tables, into a database and out of it. */
export interface Rows {
  insert(table: string, columns: readonly string[], rows: readonly Value[][]): Promise<void>;
  all(query: string): Promise<readonly object[]>;
  run(statement: string): Promise<unknown>;
  /** How the index of the order is made. */
  readonly definition: string;
  close(): Promise<void>;
}

const types = { number: "bigint", string: "text" } as const;
const listingColumns = {
  ...{ number: types.number, account: types.string, region: types.string },
  ...{ repository: types.string, name: types.string, alias: types.string },
  ...{ publisher: types.string, description: types.string, bits: types.number },
  ...{ pulls: types.number, boost: types.number, logo_digest: types.string },
  updated_at: types.number,
} as const;
const postingColumns = {
  ...{ listing: types.number, word: types.string, place: types.number },
  ...{ boost: types.number, bits: types.number },
} as const;
const columnTypes: Readonly<Record<string, string>> = { ...listingColumns, ...postingColumns };

function boostIn({ entry, pulls }: Filled): number {
  return boostOf(pulls, (entry.bits & facets.verified.verified) !== 0);
}

function listing(row: Filled): Value[] {
  const { entry, number, pulls } = row;
  const { registry, id } = entry.repository;
  return [
    ...[number, registry.account, registry.region, id, entry.name, entry.alias],
    ...[entry.publisher ?? null, entry.description ?? null, entry.bits, pulls, boostIn(row)],
    ...[entry.logoDigest ?? null, entry.updatedAt],
  ];
}

function postings(row: Filled): Value[][] {
  const boost = boostIn(row);
  const words = [...row.words].sort(([one], [other]) => (one < other ? -1 : 1));
  return words.map(([word, weight]) => [
    ...[row.number, word, rankOf(weight, boost), boost, row.entry.bits],
  ]);
}

const atOnce = 500;

/** `settle` does what a database does by itself some minutes later. */
export async function fill(into: Rows, rows: Iterable<Filled>, settle?: string): Promise<void> {
  await into.run("drop index gallery_posting_place");
  await into.run("begin");
  const write = async (some: readonly Filled[]) => {
    await into.insert("gallery_listing", Object.keys(listingColumns), some.map(listing));
    await into.insert("gallery_posting", Object.keys(postingColumns), some.flatMap(postings));
  };
  let waiting: Filled[] = [];
  for (const row of rows) {
    waiting.push(row);
    if (waiting.length < atOnce) continue;
    await write(waiting);
    waiting = [];
  }
  await write(waiting);
  await into.run("commit");
  await into.run(into.definition);
  if (settle !== undefined) await into.run(settle);
}

/** @throws where the program, asked to write these, would leave other rows */
export async function isAsWritten(
  rows: Rows,
  metadata: MetadataStore,
  some: readonly Filled[],
): Promise<void> {
  for (const each of some) {
    const queries = [
      `select * from gallery_listing where number = ${each.number}`,
      `select * from gallery_posting where listing = ${each.number} order by word`,
    ];
    const filled = await Promise.all(queries.map((query) => rows.all(query)));
    await metadata.transaction(({ publicRegistries }) => publicRegistries.putGalleryRow(each));
    deepEqual(await Promise.all(queries.map((query) => rows.all(query))), filled);
  }
}

const indexName = "gallery_posting_place";

export function sqliteRows(path: string): Rows {
  const database = new DatabaseSync(path);
  const { sql } = database
    .prepare(`select sql from sqlite_schema where name = '${indexName}'`)
    .get() as { sql: string };
  return {
    async insert(table, columns, rows) {
      const places = columns.map(() => "?").join(", ");
      const statement = database.prepare(
        `insert into ${table} (${columns.join(", ")}) values (${places})`,
      );
      for (const row of rows) statement.run(...row);
    },
    all: async (query) => database.prepare(query).all(),
    run: async (statement) => database.exec(statement),
    definition: sql,
    close: async () => database.close(),
  };
}

export async function postgresRows(url: string): Promise<Rows> {
  const client = new Client(url);
  await client.connect();
  const query = `select indexdef from pg_indexes where indexname = '${indexName}'`;
  const { rows: indexes } = await client.query(query);
  return {
    async insert(table, columns, rows) {
      const arrays = columns.map((_, index) => rows.map((row) => row[index]));
      const places = columns.map((column, index) => `$${index + 1}::${columnTypes[column]}[]`);
      const values = `select * from unnest(${places.join(", ")})`;
      await client.query(`insert into ${table} (${columns.join(", ")}) ${values}`, arrays);
    },
    all: async (text) => (await client.query(text)).rows,
    run: (statement) => client.query(statement),
    definition: indexes[0].indexdef,
    close: () => client.end(),
  };
}
