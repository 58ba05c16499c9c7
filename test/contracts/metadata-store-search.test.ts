import { describe, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { ImageFilter, RepositoryFilter } from "../../src/ports/search-store.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import type { RepositoryRef } from "../../src/registry/repositories/repository.ts";
import type { SeverityCounts } from "../../src/registry/scanning/image-scan.ts";
import { severityRank } from "../../src/registry/scanning/severity/severity-rank.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
  sampleLayer,
  sampleObject,
  tag,
} from "./metadata-stores.ts";

const index = "application/vnd.oci.image.index.v1+json";
const child = (n: number) => ({
  ...{ kind: "child" as const, digest: digest(n), sizeBytes: 10 },
  mediaType: "application/vnd.oci.image.manifest.v1+json",
});

async function scanned(
  store: MetadataStore,
  repository: RepositoryRef,
  of: Digest,
  counts: SeverityCounts,
) {
  await store.transaction(({ scans }) =>
    scans.put({
      ...{ repository, digest: of, type: "BASIC", status: "COMPLETE", description: undefined },
      ...{ requestedAt: 1, endedAt: 2, sourceUpdatedAt: undefined, advisories: "a", counts },
    }),
  );
}

async function names(store: MetadataStore, filter: RepositoryFilter) {
  const page = { sort: "NAME" as const, descending: false, limit: 100 };
  const found = await store.search.repositories(registry, "BASIC", filter, page);
  expect(await store.search.countRepositories(registry, "BASIC", filter)).toBe(found.length);
  return found.map(({ repository }) => repository.name);
}

async function digests(store: MetadataStore, repository: RepositoryRef, filter: ImageFilter = {}) {
  const page = { sort: "PUSHED" as const, descending: false, limit: 100 };
  const found = await store.search.images(repository, "BASIC", filter, page);
  expect(await store.search.countImages(repository, "BASIC", filter)).toBe(found.length);
  return found.map(({ image }) => Number.parseInt(image.digest.slice(7), 16));
}

describe.each(metadataStores)("$name keeps the MetadataStore contract: search", ({ open }) => {
  it("filters repositories, and counts what it finds", async () => {
    const { store } = await open();
    const keyArn = "arn:aws:kms:us-east-1:000000000000:key/one";
    await addRepository(store, "team/app", { encryption: { type: "KMS", keyArn } });
    const web = await addRepository(store, "team/web_a", {
      tagMutability: { mode: "IMMUTABLE", exclusionFilters: [] },
    });
    await addRepository(store, "team2");
    await addRepository(store, "other/appx");
    await addRepository(store, "team/away", { registry: otherRegistries[0]! });
    await store.transaction(async ({ repositories }) => {
      await repositories.putResourceTag(web, "team", "blue");
      await repositories.insertIfAbsent({ ...web, id: "gone", name: "~gone" as RepositoryName });
    });
    expect(await names(store, {})).toEqual(["other/appx", "team/app", "team/web_a", "team2"]);
    expect(await names(store, { prefix: "team/" })).toEqual(["team/app", "team/web_a"]);
    expect(await names(store, { word: "app" })).toEqual(["other/appx", "team/app"]);
    // A character like others: it stands for itself alone.
    expect(await names(store, { word: "_" })).toEqual(["team/web_a"]);
    expect(await names(store, { mutability: ["IMMUTABLE"] })).toEqual(["team/web_a"]);
    expect(await names(store, { encryption: ["KMS", "KMS_DSSE"] })).toEqual(["team/app"]);
    expect(await names(store, { keyArn })).toEqual(["team/app"]);
    expect(await names(store, { resourceTags: [{ key: "team" }] })).toEqual(["team/web_a"]);
    const red = { key: "team", value: "red" };
    expect(await names(store, { resourceTags: [{ key: "team" }, red] })).toEqual([]);
    await store.transaction(({ repositories }) => repositories.putResourceTag(web, "age", "2"));
    const page = { sort: "NAME" as const, descending: false, limit: 100 };
    const told = await store.search.repositories(registry, "BASIC", { prefix: "team/" }, page);
    expect(told.map(({ resourceTags }) => resourceTags)).toEqual([
      [],
      [
        { key: "age", value: "2" },
        { key: "team", value: "blue" },
      ],
    ]);
  });

  it("sums up what is right below a prefix, and pages through it in each order", async () => {
    const { store } = await open();
    const wanted = ["a-b/x", "a/b/one", "a/b/two/deep", "a/c", "a", "a.d", "b/one", "z"];
    for (const [at, name] of wanted.entries()) {
      const repository = await addRepository(store, name);
      const pushedAt = 1000 + at;
      await addImage(store, repository, digest(at), { changes: { pushedAt } });
      await store.transaction(({ repositories }) =>
        repositories.adjust(repository, { imageCount: 1, sizeBytes: 2 ** at }),
      );
    }
    await addRepository(store, "a/away", { registry: otherRegistries[0]! });
    const gone = await addRepository(store, "a/gone");
    await store.transaction(({ repositories }) =>
      repositories.insertIfAbsent({ ...gone, id: "gone", name: "~gone" as RepositoryName }),
    );
    const page = { sort: "NAME" as const, descending: false, limit: 100 };
    const top = await store.search.namespaces(registry, "", page);
    expect(top.total).toBe(6);
    expect(top.found.map(({ name, repositories }) => [name, repositories])).toEqual([
      ...[
        ["a", 1],
        ["a-b/", 1],
        ["a.d", 1],
      ],
      ...[
        ["a/", 4],
        ["b/", 1],
        ["z", 1],
      ],
    ]);
    const { images, sizeBytes, lastPushedAt } = top.found[3]!;
    expect(sizeBytes - images).toBe(2 + 4 + 8 - 3);
    expect(lastPushedAt).toBe(1003);
    const below = await store.search.namespaces(registry, "a/", page);
    expect(below.found.map(({ name, isRepository }) => [name, isRepository])).toEqual([
      ...[
        ["a/b/", false],
        ["a/c", true],
        ["a/gone", true],
      ],
    ]);
    expect((await store.search.namespaces(registry, "none/", page)).total).toBe(0);
    for (const sort of ["NAME", "REPOSITORIES", "IMAGES", "SIZE", "LAST_PUSH"] as const) {
      for (const descending of [false, true]) {
        const names: string[] = [];
        let after: (typeof top.found)[number]["position"] | undefined;
        for (;;) {
          const asked = { sort, descending, limit: 1, after };
          const { found } = await store.search.namespaces(registry, "", asked);
          if (found[0] === undefined) break;
          names.push(found[0].name);
          after = found[0].position;
        }
        const all = await store.search.namespaces(registry, "", { ...page, sort, descending });
        expect(names).toEqual(all.found.map(({ name }) => name));
        expect(new Set(names).size).toBe(6);
      }
    }
  });

  it.each(["NAME", "IMAGES", "SIZE", "LAST_PUSH", "SEVERITY"] as const)(
    "gives each repository once, in the order of %s, however small the pages are",
    async (sort) => {
      const { store } = await open();
      const worst: SeverityCounts[] = [{ HIGH: 1 }, {}, { CRITICAL: 1, LOW: 2 }, { HIGH: 3 }];
      for (const [at, counts] of worst.entries()) {
        const repository = await addRepository(store, `r${(at * 3) % 4}`);
        const pushedAt = 1000 - (at % 2);
        await addImage(store, repository, digest(at), { changes: { pushedAt } });
        await store.transaction(({ repositories }) =>
          repositories.adjust(repository, { imageCount: at % 2, sizeBytes: 5 - (at % 3) }),
        );
        await scanned(store, repository, digest(at), counts);
      }
      const values = {
        NAME: () => 0,
        IMAGES: (found: Found) => found.repository.imageCount,
        SIZE: (found: Found) => found.repository.sizeBytes,
        LAST_PUSH: (found: Found) => found.lastPushedAt ?? 0,
        SEVERITY: (found: Found) => found.worst,
      };
      type Found = Awaited<ReturnType<typeof store.search.repositories>>[number];
      for (const descending of [false, true]) {
        const all: Found[] = [];
        for (;;) {
          const after = all.at(-1)?.position;
          const page = { sort, descending, after, limit: 1 };
          const found = await store.search.repositories(registry, "BASIC", {}, page);
          if (found.length === 0) break;
          all.push(...found);
        }
        const sorted = [...all].sort(
          (one, other) =>
            values[sort](one) - values[sort](other) ||
            (one.repository.name < other.repository.name ? -1 : 1),
        );
        const expected = descending ? sorted.reverse() : sorted;
        expect(all).toHaveLength(4);
        expect(all.map(({ repository }) => repository.name)).toEqual(
          expected.map(({ repository }) => repository.name),
        );
      }
    },
  );

  it("tells the worst finding of what can be pulled, and when something was pushed last", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "app");
    for (const [n, pushedAt] of [50, 70, 60].entries()) {
      await addImage(store, repository, digest(n), { changes: { pushedAt } });
    }
    await scanned(store, repository, digest(0), { LOW: 1 });
    await scanned(store, repository, digest(1), { CRITICAL: 1 });
    await scanned(store, repository, digest(2), { UNTRIAGED: 4 });
    const look = async () => {
      const page = { sort: "NAME" as const, descending: false, limit: 1 };
      const [found] = await store.search.repositories(registry, "BASIC", {}, page);
      return [found?.worst, found?.lastPushedAt];
    };
    const atLeastHigh = { worstAtLeast: severityRank("HIGH") };
    expect(await look()).toEqual([severityRank("CRITICAL"), 70]);
    expect(await names(store, atLeastHigh)).toEqual(["app"]);
    await store.transaction(({ images }) =>
      images.setState(repository, digest(1), {
        ...{ state: "ARCHIVED", archivedAt: 1, activatedAt: undefined },
      }),
    );
    expect(await look()).toEqual([severityRank("LOW"), 70]);
    expect(await names(store, atLeastHigh)).toEqual([]);
    await scanned(store, repository, digest(0), {});
    expect(await look()).toEqual([1, 70]);
  });

  it("lists what stands for itself: not what an index lists, nor what is about another image", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "app");
    const hex = (n: number) => digest(n).slice("sha256:".length);
    const add = (n: number, options: Parameters<typeof addImage>[3] = {}) =>
      addImage(store, repository, digest(n), {
        ...options,
        changes: { pushedAt: n, ...options.changes },
      });
    await add(1);
    await add(2);
    await add(3, { changes: { mediaType: index }, references: [child(1), child(2)] });
    await add(4, { changes: { subject: digest(3) } });
    await add(5, { changes: { subject: digest(99) } }); // About what is not there.
    await add(6, { tags: [`sha256-${hex(3)}.sig`] });
    await add(7, { tags: [`sha256-${hex(98)}.sig`] });
    await add(8, { tags: ["sha256-notes", "v1.2"] });
    expect(await digests(store, repository)).toEqual([3, 5, 7, 8]);
    expect(await digests(store, repository, { tagged: true })).toEqual([7, 8]);
    expect(await digests(store, repository, { tagged: false })).toEqual([3, 5]);
    expect(await digests(store, repository, { kind: "INDEX" })).toEqual([3]);
    expect(await digests(store, repository, { tagWord: "1." })).toEqual([8]);
    expect(await digests(store, repository, { digestPrefix: digest(5).slice(0, 71) })).toEqual([5]);
    expect(await digests(store, repository, { states: ["ARCHIVED"] })).toEqual([]);
    expect(await digests(store, repository, { isHeld: true })).toEqual([]);
    const children = await store.search.children(repository, [digest(3), digest(1)], 1);
    expect(children).toMatchObject([{ parent: digest(3), digest: digest(1) }]);
    expect(children[0]?.manifestBytes).toBeGreaterThan(0);
    expect(await store.search.contents(repository, [digest(3)])).toEqual([]);
    expect(await store.search.referrers(repository, [digest(3)])).toMatchObject([
      { subject: digest(3), count: 1 },
    ]);
    const signature = tag(`sha256-${hex(3)}.sig`);
    expect(await store.search.tagsAmong(repository, [signature, tag("none")])).toEqual([signature]);
  });

  it("counts what is found in an index's images as the index's", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "app");
    const add = (n: number, options: Parameters<typeof addImage>[3] = {}) =>
      addImage(store, repository, digest(n), options);
    await add(1);
    await add(2, { changes: { mediaType: index }, references: [child(1)] });
    await add(3);
    await scanned(store, repository, digest(1), { CRITICAL: 1 });
    await scanned(store, repository, digest(3), { HIGH: 1 });
    const page = { sort: "SEVERITY" as const, descending: true, limit: 9 };
    const found = await store.search.images(repository, "BASIC", {}, page);
    expect(found.map(({ image, position }) => [image.digest, position.value])).toEqual([
      [digest(2), severityRank("CRITICAL")],
      [digest(3), severityRank("HIGH")],
    ]);
    const after = found[0]?.position;
    const next = await store.search.images(repository, "BASIC", {}, { ...page, after });
    expect(next.map(({ image }) => image.digest)).toEqual([digest(3)]);
    const critical = { worstAtLeast: severityRank("CRITICAL") };
    expect(await digests(store, repository, critical)).toEqual([2]);
  });

  it("gives the tags of images that moved last, as many as it is asked for", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "app");
    await addImage(store, repository, digest(1), { tags: ["a"] });
    await addImage(store, repository, digest(2));
    await store.transaction(async ({ tags }) => {
      for (const [at, name] of ["c", "b", "d"].entries()) {
        await tags.put(repository, { tag: tag(name), digest: digest(2), at: 10 + at });
      }
    });
    const found = await store.search.tags(repository, [digest(1), digest(2)], 2);
    expect(found.map(({ tag: name }) => name)).toEqual(["a", "d", "b"]);
  });

  it("finds repositories, tags and images of a registry by their names", async () => {
    const { store } = await open();
    const app = await addRepository(store, "team/app");
    const web = await addRepository(store, "team/web");
    const elsewhere = await addRepository(store, "team/app", { registry: otherRegistries[0]! });
    const away = await addRepository(store, "~team");
    for (const [repository, n] of [
      [app, 1],
      [web, 2],
      [elsewhere, 3],
      [away, 4],
    ] as const) {
      await addImage(store, repository, digest(n), { tags: ["v1.0"] });
    }
    await addImage(store, app, digest(5), { tags: ["v1.1", "V1"] });
    const { search } = store;
    expect(await search.repositoriesNamed(registry, "ea", 10)).toEqual(["team/app", "team/web"]);
    expect(await search.repositoriesNamed(registry, "ea", 1)).toEqual(["team/app"]);
    expect(await search.repositoriesNamed(registry, "_", 10)).toEqual([]);
    const tags = await search.tagsBeginning(registry, "v1", 10);
    expect(tags.map((each) => [each.repositoryName, each.tag])).toEqual(
      expect.arrayContaining([
        ["team/app", "v1.0"],
        ["team/web", "v1.0"],
        ["team/app", "v1.1"],
      ]),
    );
    expect([tags.length, tags[2]?.tag]).toEqual([3, "v1.1"]);
    expect(await search.tagsBeginning(registry, "v1", 2)).toHaveLength(2);
    const name = "team/app" as RepositoryName;
    const ofApp = await search.tagsOfBeginning(registry, name, "v", 10);
    expect(ofApp.map((each) => [each.tag, each.digest])).toEqual([
      ["v1.0", digest(1)],
      ["v1.1", digest(5)],
    ]);
    expect(await search.digestsBeginning(registry, digest(2), 10)).toEqual([
      { repositoryName: "team/web", digest: digest(2) },
    ]);
    expect(await search.digestsBeginning(registry, "sha256:", 10)).toHaveLength(3);
    expect(await search.digestsBeginning(registry, "sha256:f", 10)).toEqual([]);
  });

  it("counts what a registry holds, and how its images stand in scans", async () => {
    const { store } = await open();
    const nothing = { repositories: 0, images: 0, sizeBytes: 0, storedBytes: 0 };
    expect(await store.search.registryCounts(registry)).toEqual(nothing);
    const app = await addRepository(store, "app");
    const web = await addRepository(store, "web");
    const away = await addRepository(store, "~away");
    for (const n of [1, 2, 3]) {
      await addImage(store, app, digest(n));
      await scanned(store, app, digest(n), n === 3 ? {} : { HIGH: 1 });
    }
    for (const [n, repository] of [web, away].entries()) {
      await addImage(store, repository, digest(4 + n));
      await scanned(store, repository, digest(4 + n), { LOW: 1 });
    }
    await store.transaction(({ images }) =>
      images.setState(app, digest(2), {
        ...{ state: "ARCHIVED", archivedAt: 1, activatedAt: undefined },
      }),
    );
    const found = await store.search.scanCounts(registry, "BASIC");
    expect(found.sort((one, other) => one.worst - other.worst)).toEqual([
      { status: "COMPLETE", worst: 0, images: 1 },
      { status: "COMPLETE", worst: severityRank("LOW"), images: 1 },
      { status: "COMPLETE", worst: severityRank("HIGH"), images: 1 },
    ]);
    expect(await store.search.scanCounts(registry, "ENHANCED")).toEqual([]);
    expect(await store.search.scanCounts(otherRegistries[0]!, "BASIC")).toEqual([]);
    await store.transaction(({ repositories }) =>
      repositories.adjust(app, { imageCount: 3, sizeBytes: 50 }),
    );
    const counts = await store.search.registryCounts(registry);
    expect([counts.images, counts.sizeBytes]).toEqual([3, 50]);
  });

  it("sums what a repository alone has, and what others stand on as well", async () => {
    const { store } = await open();
    const [app, web] = [await addRepository(store, "app"), await addRepository(store, "web")];
    const add = async (n: number, ...of: RepositoryRef[]) => {
      const object = sampleObject(digest(n), { sizeBytes: 10 ** n });
      await store.transaction(async ({ objects, layers }) => {
        await objects.insert(object);
        for (const each of of) {
          await layers.linkIfAbsent(sampleLayer(each, object, { sizeBytes: 10 ** n }));
        }
      });
    };
    await add(1, app);
    await add(2, app, web);
    expect(await store.search.repositoryBytes(app)).toEqual({ ownBytes: 10, sharedBytes: 100 });
    expect(await store.search.repositoryBytes(web)).toEqual({ ownBytes: 0, sharedBytes: 100 });
    await addImage(store, app, digest(5), { changes: { manifestBytes: 7 } });
    expect((await store.search.repositoryBytes(app)).ownBytes).toBeGreaterThanOrEqual(17);
  });
});
