import { describe, expect, it } from "vitest";
import type { Digest } from "../../src/registry/names.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  reference,
  registry,
  repositoryName,
  sampleImage,
  sampleObject,
  tag,
} from "./metadata-stores.ts";

describe.each(metadataStores)("$name keeps the MetadataStore contract: images", ({ open }) => {
  it("resolves a tag and a digest to the repository and the image", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const image = await addImage(store, repository, digest(1), { tags: ["v1"] });
    const { name } = repository;
    for (const wanted of [{ tag: tag("v1") }, { digest: digest(1) }]) {
      expect(await store.images.resolve(registry, name, wanted)).toEqual({ repository, image });
    }
    for (const wanted of [{ tag: tag("v2") }, { digest: digest(2) }]) {
      expect(await store.images.resolve(registry, name, wanted)).toEqual({
        repository,
        image: undefined,
      });
      const none = repositoryName("team/none");
      expect(await store.images.resolve(registry, none, wanted)).toBeUndefined();
      const [elsewhere] = otherRegistries;
      expect(await store.images.resolve(elsewhere!, name, wanted)).toBeUndefined();
    }
  });

  it("finds an image with everything that it was stored with", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const plain = await addImage(store, repository, digest(1), {
      changes: { configMediaType: undefined },
    });
    const full = await addImage(store, repository, digest(2), {
      changes: { artifactType: "a/b", subject: digest(9), pulledAt: 12, manifestBytes: 0 },
    });
    expect(await store.images.find(repository, digest(1))).toEqual(plain);
    expect(await store.images.find(repository, digest(2))).toEqual(full);
    expect(await store.images.find(repository, digest(3))).toBeUndefined();
    const other = await addRepository(store, "team/other");
    expect(await store.images.find(other, digest(1))).toBeUndefined();
  });

  it("stores a digest once, with the references that came with it", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const references = [
      reference("config", digest(5)),
      reference("layer", digest(4)),
      reference("layer", digest(4)),
      reference("child", digest(3)),
      reference("subject", digest(2)),
    ];
    const image = await addImage(store, repository, digest(1), { references });
    const again = store.transaction((change) =>
      change.images.insert({ ...image, sizeBytes: 1 }, [reference("config", digest(6))]),
    );
    await expect(again).rejects.toThrow();
    expect(await store.images.find(repository, digest(1))).toEqual(image);
    expect(await store.images.references(repository, digest(1))).toEqual(references);
    expect(await store.images.references(repository, digest(2))).toEqual([]);
    const later = [reference("child", digest(4)), reference("child", digest(5))];
    await store.transaction(({ images }) =>
      images.addReferences(repository, digest(1), later, references.length),
    );
    const all = [...references, ...later];
    expect(await store.images.references(repository, digest(1))).toEqual(all);
  });

  it("lists by digest with the tags of each in code point order, page by page", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const tags = ["1.10", "1.9", "Z", "_", "a"];
    await addImage(store, repository, digest(3), { tags: [...tags].reverse() });
    await addImage(store, repository, digest(1), { tags: ["one"] });
    await addImage(store, repository, digest(2));
    const first = await store.images.list(repository, { limit: 2 });
    expect(first.map((image) => [image.digest, image.tags])).toEqual([
      [digest(1), ["one"]],
      [digest(2), []],
    ]);
    const second = await store.images.list(repository, { after: digest(2), limit: 2 });
    expect(second.map((image) => [image.digest, image.tags])).toEqual([[digest(3), tags]]);
  });

  it("lists only tagged or only untagged images as tags come and go", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const other = await addRepository(store, "team/other");
    await addImage(store, other, digest(9));
    await addImage(store, repository, digest(1), { tags: ["a", "b"] });
    await addImage(store, repository, digest(2));
    const listed = async (tagged: boolean): Promise<Digest[]> => {
      const images = await store.images.list(
        repository,
        { limit: 9 },
        { tagged, states: ["ACTIVE"] },
      );
      return images.map((image) => image.digest);
    };
    expect([await listed(true), await listed(false)]).toEqual([[digest(1)], [digest(2)]]);
    await store.transaction(async ({ tags }) => {
      await tags.put(repository, { tag: tag("a"), digest: digest(2), at: 1 });
      await tags.put(repository, { tag: tag("a"), digest: digest(2), at: 2 });
      await tags.remove(repository, tag("b"), 3);
      await tags.remove(repository, tag("b"), 4);
    });
    expect([await listed(true), await listed(false)]).toEqual([[digest(2)], [digest(1)]]);
  });

  it("names the manifests that list a child, each once, and not those that refer otherwise", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const child = reference("child", digest(1));
    await addImage(store, repository, digest(13), { references: [child, child] });
    await addImage(store, repository, digest(11), { references: [child] });
    await addImage(store, repository, digest(12), { references: [reference("layer", digest(1))] });
    expect(await store.images.parents(repository, digest(1), 9)).toEqual([digest(11), digest(13)]);
    expect(await store.images.parents(repository, digest(1), 1)).toEqual([digest(11)]);
    expect(await store.images.parents(repository, digest(2), 9)).toEqual([]);
    expect(await store.images.parents(repository, digest(1), 9, digest(11))).toEqual([digest(13)]);
    const nested = { references: [reference("child", digest(13))] };
    await addImage(store, repository, digest(14), nested);
    expect(await store.images.listedParents(repository, digest(1), 9)).toEqual([digest(13)]);
    expect(await store.images.listedParents(repository, digest(1), 0)).toEqual([]);
    await store.transaction(async ({ tags }) => {
      for (const [name, to] of [
        ["a", 13],
        ["b", 14],
        ["c", 12],
      ] as const) {
        await tags.put(repository, { tag: tag(name), digest: digest(to), at: 1 });
      }
    });
    expect(await store.tags.ofParents(repository, digest(1), 9)).toEqual([tag("a")]);
    expect(await store.tags.ofParents(repository, digest(13), 9)).toEqual([tag("b")]);
  });

  it("lists referrers by digest, page by page, also of a subject that is not there", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const subject = digest(1);
    for (const n of [14, 13, 12, 11]) {
      await addImage(store, repository, digest(n), { changes: { subject } });
    }
    await addImage(store, repository, digest(20), { changes: { subject: digest(2) } });
    const first = await store.images.referrers(repository, subject, { limit: 3 });
    expect(first.map((image) => image.digest)).toEqual([digest(11), digest(12), digest(13)]);
    const page = { after: digest(13), limit: 3 };
    const second = await store.images.referrers(repository, subject, page);
    expect(second.map((image) => image.digest)).toEqual([digest(14)]);
  });

  it("filters referrers by artifact type, or the config's media type where there is none", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const subject = digest(1);
    const add = (n: number, artifactType?: string, configMediaType?: string) =>
      addImage(store, repository, digest(n), {
        changes: { subject, artifactType, configMediaType },
      });
    await add(11, "test/sbom", "test/empty");
    await add(12, undefined, "test/sbom");
    await add(13, "test/signature", "test/sbom");
    await add(14);
    const listed = async (artifactTypes: string[]) => {
      const filter = { artifactTypes };
      const images = await store.images.referrers(repository, subject, { limit: 9 }, filter);
      return images.map((image) => image.digest);
    };
    expect(await listed(["test/sbom"])).toEqual([digest(11), digest(12)]);
    expect(await listed(["test/signature", "test/other"])).toEqual([digest(13)]);
    expect(await listed(["test/empty"])).toEqual([]);
  });

  it("removes an image with its references and no others", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const references = [reference("layer", digest(5))];
    const image = await addImage(store, repository, digest(1), { references });
    await addImage(store, repository, digest(2), { references });
    await store.transaction((change) => change.images.remove(repository, digest(1)));
    expect(await store.images.find(repository, digest(1))).toBeUndefined();
    expect(await store.images.references(repository, digest(1))).toEqual([]);
    expect(await store.images.references(repository, digest(2))).toEqual(references);
    // The same digest can be stored again.
    await store.transaction((change) => change.images.insert(image, []));
    expect(await store.images.find(repository, digest(1))).toEqual(image);
  });

  it("refuses to remove an image that has a tag, or to store one without its object", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1), { tags: ["v1"] });
    await expect(
      store.transaction((change) => change.images.remove(repository, digest(1))),
    ).rejects.toThrow();
    const homeless = sampleImage(repository, sampleObject(digest(2)));
    await expect(
      store.transaction((change) => change.images.insert(homeless, [])),
    ).rejects.toThrow();
    expect(await store.images.list(repository, { limit: 9 })).toHaveLength(1);
  });

  it("records when an image was pulled", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const image = await addImage(store, repository, digest(1));
    await store.transaction((change) => change.images.setPulledAt(repository, digest(1), 123));
    expect(await store.images.find(repository, digest(1))).toEqual({ ...image, pulledAt: 123 });
  });

  it("moves the time of the last pull on and never back, and makes no image of one that is gone", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    for (const n of [1, 2]) await addImage(store, repository, digest(n));
    const pulled = (...times: [number, number][]) =>
      store.transaction(async ({ images }) => {
        for (const [n, at] of times) await images.setPulledAt(repository, digest(n), at);
      });
    await pulled([1, 500], [2, 500], [3, 500]);
    await pulled([1, 499], [2, 501]);
    const found = await store.images.list(repository, { limit: 9 });
    expect(found.map(({ pulledAt }) => pulledAt)).toEqual([500, 501]);
  });
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: tags", ({ open }) => {
  it("points a tag at the digest that it was put to last", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1), { tags: ["v1", "v2"] });
    await addImage(store, repository, digest(2), { tags: ["v1"] });
    expect(await store.tags.find(repository, tag("v1"))).toBe(digest(2));
    expect(await store.tags.find(repository, tag("v2"))).toBe(digest(1));
    expect(await store.tags.find(repository, tag("v3"))).toBeUndefined();
    const other = await addRepository(store, "team/other");
    expect(await store.tags.find(other, tag("v1"))).toBeUndefined();
  });

  it("lists tags in code point order, page by page", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const expected = ["0", "A", "Z", "_", "a", "a-", "a.", "a0", "aA", "aa", "z"];
    await addImage(store, repository, digest(1), { tags: [...expected].reverse() });
    const first = await store.tags.list(repository, { limit: 6 });
    const second = await store.tags.list(repository, { after: first.at(-1)?.tag, limit: 6 });
    expect([...first, ...second].map((entry) => entry.tag)).toEqual(expected);
    expect(first[0]).toEqual({ tag: "0", digest: digest(1) });
    expect(await store.tags.of(repository, digest(1), 3)).toEqual(expected.slice(0, 3));
  });

  it("counts the tags of an image as they come, move and go", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1), { tags: ["a", "b", "c"] });
    await addImage(store, repository, digest(2), { tags: ["c"] });
    await store.transaction((change) => change.tags.remove(repository, tag("a"), 9));
    expect(await store.tags.count(repository, digest(1))).toBe(1);
    expect(await store.tags.of(repository, digest(1), 9)).toEqual(["b"]);
    expect(await store.tags.count(repository, digest(2))).toBe(1);
    expect(await store.tags.count(repository, digest(3))).toBe(0);
  });

  it("forgets a removed tag, and takes it again", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1), { tags: ["v1"] });
    await store.transaction((change) => change.tags.remove(repository, tag("v1"), 9));
    expect(await store.tags.find(repository, tag("v1"))).toBeUndefined();
    await store.transaction((change) =>
      change.tags.put(repository, { tag: tag("v1"), digest: digest(1), at: 10 }),
    );
    expect(await store.tags.find(repository, tag("v1"))).toBe(digest(1));
  });

  it("keeps a tag of the cache fresh while it names that image, and no tag that was pushed", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1), { tags: ["pushed"] });
    await addImage(store, repository, digest(2));
    const { registry: of, name } = repository;
    const fresh = async (text: string) =>
      (await store.images.resolve(of, name, { tag: tag(text) }))?.freshUntil;
    await store.transaction(async ({ tags }) => {
      await tags.put(repository, { tag: tag("v1"), digest: digest(1), at: 10, freshUntil: 100 });
    });
    expect(await fresh("v1")).toBe(100);
    await store.transaction(async ({ tags }) => {
      await tags.setFresh(repository, tag("v1"), digest(1), 200);
      await tags.setFresh(repository, tag("v1"), digest(2), 300);
      await tags.setFresh(repository, tag("pushed"), digest(1), 400);
    });
    expect(await fresh("v1")).toBe(200);
    expect(await fresh("pushed")).toBeUndefined();
    await store.transaction((change) =>
      change.tags.put(repository, { tag: tag("v1"), digest: digest(2), at: 11 }),
    );
    expect(await fresh("v1")).toBeUndefined();
  });
});
