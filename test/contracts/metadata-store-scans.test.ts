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
const named = (text: string, names = "n") => ({
  ...document(text),
  names: Uint8Array.from(Buffer.from(names)),
});

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
    await store.transaction(({ scans }) => scans.put(ended, named("found")));
    const again = { ...ended, status: "FAILED" as const };
    await store.transaction(({ scans }) => scans.put(again));
    const reopened = await reopen();
    expect(await reopened.scans.find(begun)).toEqual(again);
    expect(await reopened.scans.findings(begun)).toEqual({
      ...document("found"),
      observedAt: undefined,
    });
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

  it("lists active scans with their images and sketches, and moves those on that nothing changed for", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    for (const n of [1, 2, 3, 4]) await addImage(store, repository, digest(n));
    const active = (n: number, advisories: string, status: ImageScan["status"] = "ACTIVE") =>
      scanOf(repository, n, { ...{ type: "ENHANCED", status, advisories }, endedAt: 7 });
    await store.transaction(async ({ scans }) => {
      await scans.put(active(1, "v1"), named("f", "of findings"));
      await scans.putInventory(repository, digest(1), { ...named("i", "of it"), madeBy: "a1" });
      await scans.put(active(2, "v1"));
      await scans.put(active(3, "v2"));
      await scans.put(active(4, "v1", "FAILED"));
      await scans.put(scanOf(repository, 2, { status: "ACTIVE" }), named("f", "of basic"));
    });
    const names = (sketch: Uint8Array | undefined) => sketch && Buffer.from(sketch).toString();
    const listed = await store.scans.listSketched("ENHANCED", { limit: 2 });
    expect(listed.map(({ scan }) => scan)).toEqual([active(1, "v1"), active(2, "v1")]);
    expect(listed.map((each) => [names(each.packageNames), names(each.findingNames)])).toEqual([
      ["of it", "of findings"],
      [undefined, undefined],
    ]);
    expect(listed[0]?.image).toEqual(await store.images.find(repository, digest(1)));
    const rest = { after: listed[1]!.scan, limit: 2 };
    expect((await store.scans.listSketched("ENHANCED", rest)).map(({ scan }) => scan)).toEqual([
      active(3, "v2"),
    ]);
    const to = { advisories: "v3", sourceUpdatedAt: 8, endedAt: 9 };
    await store.transaction(({ scans }) =>
      scans.setAdvisories(repository, "ENHANCED", [1, 3, 4].map(digest), {
        ...{ from: { advisories: "v1", endedAt: 6 }, to },
      }),
    );
    expect(await store.scans.find(active(1, ""))).toEqual(active(1, "v1"));
    await store.transaction(({ scans }) =>
      scans.setAdvisories(repository, "ENHANCED", [1, 3, 4].map(digest), {
        ...{ from: { advisories: "v1", endedAt: 7 }, to },
      }),
    );
    const now = await Promise.all([1, 2, 3, 4].map((n) => store.scans.find(active(n, ""))));
    expect(now).toEqual([
      ...[{ ...active(1, "v1"), ...to }, active(2, "v1"), active(3, "v2")],
      active(4, "v1", "FAILED"),
    ]);
    await store.transaction(({ scans }) => scans.put(active(1, "v3"), named("f", "others")));
    const [again] = await store.scans.listSketched("ENHANCED", { limit: 1 });
    expect(names(again?.findingNames)).toBe("others");
    // Until when they were found again, whoever said so.
    await store.transaction(({ scans }) =>
      scans.setAdvisories(repository, "ENHANCED", [digest(1)], {
        ...{ from: { advisories: "v3", endedAt: 7 }, to },
      }),
    );
    expect(await store.scans.findings(active(1, ""))).toEqual({ ...document("f"), observedAt: 9 });
  });

  it("forgets scans and inventories with their image, and with their repository", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    for (const n of [1, 2]) {
      await addImage(store, repository, digest(n));
      await store.transaction(async ({ scans }) => {
        await scans.put(scanOf(repository, n), named("f"));
        await scans.putInventory(repository, digest(n), { ...named("i"), madeBy: "a1" });
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

  it("forgets them with an image that is removed out of the trash", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    await addImage(store, repository, digest(1));
    await store.transaction(async ({ scans, suppressions }) => {
      const names = Uint8Array.of(1);
      await scans.put(scanOf(repository, 1), { ...document("f"), names });
      await scans.putInventory(repository, digest(1), { ...document("i"), madeBy: "a1", names });
      await suppressions.vouch({ repository, digest: digest(1), principal: "p", at: 1 });
    });
    await store.transaction(({ trash }) => trash.removeImage(repository, digest(1)));
    expect(await store.scans.find(scanOf(repository, 1))).toBeUndefined();
    expect(await store.suppressions.vouched(repository, [digest(1)])).toEqual([]);
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
    const objects = [object.id, "none" as typeof object.id];
    for (const [text, unpackedBytes] of [["first"], ["second", 5e9], ["third"]] as const) {
      const kept = { ...inventory(text), ...(unpackedBytes && { unpackedBytes }) };
      await store.transaction(({ scans }) => scans.putLayerInventory(registry, object.id, kept));
      expect(await store.scans.layerInventory(registry, object.id)).toEqual(kept);
      expect([...(await store.scans.unpackedLayers(registry, objects))]).toEqual(
        unpackedBytes ? [[object.id, unpackedBytes]] : [],
      );
    }
    expect(await store.scans.layerInventory(otherRegistries[0]!, object.id)).toBeUndefined();
    await store.transaction(({ objects }) => objects.remove(object.id));
    expect(await store.scans.layerInventory(registry, object.id)).toBeUndefined();
  });
});
