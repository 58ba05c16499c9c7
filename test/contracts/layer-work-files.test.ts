import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LayerThreads } from "../../src/adapters/layer-work/layer-threads.ts";
import type { LayerWork } from "../../src/ports/layer-work.ts";
import { digestOf } from "../../src/registry/digest.ts";
import { frameKey, openWhole, sealedHeader } from "../../src/registry/encryption/sealed-format.ts";
import { inPlace } from "../../src/registry/layers/work-in-place.ts";
import type { ObjectId } from "../../src/registry/names.ts";

const object = "00112233445566778899aabbccddeeff" as ObjectId;
const dataKey = randomBytes(32);
const sealing = { key: frameKey(dataKey), object, firstFrame: 0 };
const bytes = randomBytes(2_500_000);
const header = sealedHeader(1);

let directory: string;
let descriptor: number;
let work: LayerWork;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "entrepot-layer-work-files-"));
  descriptor = openSync(join(directory, "object"), "w+");
});

afterEach(async () => {
  await work.close();
  closeSync(descriptor);
  rmSync(directory, { recursive: true });
});

function piecesOf(from: number, to: number): Uint8Array[] {
  return [new Uint8Array(bytes.subarray(from, to))];
}

/** Of all bytes, in three parts, after a header that somebody else writes. */
async function made(file: { descriptor: number; lengthBytes: number }) {
  const content = work.begin("sha256");
  content.beginSegment(sealing, true);
  content.writeTo(file);
  const parts = [
    piecesOf(0, 1_100_000),
    piecesOf(1_100_000, 2_200_000),
    piecesOf(2_200_000, 2_500_000),
  ];
  const added = await Promise.all(parts.map((pieces) => content.add(pieces)));
  return [...added, await content.endSegment()];
}

it("a thread writes what it makes to the end of the file, and hands nothing on", async () => {
  work = new LayerThreads(1);
  const all = await made({ descriptor, lengthBytes: header.length });
  expect(all.flatMap(({ sealed }) => sealed)).toEqual([]);
  const file = readFileSync(join(directory, "object"));
  header.forEach((byte, at) => {
    file[at] = byte;
  });
  expect(openWhole(dataKey, object, String(bytes.length), file).equals(bytes)).toBe(true);
  const written = all.reduce((sum, { writtenBytes }) => sum + writtenBytes, header.length);
  expect(written).toBe(file.length);
});

it.each(["/dev/full", "one that may only be read"])(
  "a thread hands everything on where the file takes nothing: %s",
  async (name) => {
    work = new LayerThreads(1);
    const path = name === "/dev/full" ? name : join(directory, "object");
    const other = openSync(path, name === "/dev/full" ? "w" : "r");
    const all = await made({ descriptor: other, lengthBytes: 0 });
    closeSync(other);
    expect(all.map(({ writtenBytes }) => writtenBytes)).toEqual([0, 0, 0, 0]);
    const whole = Buffer.concat([header, ...all.flatMap(({ sealed }) => sealed)]);
    expect(openWhole(dataKey, object, String(bytes.length), whole).equals(bytes)).toBe(true);
    expect(all.at(-1)).toMatchObject({ digest: digestOf(bytes) });
  },
);

it("the file is of one segment: the next one has none until it is told", async () => {
  work = new LayerThreads(1);
  const content = work.begin("sha256");
  content.beginSegment(sealing, true);
  content.writeTo({ descriptor, lengthBytes: 0 });
  await content.add(piecesOf(0, 300_000));
  expect((await content.endSegment()).writtenBytes).toBeGreaterThan(300_000);
  content.beginSegment({ ...sealing, firstFrame: 1 }, true);
  await content.add(piecesOf(0, 300_000));
  const { sealed, writtenBytes } = await content.endSegment();
  expect(writtenBytes).toBe(0);
  expect(sealed).not.toEqual([]);
});

it("work in place writes to no file", async () => {
  work = inPlace;
  const all = await made({ descriptor, lengthBytes: 0 });
  expect(all.every(({ writtenBytes }) => writtenBytes === 0)).toBe(true);
  expect(readFileSync(join(directory, "object")).length).toBe(0);
});

it("a thread that is gone writes no more once that is told: the file may be closed then", async () => {
  work = new LayerThreads(1, new URL("../support/late-layer-thread.ts", import.meta.url));
  const content = work.begin("sha256");
  content.beginSegment(sealing, true);
  content.writeTo({ descriptor, lengthBytes: 0 });
  const added = content.add(piecesOf(0, 300_000)).catch((error: unknown) => ({
    error,
    file: readFileSync(join(directory, "object"), "utf8"),
  }));
  const file = () => readFileSync(join(directory, "object"), "utf8");
  await expect.poll(file, { timeout: 20_000 }).toBe("begun\n");
  await work.close();
  expect(await added).toMatchObject({
    error: { kind: "ServiceUnavailable" },
    file: "begun\nended\n",
  });
});
