import { describe, expect, it } from "vitest";
import type { Rekey } from "../../src/registry/rekeying/rekey.ts";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  metadataStores,
  objectId,
  otherRegistries,
  registry,
  sampleLayer,
  sampleObject,
} from "./metadata-stores.ts";

const keyArn = "arn:aws:kms:us-east-1:000000000000:key/k";

describe.each(metadataStores)("$name keeps the MetadataStore contract: rekeys", ({ open }) => {
  it("remembers how a repository comes under another key, until it is removed", async () => {
    const { store, reopen } = await open();
    const { registry: of, id } = await addRepository(store, "team/app");
    const repository = { registry: of, id };
    expect(await store.rekeys.find(repository)).toBeUndefined();
    const first: Rekey = {
      ...{ repository, from: { type: "AES256" }, to: { type: "KMS", keyArn }, startedAt: 5 },
      ...{ finishedAt: undefined, phase: "layers", position: "", objects: undefined },
      ...{ seen: 0, rewrapped: 0, copied: 0, adopted: 0, failure: undefined },
    };
    const second: Rekey = {
      ...{ repository, from: { type: "KMS_DSSE", keyArn }, to: { type: "AES256" }, startedAt: 7 },
      ...{ finishedAt: 9, phase: "end", position: digest(3), objects: 12, seen: 11 },
      ...{ rewrapped: 8, copied: 2, adopted: 1, failure: "it broke" },
    };
    for (const rekey of [first, second]) {
      await store.transaction((change) => change.rekeys.put(rekey));
      expect(await store.rekeys.find(repository)).toEqual(rekey);
    }
    const again = await reopen();
    expect(await again.rekeys.find(repository)).toEqual(second);
    const elsewhere = { registry: otherRegistries[0]!, id };
    expect(await again.rekeys.find(elsewhere)).toBeUndefined();
    await again.transaction((change) => change.repositories.remove(repository, 1));
    expect(await again.rekeys.find(repository)).toBeUndefined();
  });

  it("changes what seals a repository, and nothing else of it", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const other = await addRepository(store, "team/other");
    for (const encryption of [{ type: "KMS", keyArn }, { type: "AES256" }] as const) {
      await store.transaction((change) =>
        change.repositories.setEncryption(repository, encryption),
      );
      const found = await store.repositories.find(registry, repository.name);
      expect(found).toEqual({ ...repository, encryption });
    }
    expect(await store.repositories.find(registry, other.name)).toEqual(other);
  });

  it("finds and locks many objects at once, in the order of ids", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const made = [];
    for (const n of [1, 2, 3]) made.push((await addLayer(store, repository, digest(n))).object);
    const sorted = made.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const ids = [...made.map(({ id }) => id), objectId(), made[0]!.id];
    expect(await store.objects.findMany(registry, ids)).toEqual(sorted);
    expect(await store.objects.findMany(registry, [])).toEqual([]);
    expect(await store.objects.findMany(otherRegistries[0]!, ids)).toEqual([]);
    await store.transaction(async ({ objects }) => {
      expect(await objects.lockMany(registry, ids)).toEqual(sorted);
    });
  });

  it("puts objects under another key, but not beside an equal one", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const { object } = await addLayer(store, repository, digest(1));
    const { object: other } = await addLayer(store, repository, digest(2));
    const domain = `KMS ${keyArn}`;
    const moved = { ...object, domain, wrappedKey: Buffer.from("anew") };
    await store.transaction((change) => change.objects.rewrap([moved]));
    const [found, rest] = [await store.objects.find(object.id), await store.objects.find(other.id)];
    expect({ ...found, wrappedKey: Buffer.from(found!.wrappedKey) }).toEqual(moved);
    expect(rest).toEqual(other);
    const wanted = [digest(1), digest(2)];
    expect(await store.objects.liveAmong(registry, domain, wanted)).toEqual([digest(1)]);
    expect(await store.objects.liveAmong(registry, object.domain, wanted)).toEqual([digest(2)]);
    const equal = sampleObject(digest(1));
    await store.transaction((change) => change.objects.insert(equal));
    const clash = { ...equal, domain };
    await expect(store.transaction((change) => change.objects.rewrap([clash]))).rejects.toThrow();
    expect(await store.objects.find(equal.id)).toEqual(equal);
  });

  it("tells which objects other repositories stand on too", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const other = await addRepository(store, "team/other");
    const { object: shared } = await addLayer(store, repository, digest(1));
    const { object: own } = await addLayer(store, repository, digest(2));
    await store.transaction((change) => change.layers.linkIfAbsent(sampleLayer(other, shared)));
    const ids = [shared.id, own.id];
    expect(await store.objects.linkedElsewhere(repository, ids)).toEqual([shared.id]);
    expect((await store.objects.linkedElsewhere(other, ids)).toSorted()).toEqual(ids.toSorted());
    expect(await store.objects.linkedElsewhere(repository, [own.id])).toEqual([]);
  });

  it("has layers and images stand on another object, and tells what images stand on", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const { layer } = await addLayer(store, repository, digest(1));
    for (const n of [5, 4]) await addImage(store, repository, digest(n));
    const equal = sampleObject(digest(1), { domain: "KMS" });
    const before = await store.images.links(repository, { limit: 9 });
    expect(before.map((link) => link.digest)).toEqual([digest(4), digest(5)]);
    expect(await store.images.links(repository, { after: digest(4), limit: 9 })).toEqual([
      before[1],
    ]);
    await store.transaction(async (change) => {
      await change.objects.insert(equal);
      await change.layers.relink(repository, layer.digest, equal.id);
      await change.images.relink(repository, digest(5), equal.id);
    });
    expect(await store.layers.find(repository, layer.digest)).toEqual({
      ...layer,
      object: equal.id,
    });
    const named = await store.images.linksOf(repository, [digest(5), digest(6)]);
    expect(named).toEqual([{ digest: digest(5), object: equal.id }]);
    expect(await store.images.links(repository, { limit: 1 })).toEqual([before[0]]);
    expect(await store.layers.count(repository)).toBe(1);
  });
});
