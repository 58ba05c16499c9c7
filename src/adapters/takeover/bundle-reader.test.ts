import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { digestOf } from "../../registry/digest.ts";
import type { RepositoryName, Tag } from "../../registry/names.ts";
import { isBundle, verifyBundle } from "./bundle-reader.ts";
import { writeBundle } from "./bundle-writer.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const contents = ["", "layer", "x".repeat(512)].map((each) => Buffer.from(each));
const listed = contents.map((each) => ({ digest: digestOf(each), sizeBytes: each.length }));
const document = {
  createdAt: "2026-01-01T00:00:00.000Z",
  repositories: [
    {
      name: "app" as RepositoryName,
      settings: { scanOnPush: true },
      references: [{ tag: "v1" as Tag, digest: digestOf(contents[1]!) }],
    },
  ],
  contents: listed,
  omitted: [],
};

let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-bundle-"));
  file = join(directory, "bundle");
  await writeBundle(file, document, privateKey, {
    read: async ({ digest }) =>
      Readable.from([contents.find((each) => digestOf(each) === digest)], { objectMode: false }),
    readAdvisories: async () => expect.unreachable("there are none"),
  });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it("gives what was written, each content from its place", async () => {
  expect(await isBundle(file)).toBe(true);
  const bundle = await verifyBundle(file, [publicKey]);
  expect(bundle.document).toEqual(document);
  for (const [index, { digest }] of listed.entries()) {
    expect(await text(bundle.find(digest)!.stream())).toBe(String(contents[index]));
  }
});

it("refuses it with any one byte changed, wherever it is", async () => {
  const good = await readFile(file);
  const changed = join(directory, "changed");
  const accepted: number[] = [];
  for (let at = 0; at < good.length; at++) {
    const bad = Buffer.from(good);
    bad[at]! ^= 1 << (at % 8);
    await writeFile(changed, bad);
    await verifyBundle(changed, [publicKey]).then(
      () => accepted.push(at),
      (error: Error) => expect(error.name).toBe("TakeoverFailure"),
    );
  }
  expect(accepted).toEqual([]);
}, 120_000);

it("refuses it wherever it is cut, and with anything behind it", async () => {
  const good = await readFile(file);
  const changed = join(directory, "changed");
  for (let bytes = 0; bytes < good.length; bytes += 97) {
    await writeFile(changed, good.subarray(0, bytes));
    await expect(verifyBundle(changed, [publicKey])).rejects.toThrow("damaged");
  }
  await writeFile(changed, Buffer.concat([good, Buffer.alloc(512)]));
  await expect(verifyBundle(changed, [publicKey])).rejects.toThrow("Something follows its end");
});
