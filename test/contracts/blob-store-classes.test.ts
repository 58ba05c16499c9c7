import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type BlobStore, nothingStaged } from "../../src/ports/blob-store.ts";
import { placeNow, plannedPlace, storageClassOf } from "../../src/ports/place.ts";
import type { ObjectId } from "../../src/registry/names.ts";
import {
  blobStores,
  contentOf,
  listed,
  missing,
  missingStores,
  newKey,
  stageMore,
  store,
  wholeOf,
} from "./blob-stores.ts";

/** Plans the way, goes it, and drops what was left behind. */
async function move(
  blobs: BlobStore,
  key: ObjectId,
  place: string,
  to: "standard" | "archive",
): Promise<string> {
  const next = await blobs.transfer(key, blobs.planTransfer(place, to), to);
  await blobs.delete(key, next);
  return next;
}

describe.each(blobStores)("$name keeps the BlobStore contract: storage classes", ({ open }) => {
  it("has an object in both classes after a transfer, whole, until the old place is dropped", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(3_000_000);
    const place = await store(blobs, key, content);
    expect(storageClassOf(place)).toBe("standard");
    const archived = await blobs.transfer(key, place, "archive");
    expect(storageClassOf(archived)).toBe("archive");
    for (const each of [place, archived]) {
      expect((await contentOf(blobs, key, each))?.equals(content)).toBe(true);
    }
    await blobs.delete(key, archived);
    expect(await blobs.open(key, place)).toBeUndefined();
    expect((await contentOf(blobs, key, archived))?.equals(content)).toBe(true);
    expect(await listed(blobs)).toEqual([
      { key, place: archived, staged: false, sizeBytes: content.length },
    ]);
  });

  it("brings an object back from the archive, and there again, as often as it is asked", async () => {
    const blobs = await open();
    const key = newKey();
    let place = await store(blobs, key, Buffer.from("to and fro"));
    for (const to of ["archive", "standard", "archive", "standard"] as const) {
      place = await move(blobs, key, place, to);
      expect(storageClassOf(place)).toBe(to);
      expect((await contentOf(blobs, key, place))?.toString()).toBe("to and fro");
    }
    expect(await listed(blobs)).toHaveLength(1);
  });

  it("leaves an object alone that is in that class", async () => {
    const blobs = await open();
    const key = newKey();
    const place = await store(blobs, key, Buffer.from("here already"));
    expect(blobs.planTransfer(place, "standard")).toBe(place);
    expect(await blobs.transfer(key, place, "standard")).toBe(place);
    const archived = await move(blobs, key, place, "archive");
    expect(blobs.planTransfer(archived, "archive")).toBe(archived);
    expect(await blobs.transfer(key, archived, "archive")).toBe(archived);
    expect(await listed(blobs)).toHaveLength(1);
  });

  it("opens, by its plan, what is on its way, and goes on with the same copy", async () => {
    const blobs = await open();
    const key = newKey();
    const plan = blobs.planTransfer(await store(blobs, key, Buffer.from("planned")), "archive");
    expect(storageClassOf(plan)).toBe("standard");
    expect(blobs.planTransfer(plan, "archive")).toBe(plan);
    expect((await contentOf(blobs, key, plan))?.toString()).toBe("planned");
    const places = [await blobs.transfer(key, plan, "archive")];
    places.push(await blobs.transfer(key, plan, "archive"));
    expect(places).toEqual([plannedPlace(plan), plannedPlace(plan)]);
    expect((await contentOf(blobs, key, plan))?.toString()).toBe("planned");
    expect(await listed(blobs)).toHaveLength(2);
    for (const { place } of await listed(blobs)) expect(blobs.isAt(plan, place)).toBe(true);
  });

  it("keeps, of what is on its way, both places, and of what has given that up, the first", async () => {
    const blobs = await open();
    const key = newKey();
    const place = await store(blobs, key, Buffer.from("both"));
    const plan = blobs.planTransfer(place, "archive");
    await blobs.transfer(key, plan, "archive");
    await stageMore(blobs, key, nothingStaged, Buffer.from("a writer that came too late"));
    await blobs.delete(key, plan);
    expect(await listed(blobs)).toHaveLength(2);
    expect(blobs.planTransfer(plan, "standard")).toBe(place);
    await blobs.delete(key, placeNow(plan));
    expect(await listed(blobs)).toMatchObject([{ key, place }]);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("both");
  });

  it("asks what to keep when it deletes, and keeps nothing when there is nothing to be kept", async () => {
    const blobs = await open();
    const key = newKey();
    const place = await store(blobs, key, Buffer.from("asked"));
    const archived = await blobs.transfer(key, blobs.planTransfer(place, "archive"), "archive");
    await blobs.delete(key, async () => archived);
    expect(await listed(blobs)).toMatchObject([{ key, place: archived }]);
    await blobs.delete(key, async () => undefined);
    expect(await listed(blobs)).toEqual([]);
  });

  it("deletes an object of either class, and of both, and finds nothing where it was", async () => {
    const blobs = await open();
    const [moved, both] = [newKey(), newKey()];
    const archived = await move(
      blobs,
      moved,
      await store(blobs, moved, Buffer.from("x")),
      "archive",
    );
    const place = await store(blobs, both, Buffer.from("y"));
    const second = await blobs.transfer(both, place, "archive");
    for (const key of [moved, both]) await blobs.delete(key);
    expect(await listed(blobs)).toEqual([]);
    expect(await blobs.open(moved, archived)).toBeUndefined();
    for (const each of [place, second]) expect(await blobs.open(both, each)).toBeUndefined();
  });

  it("reads any range of an archived object", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(400_000);
    const archived = await move(blobs, key, await store(blobs, key, content), "archive");
    const blob = (await blobs.open(key, archived))!;
    expect(blob.sizeBytes).toBe(content.length);
    const piece = await blob.read(123_456, 7_890);
    expect(content.subarray(123_456, 123_456 + 7_890).equals(piece)).toBe(true);
    await expect(blob.read(399_999, 2)).rejects.toThrow(`object ${key} is damaged`);
    await blob.close();
  });

  it("goes on with a pull that began at the old place, while the object moves", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(300_000);
    const place = await store(blobs, key, content);
    const blob = (await blobs.open(key, place))!;
    await blobs.transfer(key, place, "archive");
    expect((await wholeOf(blob))?.equals(content)).toBe(true);
  });

  it("moves an object that has no byte", async () => {
    const blobs = await open();
    const key = newKey();
    const place = await blobs.publish(
      key,
      await stageMore(blobs, key, nothingStaged, Buffer.alloc(0)),
    );
    const archived = await move(blobs, key, place, "archive");
    expect((await contentOf(blobs, key, archived))?.length).toBe(0);
  });

  it("moves nothing that is not there", async () => {
    const blobs = await open();
    const [gone, never] = [newKey(), newKey()];
    const place = await store(blobs, gone, Buffer.from("gone"));
    await blobs.delete(gone);
    await expect(blobs.transfer(gone, place, "archive")).rejects.toThrow(gone);
    await expect(blobs.transfer(never, place, "archive")).rejects.toThrow(never);
    expect(await listed(blobs)).toEqual([]);
  });

  it("refuses keys that are not 32 hexadecimal digits", async () => {
    const blobs = await open();
    const place = await store(blobs, newKey(), Buffer.from("x"));
    for (const key of ["", "../../../../etc/passwd", "A".repeat(32)] as ObjectId[]) {
      const moving = async () => blobs.transfer(key, place, "archive");
      await expect(moving()).rejects.toThrow("32 hexadecimal digits");
    }
  });
});

for (const kind of missingStores) {
  it.skip(`${kind.name} keeps the BlobStore contract: not tried, ${missing(kind)}`, () =>
    undefined);
}
