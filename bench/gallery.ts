/**
 * `npm run bench:gallery`: searches a gallery of many public repositories, on SQLite and on PostgreSQL, and
 * tells how long a search takes. See docs/benchmarks.md.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPostgresMetadata } from "../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { MetadataStore } from "../src/ports/metadata-store.ts";
import type { AccountId, RepositoryName } from "../src/registry/names.ts";
import { architectures, artifactKinds, facetBits } from "../src/registry/public/facets.ts";
import { everyWord, weighWords } from "../src/registry/public/gallery-words.ts";
import { publicRegistryOf } from "../src/registry/public/public-registry.ts";
import { type SearchWish, searchGallery } from "../src/registry/public/search.ts";
import { startPostgres } from "../test/support/postgres.ts";
import {
  type Filled,
  fill,
  isAsWritten,
  postgresRows,
  type Rows,
  sqliteRows,
} from "./gallery-fill.ts";
import { processorSeconds, processorSecondsOfFamily } from "./processor-time.ts";
import { circumstances, table } from "./report.ts";

const { values: flags } = parseArgs({
  options: {
    repositories: { type: "string", default: "100000" },
    searches: { type: "string", default: "2000" },
    accounts: { type: "string", default: "500" },
    /** One of both: `sqlite` or `postgresql`. */
    database: { type: "string" },
  },
});
const count = Number(flags.repositories);
const searches = Number(flags.searches);

/** The same figures each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let random = randomOf(7);
const vocabulary = 20_000;
/** Common words are in very many texts, as in a language: the n-th is as frequent as 1/n. */
const word = () => `w${Math.floor(vocabulary ** random()).toString(36)}x`;
const words = (many: number) => Array.from({ length: many }, word).join(" ");
const any = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)]!;

function* rows(): Generator<Filled> {
  for (let index = 0; index < count; index++) yield row(index);
}

function row(index: number): Filled {
  const account = String(1 + (index % Number(flags.accounts))).padStart(12, "0") as AccountId;
  const name = `${word()}/${word()}-${index}` as RepositoryName;
  const isVerified = random() < 0.1;
  const wanted = {
    ...{ name, alias: `alias${account}`, publisher: isVerified ? words(2) : undefined },
    ...{ description: words(10), facets: [], aboutText: words(40), usageText: words(10) },
  };
  const indexed = new Map(weighWords(wanted)).set(everyWord, 0);
  const bits = facetBits({
    isVerified,
    operatingSystems: random() < 0.02 ? ["Windows"] : ["Linux"],
    architectures: [any(architectures)],
    kinds: [random() < 0.9 ? "IMAGE" : any(artifactKinds)],
  });
  const repository = { registry: publicRegistryOf(account), id: `r-${index}` };
  const { alias, publisher, description } = wanted;
  const entry = { repository, name, alias, publisher, description, bits, kinds: [] };
  const pulls = Math.floor(10 ** (6 * random()));
  const shown = { ...entry, logoDigest: undefined, updatedAt: 1 };
  return { number: index + 1, pulls, entry: shown, words: indexed };
}

const headings = [...["search", "database", "median ms", "99 % ms", "slowest ms", "processor ms"]];

const kinds: readonly (readonly [string, () => Partial<SearchWish>])[] = [
  ["no word", () => ({ text: "" })],
  ["no word, Windows", () => ({ text: "", facets: { operatingSystem: ["Windows"] } })],
  ["the most common word", () => ({ text: "w1x" })],
  ["the three most common", () => ({ text: "w1x w2x w3x" })],
  ["one word", () => ({ text: word() })],
  ["two words", () => ({ text: words(2) })],
  ["six words", () => ({ text: words(6) })],
  [
    "two words, two facets, by pulls",
    () => ({
      ...{ text: words(2), order: "PULLS" },
      facets: { architecture: ["ARM 64", "x86-64"], kind: ["IMAGE"] },
    }),
  ],
  ["one word, far down", () => ({ text: "w1x", offset: 900 })],
];

/** So far, of this process, and of a database that is another. The kernel counts in steps of ten. */
type ProcessorMs = () => number;

async function measure(name: string, metadata: MetadataStore, processorMs: ProcessorMs) {
  const rows: string[][] = [];
  for (const [kind, wish] of kinds) {
    const times: number[] = [];
    const before = processorMs();
    const each = Math.ceil(searches / kinds.length);
    for (let n = 0; n < each; n++) {
      const began = performance.now();
      const usual = { text: "", facets: {}, order: "RELEVANCE", offset: 0, limit: 25 } as const;
      await searchGallery({ metadata }, { ...usual, ...wish() });
      times.push(performance.now() - began);
    }
    times.sort((one, other) => one - other);
    const at = (part: number) => times[Math.min(each - 1, Math.floor(part * each))]!.toFixed(1);
    const taken = ((processorMs() - before) / each).toFixed(1);
    rows.push([kind, name, at(0.5), at(0.99), at(1), taken]);
  }
  return rows;
}

interface Database {
  readonly name: string;
  open(): Promise<MetadataStore>;
  rows(): Promise<Rows>;
  readonly processorMs: ProcessorMs;
  /** What it does by itself some minutes later. */
  readonly settle?: string;
}

async function run({ name, open, ...database }: Database): Promise<string[][]> {
  await (await open()).close(); // Makes the tables.
  const began = performance.now();
  random = randomOf(7);
  const filled = await database.rows();
  const some: Filled[] = [];
  await fill(filled, keeping(some), database.settle);
  console.error(`${name}: filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const metadata = await open();
  try {
    await isAsWritten(filled, metadata, some);
    await filled.close();
    const measured = await measure(name, metadata, database.processorMs);
    // Known by now, whatever becomes of the other one.
    for (const row of measured) console.error(row.join("  "));
    return measured;
  } finally {
    await metadata.close();
  }
}

/** All of them, and some that are looked at afterwards. */
function* keeping(some: Filled[]): Generator<Filled> {
  for (const each of rows()) {
    if (each.number % Math.ceil(count / 20) === 1) some.push(each);
    yield each;
  }
}

/** The process whose children are the sessions of the server. */
function postmaster(): number {
  return Number.parseInt(readFileSync(join(postgres.data, "postmaster.pid"), "utf8"), 10);
}

const directory = mkdtempSync(join(tmpdir(), "entrepot-gallery-"));
const postgres = await startPostgres();
try {
  const onWriterFailure = (error: Error) => {
    throw error;
  };
  const url = await postgres.createDatabase();
  const warn = () => undefined; // It says that this database does not wait for its disk.
  const databases: readonly Database[] = [
    {
      name: "SQLite",
      open: () => openSqliteMetadata({ directory, onWriterFailure }),
      rows: async () => sqliteRows(join(directory, "metadata.db")),
      processorMs: () => 1000 * processorSeconds(process.pid),
    },
    {
      name: "PostgreSQL",
      open: () => openPostgresMetadata({ url, warn }),
      rows: () => postgresRows(url),
      processorMs: () =>
        1000 * (processorSeconds(process.pid) + processorSecondsOfFamily(postmaster())),
      settle: "vacuum analyze gallery_posting, gallery_listing",
    },
  ];
  const measured: string[][] = [];
  for (const database of databases) {
    const isWanted =
      (flags.database ?? database.name.toLowerCase()) === database.name.toLowerCase();
    if (isWanted) measured.push(...(await run(database)));
  }
  console.log(circumstances("npm run bench:gallery", []));
  console.log(table(headings, measured));
} finally {
  await postgres.stop();
  rmSync(directory, { recursive: true });
}
