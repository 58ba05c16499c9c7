/** What decides in which storage class an object is to be, and how its row moves. */
import { describe, expect, it } from "vitest";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import { setImageState, trashRepository } from "../support/image-state.ts";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  metadataStores,
  objectId,
  otherRegistries,
  registry,
  sampleObject,
} from "./metadata-stores.ts";

const now = 1_000;
const layerOf = (n: number) => ({
  kind: "layer" as const,
  digest: digest(n),
  mediaType: "test/layer",
  sizeBytes: 1_000,
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: storage classes",
  ({ open }) => {
    it("finds the images in use that hold an object, by any layer of any repository", async () => {
      const { store } = await open();
      const [one, two] = [await addRepository(store, "one"), await addRepository(store, "two")];
      const { object } = await addLayer(store, one, digest(1));
      await addLayer(store, two, digest(1));
      const held = async () => [
        await store.objects.isHeldByActive(object, now),
        await store.objects.isHeldByArchived(object),
      ];
      expect(await held()).toEqual([false, false]);
      const add = (to: Repository, n: number, kind: "config" | "layer" | "subject") =>
        addImage(store, to, digest(n), { references: [{ ...layerOf(1), kind }] });
      await add(one, 10, "subject");
      expect(await held()).toEqual([false, false]);
      await add(one, 11, "layer");
      expect(await held()).toEqual([true, false]);
      await setImageState(store, one, digest(11), "ARCHIVED");
      expect(await held()).toEqual([false, true]);
      await add(two, 12, "config");
      expect(await held()).toEqual([true, true]);
      await setImageState(store, two, digest(12), "ACTIVATING");
      expect(await held()).toEqual([true, true]);
      await setImageState(store, two, digest(12), "TRASHED");
      expect(await held()).toEqual([false, true]);
      await setImageState(store, one, digest(11), "TRASHED");
      expect(await held()).toEqual([false, false]);
    });

    it("counts nothing of a repository in the trash, and nothing of another registry", async () => {
      const { store } = await open();
      const [one, two] = [await addRepository(store, "one"), await addRepository(store, "two")];
      const elsewhere = await addRepository(store, "one", { registry: otherRegistries[0]! });
      const { object } = await addLayer(store, one, digest(1));
      await addLayer(store, two, digest(1));
      await addLayer(store, elsewhere, digest(1));
      const references = [layerOf(1)];
      await addImage(store, elsewhere, digest(10), { references });
      expect(await store.objects.isHeldByActive(object, now)).toBe(false);
      await addImage(store, one, digest(11), { references });
      await addImage(store, two, digest(12), { references });
      await setImageState(store, two, digest(12), "ARCHIVED");
      await trashRepository(store, one);
      expect(await store.objects.isHeldByActive(object, now)).toBe(false);
      expect(await store.objects.isHeldByArchived(object)).toBe(true);
      await trashRepository(store, two);
      expect(await store.objects.isHeldByArchived(object)).toBe(false);
    });

    it("counts a leased layer as in use until its lease ends", async () => {
      const { store } = await open();
      const [one, two] = [await addRepository(store, "one"), await addRepository(store, "two")];
      const { object } = await addLayer(store, one, digest(1), { leasedUntil: now });
      expect(await store.objects.leasedUntil(object)).toBe(now);
      expect(await store.objects.isHeldByActive(object, now)).toBe(false);
      await addLayer(store, two, digest(1), { leasedUntil: now + 1 });
      expect(await store.objects.leasedUntil(object)).toBe(now + 1);
      expect(await store.objects.isHeldByActive(object, now)).toBe(true);
      expect(await store.objects.isHeldByActive(object, now + 1)).toBe(false);
      expect(await store.objects.leasedUntil(sampleObject(digest(2)))).toBeUndefined();
    });

    it("moves a live object from where it was, and tells when it was elsewhere", async () => {
      const { store } = await open();
      const object = sampleObject(digest(1), { place: "here" });
      await store.transaction(({ objects }) => objects.insertIfAbsent(object));
      const move = (from: string, to: string, id = object.id) =>
        store.transaction(({ objects }) =>
          objects.setPlace(id, from, to, () => new Error("it was not there")),
        );
      await move("here", "there");
      expect(await store.objects.find(object.id)).toEqual({ ...object, place: "there" });
      await expect(move("here", "nowhere")).rejects.toThrow("it was not there");
      await expect(move("here", "nowhere", objectId())).rejects.toThrow("it was not there");
      await store.transaction(({ objects }) => objects.markDeleting(object.id));
      await expect(move("there", "nowhere")).rejects.toThrow("it was not there");
      expect((await store.objects.find(object.id))?.place).toBe("there");
    });

    it("keeps a look at an object's class apart from one whether it is garbage", async () => {
      const { store } = await open();
      const object = objectId();
      const look = { kind: "storage", registry, object, dueAt: 10 } as const;
      await store.transaction(({ reclaim }) => reclaim.enqueue(look));
      expect(await store.reclaim.hasObject(registry, object)).toBe(true);
      await store.transaction(async ({ reclaim }) => {
        await reclaim.enqueue({ ...look, kind: "object", dueAt: 20 });
        await reclaim.enqueue({ ...look, dueAt: 15 });
      });
      expect(await store.reclaim.due(99, 9)).toEqual([
        { ...look, dueAt: 15 },
        { ...look, kind: "object", dueAt: 20 },
      ]);
      await store.transaction(({ reclaim }) => reclaim.remove(look));
      expect(await store.reclaim.due(99, 9)).toEqual([{ ...look, kind: "object", dueAt: 20 }]);
    });
  },
);
