import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { contentOf, newKey, newRoot, store } from "../../../test/contracts/blob-stores.ts";
import { isRegistryError } from "../../registry/errors.ts";
import type { ObjectId } from "../../registry/names.ts";
import { type FileSystem, nodeFileSystem } from "./file-system.ts";
import { FilesystemBlobStore } from "./filesystem.ts";

let root: string;
let disk: string;
beforeEach(async () => {
  root = await newRoot();
  const parent = await mkdtemp(join(tmpdir(), "entrepot-disk-"));
  onTestFinished(() => rm(parent, { recursive: true }));
  disk = join(parent, "archive");
});

const open = (archiveDirectory?: string, files: FileSystem = nodeFileSystem) =>
  FilesystemBlobStore.open({
    ...{ root, archiveDirectory, files },
    onFatal: (error) => {
      throw error;
    },
  });

/** Another file system, which has no names of this one's files. */
const apart: FileSystem = {
  ...nodeFileSystem,
  link: async () => {
    throw Object.assign(new Error("simulated"), { code: "EXDEV", syscall: "link" });
  },
};

async function archive(blobs: FilesystemBlobStore, content = "archived"): Promise<ObjectId> {
  const key = newKey();
  const place = await blobs.transfer(key, await store(blobs, key, Buffer.from(content)), "archive");
  await blobs.delete(key, place);
  return key;
}

describe("the archive of a filesystem store", () => {
  it("is a directory of the data directory, where a file gets a second name and is not copied", async () => {
    const blobs = await open();
    const key = newKey();
    await blobs.transfer(key, await store(blobs, key, Buffer.from("one file")), "archive");
    const names = ["objects", "archive"].map((part) => join(root, part, key.slice(0, 2), key));
    const [one, other] = await Promise.all(names.map((name) => stat(name)));
    expect(other?.ino).toBe(one?.ino);
    expect((other?.mode ?? 0) & 0o777).toBe(0o600);
    expect((await stat(dirname(names[1]!))).mode & 0o777).toBe(0o700);
  });

  it("is elsewhere by the settings, and gets a whole copy there where no name would do", async () => {
    const blobs = await open(disk, apart);
    const key = await archive(blobs, "a copy");
    expect(await readFile(join(disk, key.slice(0, 2), key), "utf8")).toBe("a copy");
    expect(await readdir(join(disk, "incoming"))).toEqual([]);
    expect((await contentOf(blobs, key, "archive"))?.toString()).toBe("a copy");
  });

  it("is refused at the start, with a sentence, when its disk is not there", async () => {
    const key = await archive(await open(disk));
    await rename(disk, `${disk}.away`);
    await mkdir(disk); // The mount point, with nothing mounted.
    await expect(open(disk)).rejects.toThrow(/see that its disk is mounted/);
    expect(await readdir(disk)).toEqual([]);
    await rm(disk, { recursive: true });
    await rename(`${disk}.away`, disk);
    expect((await contentOf(await open(disk), key, "archive"))?.toString()).toBe("archived");
  });

  it("is refused when it is another store's", async () => {
    await archive(await open(disk));
    root = await newRoot();
    await expect(open(disk)).rejects.toThrow(/belongs to another deployment/);
    await open();
  });

  it("may be changed while nothing is archived, and afterwards moved with all that is in it", async () => {
    await open();
    const blobs = await open(disk);
    const key = await archive(blobs);
    const moved = `${disk}.moved`;
    await expect(open(moved)).rejects.toThrow(/move all that is in the directory/);
    await rename(disk, moved);
    expect((await contentOf(await open(moved), key, "archive"))?.toString()).toBe("archived");
  });

  it.each(["before", "after"])("is claimed by who was cut off %s writing there", async (when) => {
    const blobs = await open(disk);
    await writeFile(join(root, "archive.owner"), "a-name claiming\n");
    if (when === "after") await writeFile(join(disk, "owner"), "a-name\n");
    await archive(blobs);
    expect(await readFile(join(disk, "owner"), "utf8")).toBe("a-name\n");
    expect(await readFile(join(root, "archive.owner"), "utf8")).toBe("a-name\n");
    await open(disk);
  });

  it("takes no copy that would leave its disk too little free space", async () => {
    const full: FileSystem = {
      ...apart,
      space: async (path) => ({
        freeBytes: path.startsWith(disk) ? 100_000_100 : 2 ** 40,
        totalBytes: 2_000_000_000, // The floor is a twentieth of it.
      }),
    };
    const blobs = await open(disk, full);
    const [small, large] = [newKey(), newKey()];
    const fits = await store(blobs, small, Buffer.alloc(100));
    expect(await blobs.transfer(small, fits, "archive")).toBe("archive");
    const place = await store(blobs, large, Buffer.alloc(101));
    const refusal = await blobs.transfer(large, place, "archive").catch((error: unknown) => error);
    expect(isRegistryError(refusal, "ServiceUnavailable")).toBe(true);
    expect(await blobs.open(large, "archive")).toBeUndefined();
    expect(await blobs.space()).toMatchObject({ freeBytes: 2 ** 40 });
  });

  it("replaces what is there with another length", async () => {
    const blobs = await open(disk, apart);
    const key = newKey();
    const place = await store(blobs, key, Buffer.from("the whole of it"));
    await blobs.transfer(key, place, "archive");
    await writeFile(join(disk, key.slice(0, 2), key), "the wh");
    await blobs.transfer(key, place, "archive");
    expect((await contentOf(blobs, key, "archive"))?.toString()).toBe("the whole of it");
  });
});
