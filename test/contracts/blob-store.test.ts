import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { nothingStaged } from "../../src/ports/blob-store.ts";
import type { ObjectId } from "../../src/registry/names.ts";
import {
  after,
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

describe.each(blobStores)("$name keeps the BlobStore contract: writing", ({ open }) => {
  it("gives back what was appended, in order", async () => {
    const blobs = await open();
    const key = newKey();
    const pieces = Array.from({ length: 40 }, (_, index) => randomBytes(index * 700));
    const staged = await blobs.stage(key, nothingStaged);
    await staged.append(pieces.slice(0, 1));
    await staged.append([]);
    await staged.append(pieces.slice(1, 25));
    await staged.sync();
    await staged.append(pieces.slice(25));
    const synced = after(nothingStaged, await staged.sync(), ...pieces);
    await staged.close();
    const place = await blobs.publish(key, synced);
    expect((await contentOf(blobs, key, place))?.equals(Buffer.concat(pieces))).toBe(true);
  });

  it("keeps bytes of its own: the caller may reuse its memory after append", async () => {
    const blobs = await open();
    const key = newKey();
    const piece = Buffer.from("first");
    const staged = await blobs.stage(key, nothingStaged);
    await staged.append([piece]);
    piece.write("other");
    await staged.append([piece]);
    const synced = after(nothingStaged, await staged.sync(), piece, piece);
    await staged.close();
    const place = await blobs.publish(key, synced);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("firstother");
  });

  it("takes more pieces in one append than the system takes in one call", async () => {
    const blobs = await open();
    const key = newKey();
    const pieces = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`));
    const place = await store(blobs, key, ...pieces);
    expect((await contentOf(blobs, key, place))?.equals(Buffer.concat(pieces))).toBe(true);
  });

  it("stores an empty object", async () => {
    const blobs = await open();
    const key = newKey();
    const place = await store(blobs, key);
    expect(await contentOf(blobs, key, place)).toEqual(Buffer.alloc(0));
  });

  it("goes on after a sync of nothing", async () => {
    const blobs = await open();
    const key = newKey();
    const nothing = await stageMore(blobs, key, nothingStaged);
    const synced = await stageMore(blobs, key, nothing, Buffer.from("something"));
    const place = await blobs.publish(key, synced);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("something");
  });

  it("goes on where a sync ended after it was closed", async () => {
    const blobs = await open();
    const key = newKey();
    const first = await stageMore(blobs, key, nothingStaged, Buffer.from("committed"));
    const second = await stageMore(blobs, key, first, Buffer.from(" and more"));
    expect((await wholeOf(await blobs.openStaged(key, second)))?.toString()).toBe(
      "committed and more",
    );
    const place = await blobs.publish(key, second);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("committed and more");
  });

  it("cuts off what came after the sync at which it goes on, whether it was synced or not", async () => {
    const blobs = await open();
    const key = newKey();
    const staged = await blobs.stage(key, nothingStaged);
    const committed = Buffer.from("committed");
    await staged.append([committed]);
    const synced = after(nothingStaged, await staged.sync(), committed);
    await staged.append([Buffer.from(", and a tail that nobody counts on")]);
    await staged.sync();
    await staged.append([Buffer.from(", and another that was not even synced")]);
    await staged.close();
    const second = await stageMore(blobs, key, synced, Buffer.from("!"));
    const place = await blobs.publish(key, second);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("committed!");
  });

  it("begins again from nothing, whatever is there", async () => {
    const blobs = await open();
    const key = newKey();
    const first = await blobs.stage(key, nothingStaged);
    await first.append([Buffer.from("a false start")]);
    await first.close();
    const place = await store(blobs, key, Buffer.from("right"));
    expect((await contentOf(blobs, key, place))?.toString()).toBe("right");
  });

  it("refuses to go on after bytes that are not there", async () => {
    const blobs = await open();
    const key = newKey();
    const lost = { kind: "UploadNotFound" };
    await expect(blobs.stage(key, { lengthBytes: 1, place: "" })).rejects.toMatchObject(lost);
    const synced = await stageMore(blobs, key, nothingStaged, Buffer.from("five5"));
    const more = { ...synced, lengthBytes: 6 };
    await expect(blobs.stage(key, more)).rejects.toMatchObject(lost);
    await expect(blobs.publish(key, more)).rejects.toMatchObject(lost);
    await (await blobs.stage(key, synced)).close();
    await blobs.delete(key);
    await expect(blobs.stage(key, synced)).rejects.toMatchObject(lost);
    await expect(blobs.publish(key, synced)).rejects.toMatchObject(lost);
  });

  it("closes twice without harm and takes nothing after it was closed", async () => {
    const blobs = await open();
    const staged = await blobs.stage(newKey(), nothingStaged);
    await staged.close();
    await staged.close();
    await expect(staged.append([Buffer.from("late")])).rejects.toThrow("closed");
    await expect(staged.sync()).rejects.toThrow("closed");
  });
});

describe.each(blobStores)("$name keeps the BlobStore contract: publishing", ({ open }) => {
  it("finds nothing at a place that it did not give, and refuses what was never staged", async () => {
    const blobs = await open();
    const key = newKey();
    await stageMore(blobs, key, nothingStaged, Buffer.from("hidden"));
    expect(await blobs.open(key, "")).toBeUndefined();
    expect(await blobs.openStaged(newKey(), nothingStaged)).toBeUndefined();
    await expect(blobs.publish(newKey(), nothingStaged)).rejects.toMatchObject({
      kind: "UploadNotFound",
    });
  });

  it("publishes again what is published, as often as it is asked, at the same place", async () => {
    const blobs = await open();
    const key = newKey();
    const first = await stageMore(blobs, key, nothingStaged, Buffer.from("once, "));
    const synced = await stageMore(blobs, key, first, Buffer.from("twice"));
    const place = await blobs.publish(key, synced);
    expect(await blobs.publish(key, synced)).toBe(place);
    expect(await blobs.publish(key, { ...synced, place })).toBe(place);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("once, twice");
  });

  it("publishes the synced bytes alone: what was appended or synced after them is cut off", async () => {
    const blobs = await open();
    for (const syncs of [false, true]) {
      const key = newKey();
      const staged = await blobs.stage(key, nothingStaged);
      const wanted = Buffer.from("wanted");
      await staged.append([wanted]);
      const synced = after(nothingStaged, await staged.sync(), wanted);
      await staged.append([Buffer.from(", not wanted")]);
      if (syncs) await staged.sync();
      await staged.close();
      const place = await blobs.publish(key, synced);
      expect((await contentOf(blobs, key, place))?.toString()).toBe("wanted");
    }
  });
});

describe.each(blobStores)("$name keeps the BlobStore contract: reading", ({ open }) => {
  it("reads synced bytes back, also while more are appended", async () => {
    const blobs = await open();
    const key = newKey();
    expect(await blobs.openStaged(key, nothingStaged)).toBeUndefined();
    const staged = await blobs.stage(key, nothingStaged);
    const digits = Buffer.from("0123456789");
    await staged.append([digits]);
    const reader = await blobs.openStaged(key, after(nothingStaged, await staged.sync(), digits));
    await staged.append([Buffer.from("more")]);
    expect(reader?.sizeBytes).toBe(10);
    expect(Buffer.from((await reader?.read(2, 5))!).toString()).toBe("23456");
    await reader?.close();
    await staged.close();
  });

  it("reads any range, many at a time", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(300_000);
    const blob = (await blobs.open(key, await store(blobs, key, content)))!;
    expect(blob.sizeBytes).toBe(content.length);
    const starts = Array.from({ length: 50 }, (_, index) => index * 5_900);
    for (const order of [starts, starts.toReversed()]) {
      const ranges = await Promise.all(order.map((start) => blob.read(start, 9_000)));
      for (const [index, range] of ranges.entries()) {
        const start = order[index]!;
        expect(content.subarray(start, start + 9_000).equals(range)).toBe(true);
      }
    }
    await blob.close();
  });

  it("reads into the caller's memory when that is given, and leaves the rest of it alone", async () => {
    const blobs = await open();
    const key = newKey();
    const blob = (await blobs.open(key, await store(blobs, key, Buffer.from("0123456789"))))!;
    const memory = Buffer.alloc(6, "-");
    const piece = await blob.read(3, 4, memory);
    expect(Buffer.from(piece).toString()).toBe("3456");
    expect(memory.toString()).toBe("3456--");
    await expect(blob.read(0, 7, memory)).rejects.toThrow("invariant broken");
    await blob.close();
  });

  it("fails a read that goes past the end", async () => {
    const blobs = await open();
    const key = newKey();
    const blob = (await blobs.open(key, await store(blobs, key, Buffer.from("short"))))!;
    await expect(blob.read(0, 6)).rejects.toThrow(`object ${key} is damaged`);
    await expect(blob.read(9, 1)).rejects.toThrow(`object ${key} is damaged`);
    expect(Buffer.from(await blob.read(0, 5)).toString()).toBe("short");
    await blob.close();
  });
});

describe.each(blobStores)("$name keeps the BlobStore contract: the store", ({ open }) => {
  it("deletes what is staged, what is published, and what is not there", async () => {
    const blobs = await open();
    const [staged, published] = [newKey(), newKey()];
    const synced = await stageMore(blobs, staged, nothingStaged, Buffer.from("never finished"));
    const place = await store(blobs, published, Buffer.from("gone soon"));
    for (const key of [staged, published, newKey()]) await blobs.delete(key);
    expect(await listed(blobs)).toEqual([]);
    expect(await blobs.open(published, place)).toBeUndefined();
    expect(await blobs.openStaged(staged, synced)).toBeUndefined();
  });

  it("deletes many at once, and no other", async () => {
    const blobs = await open();
    const [staged, kept] = [newKey(), newKey()];
    const synced = await stageMore(blobs, staged, nothingStaged, Buffer.from("never finished"));
    const keys = Array.from({ length: 20 }, newKey);
    const places: string[] = [];
    for (const key of [kept, ...keys]) places.push(await store(blobs, key, Buffer.from("stored")));
    const [keptAt] = places as [string];
    await blobs.deleteAll([...keys, staged, newKey()]);
    await blobs.deleteAll([]);
    expect(await listed(blobs)).toMatchObject([{ key: kept }]);
    expect((await contentOf(blobs, kept, keptAt))?.toString()).toBe("stored");
    expect(await blobs.open(keys[3]!, places[4]!)).toBeUndefined();
    expect(await blobs.openStaged(staged, synced)).toBeUndefined();
  });

  it("keeps what is published at a place, and deletes all else of the key", async () => {
    const blobs = await open();
    const [key, other] = [newKey(), newKey()];
    const place = await store(blobs, key, Buffer.from("kept"));
    const elsewhere = await store(blobs, other, Buffer.from("of another key"));
    await stageMore(blobs, key, nothingStaged, Buffer.from("a writer that came too late"));
    await blobs.delete(key, place);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("kept");
    expect((await contentOf(blobs, other, elsewhere))?.toString()).toBe("of another key");
    expect((await listed(blobs)).filter((entry) => entry.key === key)).toHaveLength(1);
    await blobs.delete(key);
    expect(await blobs.open(key, place)).toBeUndefined();
  });

  it("deletes what a published object was made of, and keeps it", async () => {
    const blobs = await open();
    const key = newKey();
    const first = await stageMore(blobs, key, nothingStaged, Buffer.from("one, "));
    const second = await stageMore(blobs, key, first, Buffer.from("two, "));
    const third = await stageMore(blobs, key, second, Buffer.from("three"));
    const place = await blobs.publish(key, third);
    await blobs.delete(key, place);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("one, two, three");
    expect(await listed(blobs)).toMatchObject([{ key, place, sizeBytes: 15 }]);
  });

  it("knows whose it is, by what it was told last", async () => {
    const blobs = await open();
    expect(await blobs.owner()).toBeUndefined();
    await blobs.claim("a registry");
    await blobs.claim("another registry");
    expect(await blobs.owner()).toBe("another registry");
    expect(await listed(blobs)).toEqual([]);
  });

  it("lists everything with its size, and what is published with the place to open it at", async () => {
    const blobs = await open();
    const [staged, published] = [newKey(), newKey()];
    await stageMore(blobs, staged, nothingStaged, Buffer.from("abc"));
    const place = await store(blobs, published, Buffer.from("defgh"));
    await blobs.probe();
    const found = await listed(blobs);
    expect(found.map(({ key }) => key)).toEqual([staged, published].sort());
    expect(found.find(({ key }) => key === staged)?.sizeBytes).toBe(3);
    expect(found.find(({ key }) => key === published)).toEqual({
      key: published,
      place,
      staged: false,
      sizeBytes: 5,
    });
  });

  it("refuses keys that are not 32 hexadecimal digits", async () => {
    const blobs = await open();
    const bad = [
      "",
      "../../../../etc/passwd",
      "A".repeat(32),
      "0".repeat(31),
      `${"0".repeat(32)}\n`,
    ];
    for (const key of bad as ObjectId[]) {
      const calls = [
        async () => blobs.stage(key, nothingStaged),
        async () => blobs.openStaged(key, nothingStaged),
        async () => blobs.publish(key, nothingStaged),
        async () => blobs.open(key, ""),
        async () => blobs.delete(key),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow("32 hexadecimal digits");
    }
  });

  it("says that it takes writes, several asking at a time", async () => {
    const blobs = await open();
    await Promise.all([blobs.probe(), blobs.probe(), blobs.probe()]);
    await blobs.probe();
  });
});

const separating = blobStores.filter(({ separates }) => separates);

describe.each(separating)("$name keeps staged and published bytes apart", ({ open }) => {
  it("shows an object only once it is published, and then nothing of it as staged", async () => {
    const blobs = await open();
    const key = newKey();
    const synced = await stageMore(blobs, key, nothingStaged, Buffer.from("hidden"));
    expect(await blobs.open(key, synced.place)).toBeUndefined();
    expect(await listed(blobs)).toMatchObject([{ key, staged: true }]);
    const place = await blobs.publish(key, synced);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("hidden");
    expect(await blobs.openStaged(key, synced)).toBeUndefined();
  });

  it("goes on at any length that was synced, also in the middle of an append", async () => {
    const blobs = await open();
    const key = newKey();
    const whole = await stageMore(blobs, key, nothingStaged, Buffer.from("committed, and a tail"));
    const synced = await stageMore(blobs, key, { ...whole, lengthBytes: 9 }, Buffer.from("!"));
    const place = await blobs.publish(key, synced);
    expect((await contentOf(blobs, key, place))?.toString()).toBe("committed!");
  });

  it("reads an object that is deleted meanwhile to its end", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(300_000);
    const blob = (await blobs.open(key, await store(blobs, key, content)))!;
    await blobs.delete(key);
    expect((await wholeOf(blob))?.equals(content)).toBe(true);
  });

  it("deletes what is staged and not a byte long", async () => {
    const blobs = await open();
    const key = newKey();
    await (await blobs.stage(key, nothingStaged)).close();
    await blobs.delete(key);
    expect(await listed(blobs)).toEqual([]);
  });
});

for (const kind of missingStores) {
  it.skip(`${kind.name} keeps the BlobStore contract: not tried, ${missing(kind)}`, () =>
    undefined);
}
