/** Images that were scanned, for measurements: without layers, as matching again reads none. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { SqliteAdvisoryIndex } from "../../src/adapters/advisories/sqlite-advisory-index.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { StoredObject } from "../../src/registry/encryption/stored-object.ts";
import type { Image } from "../../src/registry/images/image.ts";
import type { Digest, ObjectId, RepositoryName } from "../../src/registry/names.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import { comparisons } from "../../src/registry/scanning/advisories/compare-of.ts";
import { MatchMemory } from "../../src/registry/scanning/advisories/match-memory.ts";
import type { InstalledPackage } from "../../src/registry/scanning/image-inventory.ts";
import type { Looking } from "../../src/registry/scanning/judge-inventory.ts";
import { marksOfInventory, sketchOf } from "../../src/registry/scanning/name-sketch.ts";
import { begun } from "../../src/registry/scanning/request-scan.ts";
import { judge, keepOutcome } from "../../src/registry/scanning/scan-image.ts";
import { sealDocument } from "../../src/registry/scanning/sealed-document.ts";
import { testRegistry } from "../../test/support/store.ts";
import { placesOf } from "./indexes.ts";

export interface Wanted {
  readonly images: number;
  readonly repositories: number;
  readonly packages: number;
}

/** A pool of packages: some of names that advisories are about, in a version that some of them affect. */
interface Pools {
  readonly system: readonly InstalledPackage[];
  readonly application: readonly InstalledPackage[];
}

const type = "ENHANCED";
const bases = 40;
const seed = 20_261_128;

/** The same numbers in each run. */
function* numbers(): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function packageOf(type: "deb" | "npm" | "pypi", name: string, version: string): InstalledPackage {
  const isSystem = type === "deb";
  return {
    ...{ type, name, version, analyzer: isSystem ? "dpkg" : type, isSystemOwned: false },
    path: isSystem ? "var/lib/dpkg/status" : `app/node_modules/${name}/package.json`,
    layerDiffId: `sha256:${createHash("sha256")
      .update(isSystem ? "base" : name)
      .digest("hex")}`,
    ...(isSystem && { architecture: "amd64", source: { name, version } }),
  };
}

/**
 * Names as an image has them: of ten packages of a system three, and of twenty of an application one, has
 * advisories at all. The version is the fix of one of its advisories, so that later ones affect it.
 */
function poolsOf(index: SqliteAdvisoryIndex): Pools {
  const known: Record<"deb" | "npm" | "pypi", InstalledPackage[]> = { deb: [], npm: [], pypi: [] };
  const types = { "Debian:12": "deb", npm: "npm", PyPI: "pypi" } as const;
  for (const advisories of placesOf(index)) {
    for (const [ecosystem, type] of Object.entries(types)) {
      const own = advisories.filter((each) => each.ecosystem === ecosystem);
      const fixes = own.flatMap(({ ranges }) => ranges.flat()).filter(([kind]) => kind === "fixed");
      const version = fixes[Math.floor(fixes.length * 0.9)]?.[1];
      if (version !== undefined) known[type].push(packageOf(type, own[0]!.name, version));
    }
  }
  const others = (type: "deb" | "npm" | "pypi", count: number) =>
    Array.from({ length: count }, (_, n) => packageOf(type, `no-advisory-${n}`, "1.0.0-1"));
  const [deb, npm, pypi] = [known.deb.slice(0, 600), known.npm, known.pypi];
  return {
    system: [...deb, ...others("deb", Math.round((deb.length / 3) * 7))],
    application: [...npm, ...pypi, ...others("npm", (npm.length + pypi.length) * 19)],
  };
}

function taken<Item>(pool: readonly Item[], count: number, random: Iterator<number>): Item[] {
  const chosen = new Set<Item>();
  while (chosen.size < Math.min(count, pool.length)) {
    chosen.add(pool[Math.floor((random.next().value as number) * pool.length)]!);
  }
  return [...chosen];
}

/** Five packages of eight come from one of forty bases, the others are the image's own. */
export async function addImages(
  ports: Ports,
  index: SqliteAdvisoryIndex,
  { images, repositories, packages }: Wanted,
): Promise<void> {
  const pools = poolsOf(index);
  const using = { index, compareOf: comparisons(), memory: new MatchMemory() };
  const random = numbers();
  const ofBase = Math.round((packages * 5) / 8);
  const based = Array.from({ length: bases }, () => taken(pools.system, ofBase, random));
  let repository: Repository | undefined;
  const each = Math.ceil(images / repositories);
  let running: Promise<unknown>[] = [];
  for (let at = 0; at < images; at++) {
    if (at % each === 0) repository = await addRepository(ports, `team/app-${at / each}`);
    const own = taken(pools.application, packages - ofBase, random);
    running.push(addImage(ports, repository!, [...based[at % bases]!, ...own], using));
    if (running.length < 16) continue;
    await Promise.all(running);
    running = [];
  }
  await Promise.all(running);
}

async function addRepository({ metadata, clock }: Ports, name: string): Promise<Repository> {
  const repository: Repository = {
    ...{ registry: testRegistry, id: randomUUID(), name: name as RepositoryName },
    ...{ createdAt: clock.now(), tagMutability: { mode: "MUTABLE", exclusionFilters: [] } },
    ...{ scanOnPush: false, encryption: { type: "AES256" }, imageCount: 0, sizeBytes: 0 },
    ...{ lifecycleDueAt: undefined, quotaIds: [] },
  };
  await metadata.transaction((change) => change.repositories.insertIfAbsent(repository));
  return repository;
}

async function addImage(
  ports: Ports,
  repository: Repository,
  packages: readonly InstalledPackage[],
  { index, ...looking }: Looking & { readonly index: SqliteAdvisoryIndex },
): Promise<void> {
  const digest = `sha256:${randomBytes(32).toString("hex")}` as Digest;
  const id = randomBytes(16).toString("hex") as ObjectId;
  const { registry } = repository;
  const { wrapped: wrappedKey } = await ports.keys.createDataKey({ registry, object: id });
  const now = ports.clock.now();
  const object: StoredObject = {
    ...{ id, registry, domain: "AES256", digest, sizeBytes: 1_000, sealedBytes: 1_100, wrappedKey },
    ...{ state: "live", placement: "metadata", place: "", layout: "1000", createdAt: now },
  };
  const image: Image = {
    ...{ repository: { registry, id: repository.id }, digest, object: id, pushedAt: now },
    ...{ mediaType: "application/vnd.oci.image.manifest.v1+json", artifactType: undefined },
    configMediaType: "application/vnd.oci.image.config.v1+json",
    ...{ manifestBytes: 400, sizeBytes: 5_000, subject: undefined, pulledAt: undefined },
    ...{ state: "ACTIVE", archivedAt: undefined, activatedAt: undefined },
  };
  const distribution = { id: "debian", name: "Debian 12", version: "12", ecosystem: "Debian:12" };
  const inventory = { distribution, packages, unread: [] } as Parameters<
    typeof marksOfInventory
  >[0];
  const names = sketchOf(ports, registry, marksOfInventory(inventory));
  await ports.metadata.transaction(async (change) => {
    await change.objects.insertIfAbsent(object, Uint8Array.of(1));
    await change.images.insert(image, []);
  });
  const scanned = { inventory, config: { os: "linux", architecture: "amd64" } };
  const sealed = await sealDocument(ports, repository, image, "inventory", scanned);
  const { madeBy } = ports.layerAnalysis;
  await ports.metadata.transaction(({ scans }) =>
    scans.putInventory(repository, digest, { ...sealed, madeBy, names }),
  );
  const asked = begun({ repository, digest, type }, now);
  const outcome = await judge({ image, type, scanned, before: [], index, looking }, now);
  await keepOutcome(ports, repository, image, asked, {
    ...outcome,
    before: { findings: [], closed: [] },
  });
}
