/** `npm run bench:console-data`: what the console's lists ask the database, at ECR's limits. See docs/benchmarks.md. */
import { createHash, randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { openPostgresMetadata } from "../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { MetadataStore } from "../src/ports/metadata-store.ts";
import { imageSorts, repositorySorts } from "../src/ports/search-store.ts";
import type { Image, ImageReference } from "../src/registry/images/image.ts";
import type {
  AccountId,
  Digest,
  ObjectId,
  Region,
  Registry,
  RepositoryName,
  Tag,
} from "../src/registry/names.ts";
import type { Repository } from "../src/registry/repositories/repository.ts";
import type { LayerFile } from "../src/registry/scanning/layer-file.ts";
import type { LayerInventory } from "../src/registry/scanning/layer-inventory.ts";
import { comparePackages } from "../src/registry/search/compare-packages.ts";
import type { ListedPackage } from "../src/registry/search/image-packages.ts";
import { listLayer } from "../src/registry/search/layer-listing.ts";
import { searchLimits } from "../src/registry/search/search-limits.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { temporaryFolder } from "./places.ts";
import { milliseconds, type Row, table } from "./report.ts";
import { median } from "./rounds.ts";

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
const perTransaction = 1_000;
const severities = [{}, { LOW: 2 }, { MEDIUM: 1 }, { HIGH: 3, LOW: 1 }, { CRITICAL: 1 }];
const startedAt = 1_700_000_000_000;

async function main(): Promise<void> {
  process.stdout.write(`100000 files, or packages, in memory\n`);
  process.stdout.write(`${table(["request", "time", ""], measuredContents())}\n`);
  const repositories = Number(flags.repositories);
  const images = Number(flags.images);
  for (const kind of ["sqlite", "postgres"]) {
    if (flags.only !== undefined && flags.only !== kind) continue;
    const { store, stop } = await opened(kind);
    try {
      const largest = await fill(store, repositories, images);
      process.stdout.write(`${kind}: ${repositories} repositories, ${images} images of one\n`);
      const rows = await measured(store, largest);
      process.stdout.write(`${table(["request", "page", "count"], rows)}\n`);
    } finally {
      await store.close();
      await stop();
    }
  }
}

async function opened(kind: string): Promise<{ store: MetadataStore; stop(): Promise<void> }> {
  if (kind === "sqlite") {
    const onWriterFailure = (error: unknown) => {
      throw error;
    };
    const store = await openSqliteMetadata({ directory: temporaryFolder(), onWriterFailure });
    return { store, stop: async () => undefined };
  }
  const server = await startPostgres();
  const url = await server.createDatabase();
  return {
    store: await openPostgresMetadata({ url, warn: () => undefined }),
    stop: () => server.stop(),
  };
}

function repositoryOf(at: number): Repository {
  return {
    ...{ registry, id: randomUUID(), createdAt: startedAt, scanOnPush: false },
    name: `team-${at % 100}/group-${at % 7}/service-${at}` as RepositoryName,
    tagMutability: { mode: at % 5 === 0 ? "IMMUTABLE" : "MUTABLE", exclusionFilters: [] },
    encryption: { type: "AES256" },
    ...{ imageCount: at % 1000, sizeBytes: (at * 7919) % 1_000_003, lifecycleDueAt: undefined },
    quotaIds: [],
  };
}

function digestOf(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}` as Digest;
}

/** Each repository has an image that was scanned, and one of them has many. */
async function fill(
  store: MetadataStore,
  repositories: number,
  images: number,
): Promise<Repository> {
  const all = Array.from({ length: repositories }, (_, at) => repositoryOf(at));
  await inTransactions(store, all, async (change, repository, at) => {
    await change.repositories.insertIfAbsent(repository);
    await addImage(change, repository, at);
  });
  const largest = all[0]!;
  const numbers = Array.from({ length: images }, (_, at) => repositories + at);
  await inTransactions(store, numbers, (change, at) => addImage(change, largest, at));
  return largest;
}

type Change = Parameters<Parameters<MetadataStore["transaction"]>[0]>[0];

async function inTransactions<Item>(
  store: MetadataStore,
  items: readonly Item[],
  work: (change: Change, item: Item, at: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += perTransaction) {
    await store.transaction(async (change) => {
      for (const [at, item] of items.slice(from, from + perTransaction).entries()) {
        await work(change, item, from + at);
      }
    });
  }
}

/** Every tenth is an index of the one before. */
async function addImage(change: Change, repository: Repository, at: number): Promise<void> {
  const digest = digestOf(`image ${at}`);
  const object = createHash("md5").update(digest).digest("hex") as ObjectId;
  await change.objects.insert(
    {
      ...{ id: object, registry, domain: "AES256", digest, sizeBytes: 10, sealedBytes: 20 },
      ...{ wrappedKey: Uint8Array.of(1), state: "live", createdAt: startedAt, layout: "v1" },
      ...{ placement: "metadata", place: "" },
    },
    Uint8Array.of(1),
  );
  const isIndex = at % 10 === 9;
  const references: ImageReference[] = isIndex
    ? [
        {
          ...{ kind: "child", digest: digestOf(`image ${at - 1}`), sizeBytes: 10 },
          mediaType: "application/vnd.oci.image.manifest.v1+json",
        },
      ]
    : [];
  const image: Image = {
    repository: { registry, id: repository.id },
    ...{ digest, object, artifactType: undefined, manifestBytes: 500, subject: undefined },
    mediaType: `application/vnd.oci.image.${isIndex ? "index" : "manifest"}.v1+json`,
    configMediaType: isIndex ? undefined : "application/vnd.oci.image.config.v1+json",
    ...{ sizeBytes: (at * 7919) % 1_000_003, pushedAt: startedAt + at, pulledAt: undefined },
    ...{ state: "ACTIVE", archivedAt: undefined, activatedAt: undefined },
  };
  await change.images.insert(image, references);
  await change.tags.put(repository, { tag: `build-${at}` as Tag, digest, at: startedAt + at });
  await change.scans.put({
    ...{ repository: image.repository, digest, type: "BASIC", status: "COMPLETE" },
    ...{ description: undefined, requestedAt: startedAt, endedAt: startedAt },
    ...{ sourceUpdatedAt: undefined, advisories: "a" },
    counts: severities[at % severities.length]!,
  });
}

async function measured(store: MetadataStore, largest: Repository): Promise<Row[]> {
  const { search } = store;
  const rows: Row[] = [];
  const add = async (title: string, page: () => Promise<unknown>, count: () => Promise<unknown>) =>
    void rows.push([title, milliseconds(await timed(page)), milliseconds(await timed(count))]);
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
  { search, scans }: MetadataStore,
  largest: Repository,
  add: (
    title: string,
    page: () => Promise<unknown>,
    count: () => Promise<unknown>,
  ) => Promise<void>,
): Promise<void> {
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
  for (let round = 0; round < Number(flags.rounds); round++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return median(times);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  await work(); // What is read for the first time is not what is asked.
  for (let round = 0; round < Number(flags.rounds); round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

await main();
