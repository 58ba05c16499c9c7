import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, imageManifest, TestRegistry } from "../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { someBytes } from "../../test/support/store.ts";
import { draftArchive } from "../adapters/archive/archive-draft.ts";
import { openArchive } from "../adapters/archive/open-archive.ts";
import { MemoryBlobStore } from "../adapters/blobs/memory.ts";
import type { Archive } from "../ports/archive.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";
import { storageClassOf } from "../ports/place.ts";
import type { RowStore } from "../ports/row-copy.ts";
import { requireNoUnfinishedCopy } from "../registry/unfinished-copy.ts";
import { backup } from "./backup.ts";
import { checkStore } from "./check-store.ts";
import { type CopyTarget, restore } from "./restore.ts";

let opened: TestPorts;
let empty: TestPorts;
let registry: TestRegistry;
let target: CopyTarget;
let directory: string;
beforeEach(async () => {
  opened = await testPorts(new MemoryBlobStore());
  empty = await testPorts(new MemoryBlobStore());
  registry = new TestRegistry(opened);
  const { metadata, blobs } = empty.ports;
  const ports = { ...opened.ports, metadata, blobs };
  target = { ports, rows: rowsOf(metadata), account, checkKeys: async () => {} };
  directory = await mkdtemp(join(tmpdir(), "entrepot-restore-"));
});
afterEach(async () => {
  await opened.close();
  await empty.close();
  await rm(directory, { recursive: true });
});

const rowsOf = (metadata: MetadataStore) =>
  (metadata as MetadataStore & { readonly rows: RowStore }).rows;

/** A backup of a repository with one image of these layers. */
async function backedUp(name: string, layers: readonly Buffer[]): Promise<string> {
  await registry.createRepository("app");
  const config = Buffer.from("{}");
  for (const each of [config, ...layers]) await registry.pushLayer("app", each);
  await registry.putManifest("app", imageManifest(config, ...layers), { imageTag: "1.0" });
  const path = join(directory, name);
  await write(path);
  return path;
}

async function write(path: string): Promise<void> {
  const { metadata, blobs, clock } = opened.ports;
  const source = { rows: rowsOf(metadata), blobs };
  const more = { clock, version: "1.2.3", masterKey: undefined, onProgress: () => {} };
  await backup(source, await draftArchive(path), more);
}

async function restored(path: string, change: (archive: Archive) => Archive = (same) => same) {
  const archive = await openArchive(path);
  try {
    return await restore(change(archive), target, { verifyBytes: false, onProgress: () => {} });
  } finally {
    await archive.close();
  }
}

const layers = [someBytes(100_000), someBytes(80_000), someBytes(300)];

describe.each(["a.tar", "a"])("a restore of %s", (name) => {
  it("goes on after a break, and the store is not served before it is done", async () => {
    const path = await backedUp(name, layers);
    let left = 1;
    const breaking = (archive: Archive): Archive => ({
      facts: archive.facts,
      masterKey: undefined,
      rows: archive.rows,
      async open(id) {
        left -= 1;
        if (left < 0) throw new Error("the disk of the backup broke down");
        return archive.open(id);
      },
      close: () => archive.close(),
    });
    await expect(restored(path, breaking)).rejects.toThrow("broke down");
    await expect(requireNoUnfinishedCopy(target.ports.metadata, account)).rejects.toThrow(
      /holds only a part of the backup/,
    );
    expect(await restored(path)).toMatchObject({ resumed: true, problems: [], images: 1 });
    await requireNoUnfinishedCopy(target.ports.metadata, account);
    expect((await checkStore(target.ports, { repair: false })).problems).toEqual([]);
    // A second time there is something in the way.
    await expect(restored(path)).rejects.toThrow(/in use already/);
  });

  it("stops at an object whose bytes are others, and keeps nothing of it", async () => {
    const path = await backedUp(name, layers);
    const damaging = (archive: Archive): Archive => ({
      facts: archive.facts,
      masterKey: undefined,
      rows: archive.rows,
      async open(id) {
        const stored = await archive.open(id);
        return {
          ...stored,
          async *read() {
            for await (const piece of stored.read()) {
              const bytes = Buffer.from(piece);
              bytes[100]! ^= 1;
              yield bytes;
            }
          },
        };
      },
      close: () => archive.close(),
    });
    await expect(restored(path, damaging)).rejects.toThrow(/is damaged where it comes from/);
    expect(await Array.fromAsync(target.ports.blobs.list())).toEqual([]);
  });
});

describe("a restore", () => {
  it("has in the archive what was archived, and the rest at hand", async () => {
    const path = await backedUp("a.tar", layers);
    const { metadata, blobs } = opened.ports;
    const before = await metadata.objects.list({ limit: 100 });
    const [archived] = before.filter(({ placement }) => placement === "blobs");
    const place = await blobs.transfer(archived!.id, archived!.place, "archive");
    await blobs.delete(archived!.id, place);
    await metadata.transaction((change) =>
      change.objects.setPlace(archived!.id, archived!.place, place, () => new Error("moved")),
    );
    await rm(path);
    await write(path);
    expect(await restored(path)).toMatchObject({ problems: [] });
    const after = await target.ports.metadata.objects.list({ limit: 100 });
    const stored = after.filter(({ placement }) => placement === "blobs");
    expect(stored).toHaveLength(2);
    for (const object of stored) {
      expect(storageClassOf(object.place)).toBe(
        object.id === archived!.id ? "archive" : "standard",
      );
    }
    expect(await Array.fromAsync(target.ports.blobs.list())).toHaveLength(2);
    expect((await checkStore(target.ports, { repair: false })).problems).toEqual([]);
  });

  it("is refused into what another restore left, and of another schema", async () => {
    const path = await backedUp("a.tar", layers);
    await write(join(directory, "b.tar"));
    const failing = (archive: Archive): Archive => ({
      ...{ facts: archive.facts, masterKey: undefined, rows: archive.rows },
      open: async () => {
        throw new Error("broken");
      },
      close: () => archive.close(),
    });
    await expect(restored(path, failing)).rejects.toThrow("broken");
    await expect(restored(join(directory, "b.tar"))).rejects.toThrow(/holds a part of the backup/);
    const newer = (archive: Archive): Archive => ({
      ...{ masterKey: undefined, rows: archive.rows },
      facts: { ...archive.facts, schemaVersion: 1_000 },
      open: (id) => archive.open(id),
      close: () => archive.close(),
    });
    await expect(restored(path, newer)).rejects.toThrow(/Entrepot 1\.2\.3, which wrote it/);
  });

  it("asks for the right keys before it copies any bytes", async () => {
    const path = await backedUp("a.tar", layers);
    const checkKeys = async () => {
      throw new Error("another master key");
    };
    target = { ...target, checkKeys };
    await expect(restored(path)).rejects.toThrow("another master key");
    expect(await Array.fromAsync(target.ports.blobs.list())).toEqual([]);
  });
});

describe("a backup", () => {
  it("is not made of objects that leave their store in the clear", async () => {
    await backedUp("a.tar", layers);
    await opened.ports.metadata.transaction(async ({ objects }) => {
      const [object] = await objects.list({ limit: 1 });
      const plain = { ...object!, id: "00".repeat(16) as never, digest: "sha256:plain" as never };
      await objects.insertIfAbsent({
        ...plain,
        ...{ wrappedKey: new Uint8Array(), placement: "blobs", place: "" },
      });
    });
    const path = join(directory, "b.tar");
    await expect(write(path)).rejects.toThrow(/would leave it in the clear/);
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
  });

  it("is not made when an object is missing, and nothing of it stays", async () => {
    await backedUp("a.tar", layers);
    const [blob] = await Array.fromAsync(opened.ports.blobs.list());
    await opened.ports.blobs.delete(blob!.key);
    await expect(write(join(directory, "b.tar"))).rejects.toThrow(/are not there/);
    await expect(write(join(directory, "b"))).rejects.toThrow(/are not there/);
    await writeFile(join(directory, "c"), "");
    await expect(write(join(directory, "c"))).rejects.toThrow(/is there already/);
    expect(readFileSync(join(directory, "c")).length).toBe(0);
  });
});
