import { describe, expect, it } from "vitest";
import {
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
  sampleUpload,
  uploadId,
} from "./metadata-stores.ts";

const moved = () => new Error("moved");

describe.each(metadataStores)("$name keeps the MetadataStore contract: uploads", ({ open }) => {
  it("finds a session in its registry only", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const upload = sampleUpload(repository, { smallPart: true, digestSoFar: digest(1), offset: 7 });
    await store.transaction((change) => change.uploads.insert(upload));
    expect(await store.uploads.find(registry, upload.id)).toEqual(upload);
    expect(await store.uploads.find(registry, uploadId())).toBeUndefined();
    for (const elsewhere of otherRegistries) {
      expect(await store.uploads.find(elsewhere, upload.id)).toBeUndefined();
    }
  });

  it("replaces a session for who saw its last revision, and for nobody else", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const upload = sampleUpload(repository);
    await store.transaction((change) => change.uploads.insert(upload));
    const next = { ...upload, offset: 10, layout: "10", frames: 1, parts: 1, revision: 2 };
    const late = { ...upload, offset: 20, revision: 2 };
    const replace = (to: typeof next) =>
      store.transaction((change) => change.uploads.replace(upload, to, moved));
    const outcomes = await Promise.allSettled([replace(next), replace(late)]);
    const [isNext, isLate] = outcomes.map(({ status }) => status === "fulfilled");
    expect(isNext).toBe(!isLate);
    expect(outcomes).toContainEqual({ status: "rejected", reason: moved() });
    expect(await store.uploads.find(registry, upload.id)).toEqual(isNext ? next : late);
    const absent = sampleUpload(repository);
    await expect(
      store.transaction((change) => change.uploads.replace(absent, absent, moved)),
    ).rejects.toThrow("moved");
  });

  it("ends a session for who saw its last revision, and else does nothing at all", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const upload = sampleUpload(repository);
    const next = { ...upload, revision: 2 };
    await store.transaction((change) => change.uploads.insert(upload));
    await store.transaction((change) => change.uploads.replace(upload, next, moved));
    const endAndPut = (expected: typeof next) =>
      store.transaction(async (change) => {
        await change.settings.put(registry, "BEFORE", "1");
        await change.uploads.end(expected, moved);
        await change.settings.put(registry, "AFTER", "1");
      });
    await expect(endAndPut(upload)).rejects.toThrow("moved");
    // Also where somebody waits for another answer in between.
    const asked = store.transaction(async (change) => {
      await change.uploads.end(upload, moved);
      return change.settings.find(registry, "BEFORE");
    });
    await expect(asked).rejects.toThrow("moved");
    expect(await store.uploads.find(registry, upload.id)).toEqual(next);
    expect(await store.settings.find(registry, "BEFORE")).toBeUndefined();
    expect(await store.settings.find(registry, "AFTER")).toBeUndefined();
    await endAndPut(next);
    expect(await store.uploads.find(registry, upload.id)).toBeUndefined();
    expect(await store.settings.find(registry, "AFTER")).toBe("1");
    await expect(endAndPut(next)).rejects.toThrow("moved");
  });

  it("counts, lists and removes the sessions of a repository, and lists those of all", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const other = await addRepository(store, "team/other", { registry: otherRegistries[1]! });
    const uploads = [repository, other, repository, repository].map((of) => sampleUpload(of));
    await store.transaction(async (change) => {
      for (const upload of uploads) await change.uploads.insert(upload);
    });
    uploads.sort((one, another) => (one.id < another.id ? -1 : 1));
    const own = uploads.filter((upload) => upload.repository.id === repository.id);
    expect(await store.uploads.count(repository)).toBe(3);
    expect(await store.uploads.list(repository, { limit: 2 })).toEqual(own.slice(0, 2));
    const rest = await store.uploads.list(repository, { after: own[1]!.id, limit: 2 });
    expect(rest).toEqual(own.slice(2));
    const first = await store.uploads.listAll({ limit: 3 });
    const second = await store.uploads.listAll({ after: first.at(-1)?.id, limit: 3 });
    expect([...first, ...second]).toEqual(uploads);
    await store.transaction((change) => change.uploads.remove(registry, own[0]!.id));
    expect(await store.uploads.count(repository)).toBe(2);
  });
});
