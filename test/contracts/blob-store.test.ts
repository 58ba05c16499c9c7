import { randomBytes } from "node:crypto";
import { mkdtemp, open, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FilesystemBlobStore } from "../../src/adapters/blobs/filesystem.ts";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import type { ObjectId } from "../../src/registry/names.ts";

const roots: string[] = [];

afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});

async function newRoot(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "entrepot-blobs-"));
  roots.push(parent);
  return join(parent, "data", "blobs");
}

function openFilesystem(root: string, earlySyncBytes?: number): Promise<FilesystemBlobStore> {
  return FilesystemBlobStore.open({
    root,
    onFatal: (error) => {
      throw error;
    },
    ...(earlySyncBytes === undefined ? {} : { earlySyncBytes }),
  });
}

const blobStores = [
  { name: "the filesystem store", open: async () => openFilesystem(await newRoot()) },
  {
    name: "the filesystem store, writing back after every kilobyte",
    open: async () => openFilesystem(await newRoot(), 1024),
  },
  { name: "the memory store", open: async () => new MemoryBlobStore() },
];

function newKey(): ObjectId {
  return randomBytes(16).toString("hex") as ObjectId;
}

async function store(blobs: BlobStore, key: ObjectId, ...pieces: Uint8Array[]): Promise<void> {
  const staged = await blobs.stage(key, 0);
  await staged.append(pieces);
  await staged.sync();
  await staged.close();
  await blobs.publish(key);
}

async function contentOf(blobs: BlobStore, key: ObjectId): Promise<Buffer | undefined> {
  const blob = await blobs.open(key);
  if (blob === undefined) return undefined;
  try {
    return Buffer.from(await blob.read(0, blob.sizeBytes));
  } finally {
    await blob.close();
  }
}

async function keysOf(blobs: BlobStore) {
  const found = [];
  for await (const entry of blobs.list()) found.push(entry);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

describe.each(blobStores)("$name keeps the BlobStore contract", ({ open }) => {
  it("gives back what was appended, in order", async () => {
    const blobs = await open();
    const key = newKey();
    const pieces = Array.from({ length: 40 }, (_, index) => randomBytes(index * 700));
    const staged = await blobs.stage(key, 0);
    await staged.append(pieces.slice(0, 1));
    await staged.append([]);
    await staged.append(pieces.slice(1, 25));
    await staged.sync();
    await staged.append(pieces.slice(25));
    await staged.sync();
    await staged.close();
    await blobs.publish(key);
    expect((await contentOf(blobs, key))?.equals(Buffer.concat(pieces))).toBe(true);
  });

  it("keeps bytes of its own: the caller may reuse its memory after append", async () => {
    const blobs = await open();
    const key = newKey();
    const piece = Buffer.from("first");
    const staged = await blobs.stage(key, 0);
    await staged.append([piece]);
    piece.write("other");
    await staged.append([piece]);
    await staged.sync();
    await staged.close();
    await blobs.publish(key);
    expect((await contentOf(blobs, key))?.toString()).toBe("firstother");
  });

  it("takes more pieces in one append than the system takes in one call", async () => {
    const blobs = await open();
    const key = newKey();
    const pieces = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`));
    await store(blobs, key, ...pieces);
    expect((await contentOf(blobs, key))?.equals(Buffer.concat(pieces))).toBe(true);
  });

  it("shows an object only once it is published", async () => {
    const blobs = await open();
    const key = newKey();
    const staged = await blobs.stage(key, 0);
    await staged.append([Buffer.from("hidden")]);
    await staged.sync();
    await staged.close();
    expect(await blobs.open(key)).toBeUndefined();
    await blobs.publish(key);
    expect((await contentOf(blobs, key))?.toString()).toBe("hidden");
    expect(await blobs.openStaged(key)).toBeUndefined();
  });

  it("stores an empty object", async () => {
    const blobs = await open();
    const key = newKey();
    await store(blobs, key);
    expect(await contentOf(blobs, key)).toEqual(Buffer.alloc(0));
  });

  it("publishes again what is published, and refuses what was never staged", async () => {
    const blobs = await open();
    const key = newKey();
    await store(blobs, key, Buffer.from("once"));
    await blobs.publish(key);
    expect((await contentOf(blobs, key))?.toString()).toBe("once");
    await expect(blobs.publish(newKey())).rejects.toMatchObject({ kind: "UploadNotFound" });
  });

  it("goes on at a length after it was closed", async () => {
    const blobs = await open();
    const key = newKey();
    const first = await blobs.stage(key, 0);
    await first.append([Buffer.from("committed")]);
    await first.sync();
    await first.close();
    const second = await blobs.stage(key, 9);
    await second.append([Buffer.from(" and more")]);
    await second.sync();
    await second.close();
    await blobs.publish(key);
    expect((await contentOf(blobs, key))?.toString()).toBe("committed and more");
  });

  it("cuts off what lies past the length at which it goes on", async () => {
    const blobs = await open();
    const key = newKey();
    const first = await blobs.stage(key, 0);
    await first.append([Buffer.from("committed, and a tail that nobody counts on")]);
    await first.sync();
    await first.close();
    const second = await blobs.stage(key, 9);
    await second.append([Buffer.from("!")]);
    await second.sync();
    await second.close();
    await blobs.publish(key);
    expect((await contentOf(blobs, key))?.toString()).toBe("committed!");
  });

  it("begins again at length 0, whatever is there", async () => {
    const blobs = await open();
    const key = newKey();
    const first = await blobs.stage(key, 0);
    await first.append([Buffer.from("a false start")]);
    await first.close();
    await store(blobs, key, Buffer.from("right"));
    expect((await contentOf(blobs, key))?.toString()).toBe("right");
  });

  it("refuses to go on at a length that is not there", async () => {
    const blobs = await open();
    const key = newKey();
    await expect(blobs.stage(key, 1)).rejects.toMatchObject({ kind: "UploadNotFound" });
    const staged = await blobs.stage(key, 0);
    await staged.append([Buffer.from("five5")]);
    await staged.close();
    await expect(blobs.stage(key, 6)).rejects.toMatchObject({ kind: "UploadNotFound" });
  });

  it("reads staged bytes back, also while more are appended", async () => {
    const blobs = await open();
    const key = newKey();
    expect(await blobs.openStaged(key)).toBeUndefined();
    const staged = await blobs.stage(key, 0);
    await staged.append([Buffer.from("0123456789")]);
    const reader = await blobs.openStaged(key);
    await staged.append([Buffer.from("more")]);
    expect(reader?.sizeBytes).toBe(10);
    expect(Buffer.from((await reader?.read(2, 5))!).toString()).toBe("23456");
    await reader?.close();
    await staged.close();
  });

  it("reads any range, many at a time, and an object that is deleted meanwhile to its end", async () => {
    const blobs = await open();
    const key = newKey();
    const content = randomBytes(300_000);
    await store(blobs, key, content);
    const blob = (await blobs.open(key))!;
    expect(blob.sizeBytes).toBe(content.length);
    await blobs.delete(key);
    const starts = Array.from({ length: 50 }, (_, index) => index * 5_900);
    const ranges = await Promise.all(starts.map((start) => blob.read(start, 9_000)));
    for (const [index, range] of ranges.entries()) {
      const start = starts[index]!;
      expect(content.subarray(start, start + 9_000).equals(range)).toBe(true);
    }
    await blob.close();
  });

  it("reads into the caller's memory when that is given, and leaves the rest of it alone", async () => {
    const blobs = await open();
    const key = newKey();
    await store(blobs, key, Buffer.from("0123456789"));
    const blob = (await blobs.open(key))!;
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
    await store(blobs, key, Buffer.from("short"));
    const blob = (await blobs.open(key))!;
    await expect(blob.read(0, 6)).rejects.toThrow(`object ${key} is damaged`);
    await expect(blob.read(9, 1)).rejects.toThrow(`object ${key} is damaged`);
    await blob.close();
  });

  it("deletes what is staged, what is published, and what is not there", async () => {
    const blobs = await open();
    const [staged, published] = [newKey(), newKey()];
    await (await blobs.stage(staged, 0)).close();
    await store(blobs, published, Buffer.from("gone soon"));
    for (const key of [staged, published, newKey()]) await blobs.delete(key);
    expect(await keysOf(blobs)).toEqual([]);
    expect(await blobs.open(published)).toBeUndefined();
    expect(await blobs.openStaged(staged)).toBeUndefined();
  });

  it("lists every key with its state and size", async () => {
    const blobs = await open();
    const [staged, published] = [newKey(), newKey()];
    const writing = await blobs.stage(staged, 0);
    await writing.append([Buffer.from("abc")]);
    await writing.sync();
    await writing.close();
    await store(blobs, published, Buffer.from("defgh"));
    await blobs.probe();
    const expected = [
      { key: staged, staged: true, sizeBytes: 3 },
      { key: published, staged: false, sizeBytes: 5 },
    ];
    expect(await keysOf(blobs)).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)));
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
        async () => blobs.stage(key, 0),
        async () => blobs.openStaged(key),
        async () => blobs.publish(key),
        async () => blobs.open(key),
        async () => blobs.delete(key),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow("32 hexadecimal digits");
    }
  });

  it("closes twice without harm and takes nothing after it was closed", async () => {
    const blobs = await open();
    const staged = await blobs.stage(newKey(), 0);
    await staged.close();
    await staged.close();
    await expect(staged.append([Buffer.from("late")])).rejects.toThrow("closed");
    await expect(staged.sync()).rejects.toThrow("closed");
  });

  it("says that it takes writes, several asking at a time", async () => {
    const blobs = await open();
    await Promise.all([blobs.probe(), blobs.probe(), blobs.probe()]);
    await blobs.probe();
  });
});

describe("the filesystem store", () => {
  it("finds what an earlier process stored", async () => {
    const root = await newRoot();
    const [staged, published] = [newKey(), newKey()];
    const before = await openFilesystem(root);
    await store(before, published, Buffer.from("published"));
    const writing = await before.stage(staged, 0);
    await writing.append([Buffer.from("staged")]);
    await writing.sync();
    await writing.close();
    const after = await openFilesystem(root);
    expect((await contentOf(after, published))?.toString()).toBe("published");
    await (await after.stage(staged, 6)).close();
    await after.publish(staged);
    expect((await contentOf(after, staged))?.toString()).toBe("staged");
  });

  it("notices a file that was cut", async () => {
    const root = await newRoot();
    const blobs = await openFilesystem(root);
    const key = newKey();
    await store(blobs, key, randomBytes(5000));
    const blob = (await blobs.open(key))!;
    await truncate(join(root, "objects", key.slice(0, 2), key), 4999);
    await expect(blob.read(0, 5000)).rejects.toThrow("ends after 4999 bytes, 5000 were expected");
    await blob.close();
  });

  it("lets nobody but its owner read: directories 0700, files 0600", async () => {
    const root = await newRoot();
    const blobs = await openFilesystem(root);
    const key = newKey();
    await (await blobs.stage(key, 0)).close();
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(join(root, "incoming", key))).toBe(0o600);
    await blobs.publish(key);
    expect(await mode(join(root, "objects", key.slice(0, 2), key))).toBe(0o600);
    const directories = [root, join(root, "incoming"), join(root, "objects", key.slice(0, 2))];
    for (const directory of directories) expect(await mode(directory)).toBe(0o700);
  });

  it("leaves nothing of a probe behind, and a probe fails where writing is impossible", async () => {
    const root = await newRoot();
    const blobs = await openFilesystem(root);
    await blobs.probe();
    expect((await readdir(root)).sort()).toEqual(["incoming", "objects"]);
    await rm(root, { recursive: true });
    await expect(blobs.probe()).rejects.toThrow("ENOENT");
  });

  it("does not tell a caller where its files are", async () => {
    const root = await newRoot();
    const blobs = await openFilesystem(root);
    await rm(root, { recursive: true });
    const refusal = await blobs.stage(newKey(), 0).catch((error: unknown) => error);
    expect(isRegistryError(refusal, "ServiceUnavailable")).toBe(true);
    expect((refusal as Error).message).not.toContain(root);
  });

  it("lists no files but its own", async () => {
    const root = await newRoot();
    const blobs = await openFilesystem(root);
    await (await open(join(root, "incoming", "lost+found"), "w")).close();
    expect(await keysOf(blobs)).toEqual([]);
  });

  it("knows the free and the total space", async () => {
    const space = (await (await openFilesystem(await newRoot())).space())!;
    expect(space.freeBytes).toBeGreaterThan(0);
    expect(space.totalBytes).toBeGreaterThan(space.freeBytes);
  });
});
