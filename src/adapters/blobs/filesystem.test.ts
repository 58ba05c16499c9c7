import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { open, readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  contentOf,
  listed,
  newKey,
  newRoot,
  openFilesystem,
  stageMore,
  store,
} from "../../../test/contracts/blob-stores.ts";
import { nothingStaged } from "../../ports/blob-store.ts";
import { isRegistryError } from "../../registry/errors.ts";

it("finds what an earlier process stored", async () => {
  const root = await newRoot();
  const [staged, published] = [newKey(), newKey()];
  const before = await openFilesystem(root);
  const place = await store(before, published, Buffer.from("published"));
  const synced = await stageMore(before, staged, nothingStaged, Buffer.from("staged"));
  const after = await openFilesystem(root);
  expect((await contentOf(after, published, place))?.toString()).toBe("published");
  await (await after.stage(staged, synced)).close();
  const later = await after.publish(staged, synced);
  expect((await contentOf(after, staged, later))?.toString()).toBe("staged");
});

it("goes on after what somebody else wrote to the end of a staged file", async () => {
  const blobs = await openFilesystem(await newRoot());
  const key = newKey();
  const staged = await blobs.stage(key, nothingStaged);
  await staged.append([Buffer.from("one, ")]);
  const file = staged.file!;
  writeSync(file.descriptor, "two, ", file.lengthBytes);
  file.grew(5);
  await staged.append([Buffer.from("three")]);
  const synced = { lengthBytes: 15, place: await staged.sync() };
  await staged.close();
  expect(() => file.grew(1)).toThrow("closed");
  const place = await blobs.publish(key, synced);
  expect((await contentOf(blobs, key, place))?.toString()).toBe("one, two, three");
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
  await (await blobs.stage(key, nothingStaged)).close();
  const mode = async (path: string) => (await stat(path)).mode & 0o777;
  expect(await mode(join(root, "incoming", key))).toBe(0o600);
  await blobs.publish(key, nothingStaged);
  expect(await mode(join(root, "objects", key.slice(0, 2), key))).toBe(0o600);
  const directories = [root, join(root, "incoming"), join(root, "objects", key.slice(0, 2))];
  for (const directory of directories) expect(await mode(directory)).toBe(0o700);
});

it("leaves nothing of a probe behind, and a probe fails where writing is impossible", async () => {
  const root = await newRoot();
  const blobs = await openFilesystem(root);
  await blobs.probe();
  expect((await readdir(root)).sort()).toEqual(["archive", "incoming", "objects"]);
  await rm(root, { recursive: true });
  await expect(blobs.probe()).rejects.toThrow("ENOENT");
});

it("does not tell a caller where its files are", async () => {
  const root = await newRoot();
  const blobs = await openFilesystem(root);
  await rm(root, { recursive: true });
  const refusal = await blobs.stage(newKey(), nothingStaged).catch((error: unknown) => error);
  expect(isRegistryError(refusal, "ServiceUnavailable")).toBe(true);
  expect((refusal as Error).message).not.toContain(root);
});

it("lists no files but its own", async () => {
  const root = await newRoot();
  const blobs = await openFilesystem(root);
  await (await open(join(root, "incoming", "lost+found"), "w")).close();
  expect(await listed(blobs)).toEqual([]);
});

it("knows the free and the total space", async () => {
  const space = (await (await openFilesystem(await newRoot())).space())!;
  expect(space.freeBytes).toBeGreaterThan(0);
  expect(space.totalBytes).toBeGreaterThan(space.freeBytes);
});
