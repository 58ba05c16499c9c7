import { describe, expect, it } from "vitest";
import type { ImageScan } from "../../src/registry/scanning/image-scan.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
  sampleObject,
} from "./metadata-stores.ts";

const scanOf = (
  { registry, id }: ImageScan["repository"],
  n: number,
  changes: Partial<ImageScan> = {},
): ImageScan => ({
  ...{ repository: { registry, id }, digest: digest(n), type: "BASIC", status: "IN_PROGRESS" },
  ...{ description: undefined, requestedAt: 5, endedAt: undefined },
  ...{ sourceUpdatedAt: undefined, advisories: undefined, counts: {} },
  ...changes,
});
const document = (text: string) => ({ sizeBytes: 99, content: Uint8Array.from(Buffer.from(text)) });

describe.each(metadataStores)("$name keeps the MetadataStore contract: scans", ({ open }) => {
  it("keeps of each image and type the last scan, with what was found until there is more", async () => {
    const { store, reopen } = await open();
    const repository = await addRepository(store, "team/app");
    for (const n of [1, 2]) await addImage(store, repository, digest(n));
    const begun = scanOf(repository, 1);
    const ended = scanOf(repository, 1, {
      ...{ status: "COMPLETE", description: "done", requestedAt: 6, endedAt: 7 },
      ...{ sourceUpdatedAt: 4, advisories: "v1", counts: { HIGH: 2 } },
    });
    const enhanced = scanOf(repository, 1, { type: "ENHANCED", status: "ACTIVE" });
    await store.transaction(async ({ scans }) => {
      await scans.put(begun);
      await scans.put(enhanced);
    });
    expect(await store.scans.find(begun)).toEqual(begun);
    expect(await store.scans.findings(begun)).toBeUndefined();
    await store.transaction(({ scans }) => scans.put(ended, document("found")));
    const again = { ...ended, status: "FAILED" as const };
    await store.transaction(({ scans }) => scans.put(again));
    const reopened = await reopen();
    expect(await reopened.scans.find(begun)).toEqual(again);
    expect(await reopened.scans.findings(begun)).toEqual(document("found"));
    expect(await reopened.scans.findings(enhanced)).toBeUndefined();
    const both = [digest(2), digest(1)];
    expect(await reopened.scans.findMany(repository, "BASIC", both)).toEqual([again]);
    const other = await addRepository(reopened, "team/other");
    expect(await reopened.scans.find({ ...begun, repository: other })).toBeUndefined();
    expect(await reopened.scans.findMany(other, "BASIC", both)).toEqual([]);
  });

  it("lists scans of every registry by the page", async () => {
    const { store } = await open();
    const made: ImageScan[] = [];
    for (const first of [1, 3]) {
      const repository = await addRepository(store, `team/app-${first}`);
      for (const n of [first, first + 1]) {
        await addImage(store, repository, digest(n));
        for (const type of ["BASIC", "ENHANCED"] as const)
          made.push(scanOf(repository, n, { type }));
      }
    }
    await store.transaction(async ({ scans }) => {
      for (const scan of made) await scans.put(scan);
    });
    const found: ImageScan[] = [];
    for (;;) {
      const after = found.at(-1);
      const page = await store.scans.listAll({ ...(after && { after }), limit: 3 });
      found.push(...page);
      if (page.length < 3) break;
    }
    const byKey = (scan: ImageScan) => `${scan.repository.id} ${scan.digest} ${scan.type}`;
    expect(found).toEqual(made.sort((a, b) => (byKey(a) < byKey(b) ? -1 : 1)));
  });

  it("forgets scans and inventories with their image, and with their repository", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    for (const n of [1, 2]) {
      await addImage(store, repository, digest(n));
      await store.transaction(async ({ scans }) => {
        await scans.put(scanOf(repository, n), document("f"));
        await scans.putInventory(repository, digest(n), { ...document("i"), madeBy: "a1" });
      });
    }
    await store.transaction(({ images }) => images.remove(repository, digest(1)));
    expect(await store.scans.find(scanOf(repository, 1))).toBeUndefined();
    expect(await store.scans.inventory(repository, digest(1))).toBeUndefined();
    expect(await store.scans.inventory(repository, digest(2))).toEqual({
      ...document("i"),
      madeBy: "a1",
    });
    await store.transaction(({ repositories }) => repositories.remove(repository, 9));
    expect(await store.scans.listAll({ limit: 9 })).toEqual([]);
    const orphan = store.transaction(({ scans }) => scans.put(scanOf(repository, 2)));
    await expect(orphan).rejects.toThrow();
  });

  it("remembers what a layer holds as long as its object is there", async () => {
    const { store } = await open();
    const object = sampleObject(digest(1));
    const inventory = (text: string) => ({
      ...{ ...document(text), madeBy: "a1", wrappedKey: Uint8Array.of(1, 2) },
    });
    await store.transaction(({ scans }) =>
      scans.putLayerInventory(registry, object.id, inventory("none")),
    );
    expect(await store.scans.layerInventory(registry, object.id)).toBeUndefined();
    await store.transaction(({ objects }) => objects.insert(object));
    for (const text of ["first", "second"]) {
      await store.transaction(({ scans }) =>
        scans.putLayerInventory(registry, object.id, inventory(text)),
      );
      expect(await store.scans.layerInventory(registry, object.id)).toEqual(inventory(text));
    }
    expect(await store.scans.layerInventory(otherRegistries[0]!, object.id)).toBeUndefined();
    await store.transaction(({ objects }) => objects.remove(object.id));
    expect(await store.scans.layerInventory(registry, object.id)).toBeUndefined();
  });
});
