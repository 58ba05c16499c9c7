/** Archives as they are written and read, in both forms. */
import { execFile } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ArchiveFacts } from "../../ports/archive.ts";
import { type CopiedRow, copiedTable } from "../../ports/row-copy.ts";
import type { ObjectId } from "../../registry/names.ts";
import { draftArchive } from "./archive-draft.ts";
import { openArchive } from "./open-archive.ts";
import { paddingBytes, parseTarHeader, tarHeader } from "./tar.ts";

const settings = copiedTable("account_setting");
const keys = copiedTable("service_key");

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-archive-"));
});
afterEach(() => rm(directory, { recursive: true }));

const objects = [40_000, 512, 1, 700_000].map((lengthBytes, index) => ({
  id: `0${index}${randomBytes(15).toString("hex")}` as ObjectId,
  content: randomBytes(lengthBytes),
}));
const settingRows: CopiedRow[] = Array.from({ length: 2_000 }, (_, index) => ({
  ...{ account: "000000000000", region: "", name: String(index).padStart(5, "0") },
  value: `"é\u{1F600}\n${"x".repeat(index)}`,
}));
const keyRows: CopiedRow[] = [
  { account: "1", region: "r", version: 1, wrapped: randomBytes(300), created_at: 2 ** 50 },
];
const masterKey = randomBytes(32);

const facts: ArchiveFacts = {
  ...{ id: randomUUID(), createdAt: 1_700_000_000_123, version: "1", schemaVersion: 4 },
  ...{ rows: { account_setting: 2_000, service_key: 1 }, objects: 4, objectBytes: 740_513 },
  hasMasterKey: true,
};

async function* piecesOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

async function write(path: string): Promise<void> {
  const draft = await draftArchive(path);
  await draft.rows.add(settings, settingRows.slice(0, 700));
  await draft.rows.add(settings, settingRows.slice(700));
  await draft.rows.add(keys, keyRows);
  await draft.rows.finish();
  for (const { id, content } of objects) {
    await draft.addObject(id, content.length, piecesOf(content));
  }
  await draft.publish(facts, masterKey);
  await draft.discard();
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const written = {
  ...{ facts, masterKey: masterKey.toString("hex"), keyRows, settingRows },
  objects: objects.map(({ content }) => hashOf(content)),
};

function hashOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Everything that is in it. @throws when it cannot be read, or is not what was written down */
async function readWhole(path: string): Promise<typeof written> {
  const archive = await openArchive(path);
  try {
    const hashes: string[] = [];
    for (const { id } of objects) {
      const stored = await archive.open(id);
      const hash = hashOf(Buffer.concat(await listOf(stored.read())));
      await stored.close();
      if (hash !== stored.sha256) throw new Error("an object is damaged");
      hashes.push(hash);
    }
    return {
      facts: archive.facts,
      masterKey: Buffer.from(archive.masterKey ?? []).toString("hex"),
      keyRows: await listOf(archive.rows.of(keys)),
      settingRows: await listOf(archive.rows.of(settings)),
      objects: hashes,
    };
  } finally {
    await archive.close();
  }
}

describe.each(["a.tar", "a"])("an archive as %s", (name) => {
  it("gives back what was put in, and is all that is left of its making", async () => {
    const path = join(directory, name);
    await write(path);
    expect(await readdir(directory)).toEqual([name]);
    expect(await readWhole(path)).toEqual(written);
    const archive = await openArchive(path);
    expect(await listOf(archive.rows.of(copiedTable("tag")))).toEqual([]);
    await archive.close();
  });

  it("finds objects in their order also when some are passed over", async () => {
    const path = join(directory, name);
    await write(path);
    const archive = await openArchive(path);
    for (const index of [1, 3]) {
      const { id, content } = objects[index]!;
      const stored = await archive.open(id);
      expect(Buffer.concat(await listOf(stored.read())).equals(content)).toBe(true);
      await stored.close();
    }
    await expect(archive.open(objects[0]!.id)).rejects.toThrow(/does not have the object/);
    await archive.close();
  });

  it("is not there when its making breaks off, and takes nobody's place", async () => {
    const path = join(directory, name);
    const draft = await draftArchive(path);
    await draft.rows.add(keys, keyRows);
    await draft.rows.finish();
    const { id, content } = objects[0]!;
    await expect(draft.addObject(id, content.length + 1, piecesOf(content))).rejects.toThrow();
    await draft.discard();
    expect(await readdir(directory)).toEqual([]);
    await write(path);
    await expect(draftArchive(path)).rejects.toThrow(/is there already/);
  });
});

describe("an archive in one file", () => {
  it("is refused wherever it is cut", async () => {
    const path = join(directory, "a.tar");
    await write(path);
    const whole = await readFile(path);
    const cut = join(directory, "cut.tar");
    const lengths = [0, 511, 512, 8_703, 9_000, whole.length - 513, whole.length - 1];
    const chosen = Array.from({ length: 40 }, (_, index) =>
      Math.floor((whole.length * index) / 40),
    );
    for (const bytes of [...lengths, ...chosen]) {
      await writeFile(cut, whole);
      await truncate(cut, bytes);
      await expect(openArchive(cut), String(bytes)).rejects.toThrow(
        /cut\.tar is no whole backup: /,
      );
    }
  });

  it("never gives back anything else when a bit of it is another", async () => {
    const path = join(directory, "a.tar");
    await write(path);
    const whole = await readFile(path);
    const damaged = join(directory, "damaged.tar");
    let found = 0;
    for (let at = 3; at < whole.length; at += Math.floor(whole.length / 150)) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      await writeFile(damaged, bytes);
      const outcome = await readWhole(damaged).catch(() => undefined);
      // What lies between the files may be damaged without harm.
      if (outcome !== undefined) expect(outcome).toEqual(written);
      else found += 1;
    }
    expect(found).toBeGreaterThan(140);
  });

  it("is a tar like any other", async ({ skip }) => {
    const path = join(directory, "a.tar");
    await write(path);
    const tar = (...words: string[]) => promisify(execFile)("tar", words);
    const version = await tar("--version").catch(() => undefined);
    if (version === undefined) skip("there is no tar on this machine");
    const { stdout } = await tar("--list", "--file", path);
    expect(stdout.split("\n").slice(0, 2)).toEqual(["manifest.json", "metadata.jsonl"]);
    const unpacked = join(directory, "unpacked");
    await mkdir(unpacked);
    await tar("--extract", "--file", path, "--directory", unpacked);
    expect(await readWhole(unpacked)).toEqual(written);
  });
});

describe("a tar header", () => {
  it("holds sizes of any object", () => {
    for (const lengthBytes of [0, 1, 512, 8 ** 11 - 1, 8 ** 11, 52_000 * 1024 * 1024]) {
      const block = tarHeader({ name: "objects/00/x", lengthBytes }, 0);
      expect(parseTarHeader(block)).toEqual({ name: "objects/00/x", lengthBytes });
      expect((lengthBytes + paddingBytes(lengthBytes)) % 512).toBe(0);
    }
  });

  it.each(["-0000000005", "zzzzzzzzzzz", "           "])("has no size %j", (size) => {
    const block = tarHeader({ name: "objects/00/x", lengthBytes: 0 }, 0);
    const sum = (bytes: Buffer) => bytes.reduce((total, byte) => total + byte, 0);
    const before = sum(block.subarray(124, 136));
    block.write(size, 124);
    const rightly = Number.parseInt(block.toString("latin1", 148, 154), 8) - before;
    const checksum = rightly + sum(block.subarray(124, 136));
    block.write(checksum.toString(8).padStart(6, "0"), 148);
    expect(() => parseTarHeader(block)).toThrow("a size in it is none");
  });
});
