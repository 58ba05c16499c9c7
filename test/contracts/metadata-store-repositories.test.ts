import { describe, expect, it } from "vitest";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
  repositoryName,
  sampleRepository,
  sampleUpload,
  tag,
} from "./metadata-stores.ts";

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: repositories",
  ({ open }) => {
    it("finds a repository with everything that it was made with", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app", {
        tagMutability: { mode: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: ["latest", 'a"*'] },
        scanOnPush: true,
      });
      expect(await store.repositories.find(registry, repository.name)).toEqual(repository);
      expect(await store.repositories.find(registry, repositoryName("team/other"))).toBeUndefined();
    });

    it("takes a name once in a registry, and again in another one", async () => {
      const { store } = await open();
      const first = await addRepository(store, "team/app");
      const second = sampleRepository("team/app");
      const inserted = await store.transaction((change) =>
        change.repositories.insertIfAbsent(second),
      );
      expect(inserted).toBe(false);
      expect(await store.repositories.find(registry, first.name)).toEqual(first);
      for (const other of otherRegistries) {
        const there = await addRepository(store, "team/app", { registry: other });
        expect(await store.repositories.find(other, first.name)).toEqual(there);
        expect(await store.repositories.count(other)).toBe(1);
      }
      expect(await store.repositories.count(registry)).toBe(1);
    });

    it("lists a registry by name in code point order, page by page", async () => {
      const { store } = await open();
      // A dictionary's order differs: it takes no notice of punctuation.
      const names = ["a-a", "a.a", "a/a", "a0", "a_a", "aa"];
      for (const name of [...names].reverse()) await addRepository(store, name);
      await addRepository(store, "a1", { registry: otherRegistries[0]! });
      const first = await store.repositories.list(registry, { limit: 4 });
      const after = first.at(-1)?.name;
      const second = await store.repositories.list(registry, { after, limit: 4 });
      expect([...first, ...second].map(({ name }) => name)).toEqual(names);
      expect(first).toHaveLength(4);
    });

    it("lists every registry by account, region and name, page by page", async () => {
      const { store } = await open();
      const expected: Repository[] = [];
      for (const home of [registry, ...otherRegistries]) {
        expected.push(await addRepository(store, "b", { registry: home }));
        expected.push(await addRepository(store, "a", { registry: home }));
      }
      const key = (r: Repository) => `${r.registry.account} ${r.registry.region} ${r.name}`;
      expected.sort((one, other) => (key(one) < key(other) ? -1 : 1));
      const listed = [];
      for (let after: Repository | undefined; ; ) {
        const page = await store.repositories.listAll({ after, limit: 4 });
        listed.push(...page);
        after = page.at(-1);
        if (page.length < 4) break;
      }
      expect(listed).toEqual(expected);
    });

    it("locks a repository by name, and tells of absence", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      await store.transaction(async (change) => {
        expect(await change.repositories.lock(registry, repository.name)).toEqual(repository);
        expect(await change.repositories.lock(registry, repositoryName("none"))).toBeUndefined();
      });
    });

    it("changes the tag mutability of one repository", async () => {
      const { store } = await open();
      const changed = await addRepository(store, "team/app");
      const other = await addRepository(store, "team/other");
      const tagMutability = { mode: "MUTABLE_WITH_EXCLUSION", exclusionFilters: ["v*"] } as const;
      await store.transaction((change) =>
        change.repositories.setTagMutability(changed, tagMutability),
      );
      expect(await store.repositories.list(registry, { limit: 9 })).toEqual([
        { ...changed, tagMutability },
        other,
      ]);
    });

    it("keeps resource tags by key; the last value of a key counts", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      await store.transaction(async ({ repositories }) => {
        await repositories.putResourceTag(repository, "team", "red");
        await repositories.putResourceTag(repository, "cost", "1");
        await repositories.putResourceTag(repository, "team", "blue");
        await repositories.putResourceTag(repository, "gone", "");
        await repositories.removeResourceTag(repository, "gone");
        await repositories.removeResourceTag(repository, "never there");
      });
      expect(await store.repositories.resourceTags(repository)).toEqual([
        { key: "cost", value: "1" },
        { key: "team", value: "blue" },
      ]);
    });

    it("counts what is added and taken away, in the repository and in all together", async () => {
      const { store } = await open();
      const one = await addRepository(store, "one");
      const two = await addRepository(store, "two", { registry: otherRegistries[0]! });
      await store.transaction(async ({ repositories }) => {
        await repositories.adjust(one, { imageCount: 2, sizeBytes: 5_000_000_000_000 });
        await repositories.adjust(one, { imageCount: -1 });
        await repositories.adjust(two, { sizeBytes: 7 });
      });
      expect(await store.repositories.find(registry, one.name)).toMatchObject({
        imageCount: 1,
        sizeBytes: 5_000_000_000_000,
      });
      expect(await store.repositories.totals()).toEqual({
        repositories: 2,
        images: 1,
        sizeBytes: 5_000_000_000_007,
      });
      await store.transaction(({ repositories }) =>
        repositories.setCounters(one, { imageCount: 10, sizeBytes: 20 }),
      );
      expect(await store.repositories.find(registry, one.name)).toMatchObject({
        imageCount: 10,
        sizeBytes: 20,
      });
      expect(await store.repositories.totals()).toEqual({
        repositories: 2,
        images: 10,
        sizeBytes: 27,
      });
    });
  },
);

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: removing a repository",
  ({ open }) => {
    it("takes all that the repository held, and nothing of others", async () => {
      const { store } = await open();
      const doomed = await addRepository(store, "doomed");
      const kept = await addRepository(store, "kept");
      for (const repository of [doomed, kept]) {
        await addLayer(store, repository, digest(1));
        await addImage(store, repository, digest(2 + Number(repository === kept)), {
          tags: ["v1"],
        });
        await store.transaction(async ({ repositories }) => {
          await repositories.putResourceTag(repository, "team", "red");
          await repositories.adjust(repository, { imageCount: 1, sizeBytes: 100 });
        });
      }
      await store.transaction((change) => change.repositories.remove(doomed, 77));

      expect(await store.repositories.find(registry, doomed.name)).toBeUndefined();
      expect(await store.repositories.resourceTags(doomed)).toEqual([]);
      expect(await store.images.list(doomed, { limit: 9 })).toEqual([]);
      expect(await store.tags.list(doomed, { limit: 9 })).toEqual([]);
      expect(await store.layers.list(doomed, { limit: 9 })).toEqual([]);
      expect(await store.repositories.totals()).toEqual({
        repositories: 1,
        images: 1,
        sizeBytes: 100,
      });
      expect(await store.repositories.resourceTags(kept)).toHaveLength(1);
      expect(await store.images.list(kept, { limit: 9 })).toHaveLength(1);
      expect(await store.tags.find(kept, tag("v1"))).toBe(digest(3));
      expect(await store.layers.list(kept, { limit: 9 })).toHaveLength(1);
    });

    it("queues the objects and upload sessions that it held, and keeps the sessions", async () => {
      const { store } = await open();
      const doomed = await addRepository(store, "doomed");
      const { object } = await addLayer(store, doomed, digest(1));
      const image = await addImage(store, doomed, digest(2));
      const upload = sampleUpload(doomed);
      await store.transaction(async (change) => {
        await change.uploads.insert(upload);
        await change.reclaim.enqueue({ kind: "object", registry, object: object.id, dueAt: 99 });
        await change.repositories.remove(doomed, 77);
      });
      expect(await store.uploads.find(registry, upload.id)).toEqual(upload);
      const queued = await store.reclaim.due(100, 9);
      expect(queued).toHaveLength(3);
      expect(queued).toEqual(
        expect.arrayContaining([
          { kind: "object", registry, object: image.object, dueAt: 77 },
          { kind: "upload", registry, upload: upload.id, dueAt: 77 },
          // It waited for a later time already.
          { kind: "object", registry, object: object.id, dueAt: 99 },
        ]),
      );
      expect(await store.objects.isLinked(object)).toBe(false);
    });

    it("lets the name be taken again, without anything from its former life", async () => {
      const { store } = await open();
      const former = await addRepository(store, "team/app");
      await addImage(store, former, digest(1), { tags: ["v1"] });
      await store.transaction((change) => change.repositories.remove(former, 1));
      const next = await addRepository(store, "team/app");
      const resolved = await store.images.resolve(registry, next.name, { tag: tag("v1") });
      expect(resolved).toEqual({ repository: next, image: undefined });
    });

    it("does nothing to a repository that is gone already", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      for (let n = 0; n < 2; n++) {
        await store.transaction((change) => change.repositories.remove(repository, 1));
      }
      expect(await store.repositories.count(registry)).toBe(0);
    });
  },
);
