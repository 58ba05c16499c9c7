import { describe, expect, it } from "vitest";
import type { ReclaimCandidate } from "../../src/ports/metadata-store.ts";
import type { ServiceKey } from "../../src/ports/service-key-store.ts";
import {
  EqualObjectStands,
  type StoredObject,
} from "../../src/registry/encryption/stored-object.ts";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  metadataStores,
  objectId,
  otherRegistries,
  reference,
  registry,
  repositoryName,
  sampleLayer,
  sampleObject,
  uploadId,
} from "./metadata-stores.ts";

describe.each(metadataStores)("$name keeps the MetadataStore contract: layers", ({ open }) => {
  it("resolves a digest to repository, layer and object in one look", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const { layer, object } = await addLayer(store, repository, digest(1));
    const { name } = repository;
    expect(await store.layers.resolve(registry, name, digest(1))).toEqual({
      repository,
      layer,
      object,
    });
    expect(await store.layers.resolve(registry, name, digest(2))).toEqual({
      repository,
      layer: undefined,
      object: undefined,
    });
    const none = repositoryName("team/none");
    expect(await store.layers.resolve(registry, none, digest(1))).toBeUndefined();
    const [elsewhere] = otherRegistries;
    expect(await store.layers.resolve(elsewhere!, name, digest(1))).toBeUndefined();
  });

  it("finds one, many and pages of layers, by digest", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const other = await addRepository(store, "team/other");
    await addLayer(store, other, digest(7));
    for (const n of [3, 1, 2]) await addLayer(store, repository, digest(n));
    const all = await store.layers.list(repository, { limit: 9 });
    expect(all.map((layer) => layer.digest)).toEqual([digest(1), digest(2), digest(3)]);
    expect(await store.layers.list(repository, { after: digest(1), limit: 1 })).toEqual([all[1]]);
    expect(await store.layers.find(repository, digest(2))).toEqual(all[1]);
    expect(await store.layers.find(repository, digest(7))).toBeUndefined();
    const wanted = [digest(3), digest(7), digest(1), digest(3)];
    expect(await store.layers.findMany(repository, wanted)).toEqual([all[0], all[2]]);
    expect(await store.layers.findMany(repository, [])).toEqual([]);
    await store.transaction(async (change) => {
      expect(await change.layers.lock(repository, wanted)).toEqual([all[0], all[2]]);
    });
  });

  it("finds as many layers at once as a manifest may name", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addLayer(store, repository, digest(500));
    const wanted = Array.from({ length: 1_000 }, (_, n) => digest(n));
    expect(await store.layers.findMany(repository, wanted)).toHaveLength(1);
  });

  it("links a digest once", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const { layer, object } = await addLayer(store, repository, digest(1));
    const again = sampleLayer(repository, object, { linkedAt: 99 });
    expect(await store.transaction((change) => change.layers.linkIfAbsent(again))).toBe(false);
    expect(await store.layers.find(repository, digest(1))).toEqual(layer);
  });

  it("counts a layer's bytes when it is linked, and not when it was linked already", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const object = sampleObject(digest(1));
    const layer = sampleLayer(repository, object);
    await store.transaction(async (change) => {
      await change.objects.insertIfAbsent(object);
      await change.layers.linkIfAbsent(layer);
      await change.layers.linkIfAbsent(layer);
    });
    const found = await store.repositories.find(registry, repository.name);
    expect(found?.sizeBytes).toBe(layer.sizeBytes);
    expect((await store.repositories.totals()).sizeBytes).toBe(layer.sizeBytes);
  });

  it("moves a lease forward and never back", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addLayer(store, repository, digest(1), { leasedUntil: 50 });
    for (const [until, expected] of [
      [60, 60],
      [55, 60],
    ] as const) {
      await store.transaction((change) => change.layers.lease(repository, digest(1), until));
      expect(await store.layers.find(repository, digest(1))).toMatchObject({
        leasedUntil: expected,
      });
    }
  });

  it("records the media type of a layer, and unlinks it from one repository", async () => {
    const { store } = await open();
    const one = await addRepository(store, "one");
    const two = await addRepository(store, "two");
    const { layer } = await addLayer(store, one, digest(1));
    await addLayer(store, two, digest(1));
    await store.transaction(async ({ layers }) => {
      await layers.setMediaType(one, digest(1), "test/layer");
      await layers.unlink(two, digest(1));
    });
    expect(await store.layers.find(one, digest(1))).toEqual({ ...layer, mediaType: "test/layer" });
    expect(await store.layers.find(two, digest(1))).toBeUndefined();
  });

  it("knows whether a manifest of the repository refers to a layer as config or layer", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const other = await addRepository(store, "team/other");
    const references = [
      reference("config", digest(1)),
      reference("layer", digest(2)),
      reference("child", digest(3)),
      reference("subject", digest(4)),
    ];
    await addImage(store, repository, digest(10), { references });
    const referenced = (n: number) => store.layers.isReferenced(repository, digest(n));
    expect(await Promise.all([1, 2, 3, 4, 5].map(referenced))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(await store.layers.isReferenced(other, digest(1))).toBe(false);
  });

  it("names the repositories of a registry that hold a layer, by id", async () => {
    const { store } = await open();
    const c = await addRepository(store, "one", { id: "c" });
    const a = await addRepository(store, "two", { id: "a" });
    const [elsewhere] = otherRegistries;
    const far = await addRepository(store, "far", { id: "b", registry: elsewhere! });
    for (const repository of [c, a, far]) await addLayer(store, repository, digest(1));
    expect(await store.layers.holders(registry, digest(1), 9)).toEqual([a, c]);
    expect(await store.layers.holders(registry, digest(1), 1)).toEqual([a]);
    expect(await store.layers.holders(registry, digest(2), 9)).toEqual([]);
  });
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: objects", ({ open }) => {
  it("keeps one live object of a digest in a domain, and any number that are going", async () => {
    const { store } = await open();
    const first = sampleObject(digest(1));
    const insert = (object: typeof first) =>
      store.transaction((change) => change.objects.insertIfAbsent(object));
    expect(await insert(first)).toBe(true);
    expect(await insert(sampleObject(digest(1)))).toBe(false);
    expect(await insert(sampleObject(digest(1), { state: "deleting" }))).toBe(true);
    expect(await insert(sampleObject(digest(1), { domain: "key/1" }))).toBe(true);
    const [elsewhere] = otherRegistries;
    expect(await insert(sampleObject(digest(1), { registry: elsewhere! }))).toBe(true);
    expect(await store.objects.findLive(registry, "AES256", digest(1))).toEqual(first);
    expect(await store.objects.totals()).toEqual({ objects: 4, sealedBytes: 4_400 });
  });

  it("takes an object as the first of its content, or fails with all that the transaction did", async () => {
    const { store } = await open();
    const insert = (object: StoredObject) =>
      store.transaction(async (change) => {
        await change.objects.insert(object, Uint8Array.of(1));
        await change.settings.put(registry, "LAST", object.id);
      });
    const first = sampleObject(digest(1), { placement: "metadata" });
    await insert(first);
    const second = sampleObject(digest(1), { placement: "metadata" });
    await expect(insert(second)).rejects.toThrow(EqualObjectStands);
    expect(await store.objects.findLive(registry, "AES256", digest(1))).toEqual(first);
    expect(await store.objects.content(second.id)).toBeUndefined();
    expect(await store.settings.find(registry, "LAST")).toBe(first.id);
    expect((await store.objects.totals()).objects).toBe(1);
    // Also where something is asked in the same transaction, before its end.
    const asked = store.transaction(async (change) => {
      await change.objects.insert(second, Uint8Array.of(1));
      await change.settings.find(registry, "LAST");
    });
    await expect(asked).rejects.toThrow(EqualObjectStands);
  });

  it("destroys the key of an object that is to go, and lets the digest come again", async () => {
    const { store } = await open();
    const object = sampleObject(digest(1));
    await store.transaction(async ({ objects }) => {
      await objects.insertIfAbsent(object);
      await objects.markDeleting(object.id);
    });
    expect(await store.objects.find(object.id)).toEqual({
      ...object,
      state: "deleting",
      wrappedKey: new Uint8Array(0),
    });
    expect(await store.objects.findLive(registry, "AES256", digest(1))).toBeUndefined();
    const again = sampleObject(digest(1));
    expect(await store.transaction((change) => change.objects.insertIfAbsent(again))).toBe(true);
    expect(await store.objects.findLive(registry, "AES256", digest(1))).toEqual(again);
  });

  it("keeps content byte for byte, and removes it with its object", async () => {
    const { store } = await open();
    const object = sampleObject(digest(1), { placement: "metadata" });
    const content = Uint8Array.from({ length: 300_000 }, (_, n) => n % 251);
    await store.transaction((change) =>
      // A view into something larger: only what is seen counts.
      change.objects.insertIfAbsent(object, content.subarray(1, 200_001)),
    );
    const kept = await store.objects.content(object.id);
    expect(kept).toHaveLength(200_000);
    expect(Buffer.compare(kept!, content.subarray(1, 200_001))).toBe(0);
    const both = await store.objects.findKept(object.id);
    expect(both?.object).toEqual(await store.objects.find(object.id));
    expect(Buffer.compare(both!.sealed, kept!)).toBe(0);
    await store.transaction((change) => change.objects.remove(object.id));
    expect(await store.objects.content(object.id)).toBeUndefined();
    expect(await store.objects.findKept(object.id)).toBeUndefined();
    expect(await store.objects.find(object.id)).toBeUndefined();
    expect(await store.objects.totals()).toEqual({ objects: 0, sealedBytes: 0 });
    await store.transaction((change) => change.objects.remove(object.id));
    expect(await store.objects.totals()).toEqual({ objects: 0, sealedBytes: 0 });
  });

  it("knows whether a layer or an image stands on an object, and keeps one on which they do", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const { object } = await addLayer(store, repository, digest(1));
    const image = await addImage(store, repository, digest(2));
    const imageObject = await store.objects.find(image.object);
    expect(await store.objects.isLinked(object)).toBe(true);
    expect(await store.objects.isLinked(imageObject!)).toBe(true);
    expect(await store.objects.isLinked(sampleObject(digest(1)))).toBe(false);
    for (const { id } of [object, imageObject!]) {
      const removal = store.transaction((change) => change.objects.remove(id));
      await expect(removal).rejects.toThrow();
    }
    await store.transaction((change) => change.layers.unlink(repository, digest(1)));
    expect(await store.objects.isLinked(object)).toBe(false);
  });

  it("lists the objects of every registry by id, page by page", async () => {
    const { store } = await open();
    const objects = [registry, ...otherRegistries, registry].map((home, n) =>
      sampleObject(digest(n), { registry: home }),
    );
    await store.transaction(async (change) => {
      for (const object of objects) await change.objects.insertIfAbsent(object);
    });
    objects.sort((one, other) => (one.id < other.id ? -1 : 1));
    const first = await store.objects.list({ limit: 3 });
    const second = await store.objects.list({ after: first.at(-1)?.id, limit: 3 });
    expect([...first, ...second]).toEqual(objects);
  });
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: settings and keys",
  ({ open }) => {
    it("keeps the last value of a setting for each registry", async () => {
      const { store } = await open();
      await store.transaction(async ({ settings }) => {
        await settings.put(registry, "name", "old");
        await settings.put(registry, "name", "new");
        await settings.put(otherRegistries[0]!, "name", "other");
      });
      expect(await store.settings.find(registry, "name")).toBe("new");
      expect(await store.settings.find(registry, "none")).toBeUndefined();
      expect(await store.settings.find(otherRegistries[1]!, "name")).toBeUndefined();
      await store.transaction(async ({ settings }) => {
        expect(await settings.remove(registry, "name")).toBe(true);
        expect(await settings.remove(registry, "name")).toBe(false);
      });
      expect(await store.settings.find(registry, "name")).toBeUndefined();
      expect(await store.settings.find(otherRegistries[0]!, "name")).toBe("other");
    });

    it("keeps a service key's version once, and knows the newest", async () => {
      const { store } = await open();
      const key = (version: number): ServiceKey => ({
        registry,
        version,
        wrapped: Uint8Array.of(version),
        createdAt: version,
      });
      expect(await store.serviceKeys.newest(registry)).toBeUndefined();
      const outcomes = await store.transaction(async ({ serviceKeys }) => [
        await serviceKeys.insertIfAbsent(key(1)),
        await serviceKeys.insertIfAbsent(key(10)),
        await serviceKeys.insertIfAbsent(key(9)),
        await serviceKeys.insertIfAbsent({ ...key(9), wrapped: Uint8Array.of(0) }),
      ]);
      expect(outcomes).toEqual([true, true, true, false]);
      expect(await store.serviceKeys.newest(registry)).toEqual(key(10));
      expect(await store.serviceKeys.find(registry, 9)).toEqual(key(9));
      expect(await store.serviceKeys.find(registry, 2)).toBeUndefined();
      expect(await store.serviceKeys.newest(otherRegistries[0]!)).toBeUndefined();
    });
  },
);

describe.each(metadataStores)("$name keeps the MetadataStore contract: reclaim", ({ open }) => {
  const candidates = (): ReclaimCandidate[] => [
    { kind: "layer", registry, repositoryId: "r1", digest: digest(1), dueAt: 30 },
    { kind: "layer", registry, repositoryId: "r2", digest: digest(1), dueAt: 10 },
    { kind: "object", registry, object: objectId(), dueAt: 20 },
    { kind: "upload", registry: otherRegistries[0]!, upload: uploadId(), dueAt: 40 },
  ];

  it("gives out what is due, the oldest first, and counts all that wait", async () => {
    const { store } = await open();
    const [a, b, c, d] = candidates();
    await store.transaction(async ({ reclaim }) => {
      for (const each of [a, b, c, d]) await reclaim.enqueue(each!);
    });
    expect(await store.reclaim.due(9, 9)).toEqual([]);
    expect(await store.reclaim.due(30, 9)).toEqual([b, c, a]);
    expect(await store.reclaim.due(99, 2)).toEqual([b, c]);
    expect(await store.reclaim.due(99, 9)).toEqual([b, c, a, d]);
    expect(await store.reclaim.count()).toBe(4);
    for (const candidate of [a, b, c, d]) {
      if (candidate?.kind !== "object") continue;
      const { registry: of, object } = candidate;
      expect(await store.reclaim.hasObject(of, object)).toBe(true);
      expect(await store.reclaim.hasObject(of, objectId())).toBe(false);
      expect(await store.reclaim.hasObject(otherRegistries[1]!, object)).toBe(false);
    }
  });

  it("moves one that waits to the later time, never to an earlier one", async () => {
    const { store } = await open();
    for (const candidate of candidates()) {
      await store.transaction(async ({ reclaim }) => {
        await reclaim.enqueue(candidate);
        await reclaim.enqueue({ ...candidate, dueAt: 500 });
        await reclaim.enqueue({ ...candidate, dueAt: 400 });
      });
    }
    expect(await store.reclaim.due(499, 9)).toEqual([]);
    expect(await store.reclaim.due(500, 9)).toHaveLength(4);
  });

  it("removes the candidate that is meant and no other", async () => {
    const { store } = await open();
    const all = candidates();
    await store.transaction(async ({ reclaim }) => {
      for (const each of all) await reclaim.enqueue(each);
      await reclaim.remove(all[0]!);
      await reclaim.remove(all[3]!);
      await reclaim.remove(all[3]!);
    });
    expect(await store.reclaim.due(99, 9)).toEqual([all[1], all[2]]);
  });
});
