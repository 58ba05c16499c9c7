/** `npm run bench:console-data`: what the console's lists ask the database, at ECR's limits. See docs/benchmarks.md. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { openPostgresMetadata } from "../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { MetadataStore } from "../src/ports/metadata-store.ts";
import { imageSorts, repositorySorts } from "../src/ports/search-store.ts";
import type { AccountId, Region, Registry } from "../src/registry/names.ts";
import type { Repository } from "../src/registry/repositories/repository.ts";
import type { LayerFile } from "../src/registry/scanning/layer-file.ts";
import type { LayerInventory } from "../src/registry/scanning/layer-inventory.ts";
import { comparePackages } from "../src/registry/search/compare-packages.ts";
import type { ListedPackage } from "../src/registry/search/image-packages.ts";
import { listLayer } from "../src/registry/search/layer-listing.ts";
import { searchLimits } from "../src/registry/search/search-limits.ts";
import { uniqueBytes } from "../src/registry/search/unique-bytes.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { digestOf, fill, nameOf } from "./console-fill.ts";
import { temporaryFolder } from "./places.ts";
import { processorSecondsOfFamily } from "./processor-time.ts";
import { milliseconds, type Row, table } from "./report.ts";
import { median } from "./rounds.ts";
import { PostgresRows, SqliteRows } from "./scale/rows.ts";

const { values: flags } = parseArgs({
  options: {
    repositories: { type: "string", default: "100000" },
    images: { type: "string", default: "100000" },
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
  },
});

const registry: Registry = {
  account: "000000000000" as AccountId,
  region: "us-east-1" as Region,
};
const repositories = Number(flags.repositories);
const images = Number(flags.images);
const rounds = Number(flags.rounds);

async function main(): Promise<void> {
  process.stdout.write(`100000 files, or packages, in memory\n`);
  process.stdout.write(`${table(["request", "time", ""], measuredContents())}\n`);
  if (flags.only !== "postgres") await sqlite();
  if (flags.only !== "sqlite") await postgres();
}

async function sqlite(): Promise<void> {
  const directory = temporaryFolder();
  const open = () =>
    openSqliteMetadata({
      directory,
      onWriterFailure: (error) => {
        throw error;
      },
    });
  await (await open()).close(); // Makes the schema.
  const rows = new SqliteRows(join(directory, "metadata.db"));
  await fill(rows, registry, repositories, images);
  await rows.finish();
  const store = await open();
  await report("sqlite", store, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  });
  await store.close();
}

/** Also before the server has looked at what there is, as it was filled: autovacuum may be late. */
async function postgres(): Promise<void> {
  const server = await startPostgres({ settings: { shared_buffers: "512MB", autovacuum: "off" } });
  const url = await server.createDatabase();
  const open = () => openPostgresMetadata({ url, warn: () => undefined });
  await (await open()).close();
  const rows = await PostgresRows.open(server, basename(url));
  await fill(rows, registry, repositories, images);
  await rows.finish({ isAnalyzed: false });
  const postmaster = Number(
    readFileSync(join(server.data, "postmaster.pid"), "utf8").split("\n")[0],
  );
  const processorMs = () => processorSecondsOfFamily(postmaster) * 1_000;
  for (const title of ["postgres, never analyzed", "postgres, analyzed"]) {
    if (title === "postgres, analyzed") await server.execute("vacuum analyze", basename(url));
    const store = await open();
    await report(title, store, processorMs);
    await store.close();
  }
  await server.stop();
}

async function report(title: string, store: MetadataStore, processorMs: () => number) {
  process.stdout.write(`${title}: ${repositories} repositories, ${images} images of one\n`);
  const head = ["request", "page", "count", "processor, page", "processor, count"];
  process.stdout.write(`${table(head, await measured(store, processorMs))}\n`);
}

async function measured(store: MetadataStore, processorMs: () => number): Promise<Row[]> {
  const { search } = store;
  const largest = (await store.repositories.find(registry, nameOf(0)))!;
  const rows: Row[] = [];
  const add = async (
    title: string,
    page: () => Promise<unknown>,
    count: () => Promise<unknown>,
  ) => {
    const times = [await timed(page, processorMs), await timed(count, processorMs)];
    rows.push([
      title,
      ...times.map(({ wallMs }) => milliseconds(wallMs)),
      ...times.map((each) => milliseconds(each.processorMs)),
    ]);
  };
  const limit = 51;
  for (const filter of [{}, { word: "service-9" }, { worstAtLeast: 6 }]) {
    for (const sort of repositorySorts) {
      await add(
        `SearchRepositories ${JSON.stringify(filter)} by ${sort}`,
        () => search.repositories(registry, "BASIC", filter, { sort, descending: true, limit }),
        () => search.countRepositories(registry, "BASIC", filter),
      );
    }
  }
  for (const [prefix, sort] of [
    ["", "NAME"],
    ["", "SIZE"],
    ["team-7/", "NAME"],
  ] as const) {
    await add(
      `ListNamespaces ${JSON.stringify(prefix)} by ${sort}`,
      () => search.namespaces(registry, prefix, { sort, descending: true, limit }),
      () => Promise.resolve(), // The page has it.
    );
  }
  for (const filter of [{}, { tagWord: "build-19" }, { worstAtLeast: 6 }]) {
    for (const sort of imageSorts) {
      await add(
        `SearchImages ${JSON.stringify(filter)} by ${sort}`,
        () => search.images(largest, "BASIC", filter, { sort, descending: true, limit }),
        () => search.countImages(largest, "BASIC", filter),
      );
    }
  }
  await addWholeRegistry(store, largest, add);
  return rows;
}

/** What the palette, the overview and the preview of a deletion ask. */
async function addWholeRegistry(
  store: MetadataStore,
  largest: Repository,
  add: (
    title: string,
    page: () => Promise<unknown>,
    count: () => Promise<unknown>,
  ) => Promise<void>,
): Promise<void> {
  const { search, scans } = store;
  const { candidates, scansPerRead } = searchLimits;
  const prefix = digestOf("image 7").slice(0, 12);
  const nothing = async () => undefined;
  const one = (title: string, work: () => Promise<unknown>) => add(title, work, nothing);
  await one("Search: repositories", () => search.repositoriesNamed(registry, "ice-99", candidates));
  await one("Search: a word that none has", () =>
    search.repositoriesNamed(registry, "absent", candidates),
  );
  await one("Search: tags", () => search.tagsBeginning(registry, "build-19", candidates));
  await one("Search: tags of one repository", () =>
    search.tagsOfBeginning(registry, largest.name, "build-19", candidates),
  );
  await one("Search: digests", () => search.digestsBeginning(registry, prefix, candidates));
  await one(`Search: ${scansPerRead} scans`, () =>
    scans.ofRegistry(registry, "BASIC", { limit: scansPerRead }),
  );
  await one("GetOverview: counters", () => search.registryCounts(registry));
  await one("GetOverview: scans", () => search.scanCounts(registry, "BASIC"));
  const page = { sort: "PUSHED", descending: true, limit: 50 } as const;
  const shown = await search.images(largest, "BASIC", {}, page);
  await one("SearchImages: unique bytes of a page", () => uniqueBytes(store, largest, shown, []));
  await one("PreviewDeletion: a repository", () => search.repositoryBytes(largest));
}

/** What is reckoned in memory: of the largest layer, and the largest images, that are likely. */
function measuredContents(): Row[] {
  const files = Array.from({ length: 100_000 }, (_, at) => layerFile(at));
  const below = inventoryOf(files.filter((_, at) => at % 2 === 0));
  const layer = inventoryOf(files);
  const text = deflateRawSync(JSON.stringify(layer));
  const listing = listLayer([below], layer);
  const packages = Array.from({ length: 100_000 }, (_, at) => packageOf(at, "1.0.0"));
  const others = packages.map((_, at) => packageOf(at, at % 3 === 0 ? "1.0.1" : "1.0.0"));
  const asked: [string, () => unknown][] = [
    ["ListLayerFiles: what is kept, opened", () => JSON.parse(inflateRawSync(text).toString())],
    ["ListLayerFiles: listed above another layer", () => listLayer([below], layer)],
    ["ListLayerFiles: a directory of a remembered one", () => listing.directory("usr/share/d1")],
    ["CompareImages: packages", () => comparePackages(packages, others)],
  ];
  return asked.map(([title, work]) => [title, milliseconds(timedAtOnce(work)), ""]);
}

function layerFile(at: number): LayerFile {
  const path = `usr/share/d${at % 100}/e${at % 1_000}/file-${at}`;
  return { path, kind: "file", sizeBytes: at, mode: 0o644, userId: 0, groupId: 0 };
}

function inventoryOf(files: readonly LayerFile[]): LayerInventory {
  return {
    ...{ diffId: "sha256:a", madeBy: "bench", sizeBytes: 1, records: [], unread: [] },
    ...{ systemFiles: {}, files, whiteouts: [], opaque: [] },
  };
}

function packageOf(at: number, version: string): ListedPackage {
  const name = `package-${at}`;
  return {
    found: {
      ...{ type: "npm", name, version, path: `app/node_modules/${name}/package.json` },
      ...{ analyzer: "npm", layerDiffId: "sha256:a", isSystemOwned: false },
    },
    ...{ name, layer: undefined, counts: {} },
  };
}

function timedAtOnce(work: () => unknown): number {
  const times: number[] = [];
  work();
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Milliseconds of one call: the median of what it took, and the mean of what processors worked for it. */
async function timed(work: () => Promise<unknown>, processorMs: () => number) {
  const times: number[] = [];
  await work(); // What is read for the first time is not what is asked.
  const before = processorMs();
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return { wallMs: median(times), processorMs: (processorMs() - before) / rounds };
}

await main();
