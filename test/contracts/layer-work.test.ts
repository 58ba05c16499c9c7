import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { LayerThreads } from "../../src/adapters/layer-work/layer-threads.ts";
import type { ContentWork, LayerWork } from "../../src/ports/layer-work.ts";
import { digestOf } from "../../src/registry/digest.ts";
import {
  appendSegment,
  frameKey,
  framesFrom,
  type Layers,
  openWhole,
  sealedHeader,
  sealWhole,
} from "../../src/registry/encryption/sealed-format.ts";
import { WorkInPlace } from "../../src/registry/layers/work-in-place.ts";
import { limits } from "../../src/registry/limits.ts";
import type { ObjectId } from "../../src/registry/names.ts";

const works: readonly { name: string; layers: Layers; open: () => LayerWork }[] = [
  { name: "work in place", layers: 1, open: () => new WorkInPlace() },
  { name: "work in threads", layers: 1, open: () => new LayerThreads(2) },
  { name: "work in threads on two layers", layers: 2, open: () => new LayerThreads(2) },
];

const object = "00112233445566778899aabbccddeeff" as ObjectId;

let work: LayerWork;
afterEach(() => work.close());

/** Pieces of memory of their own, as a socket gives them, and some that are not. */
function piecesOf(content: Buffer, pieceBytes: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += pieceBytes) {
    const piece = content.subarray(at, at + pieceBytes);
    pieces.push(pieces.length % 3 === 0 ? piece : new Uint8Array(piece));
  }
  return pieces;
}

describe.each(works)("$name keeps the LayerWork contract", ({ layers, open }) => {
  const dataKey = randomBytes(32 * layers);
  const key = frameKey(dataKey);

  async function whole(content: ContentWork) {
    content.beginSegment({ key, object, firstFrame: 0 }, true);
    await content.add([new Uint8Array(300_000)]);
    return content.endSegment();
  }

  it.each(["sha256", "sha512"] as const)(
    "seals what opens again and hashes to what came by %s, over segments",
    async (algorithm) => {
      work = open();
      const content = work.begin(algorithm);
      const stored: Uint8Array[] = [sealedHeader(layers)];
      const segments = [2_500_000, limits.frameBytes, 10, 300_000].map((size) => randomBytes(size));
      let layout = "";
      let firstFrame = 0;
      for (const [index, segment] of segments.entries()) {
        content.beginSegment({ key, object, firstFrame }, true);
        const pieces = piecesOf(Buffer.from(segment), index % 2 === 0 ? 65_536 : 1_001);
        const half = Math.ceil(pieces.length / 2);
        // The second half is added while the first is being worked on.
        const added = [content.add(pieces.slice(0, half)), content.add(pieces.slice(half))];
        for (const { sealed } of await Promise.all(added)) stored.push(...sealed);
        const end = await content.endSegment();
        stored.push(...end.sealed);
        layout = appendSegment(layout, segment.length);
        firstFrame = end.nextFrame;
        const soFar = Buffer.concat(segments.slice(0, index + 1));
        expect(end.digest).toBe(digestOf(soFar, algorithm));
      }
      content.forget();
      const opened = openWhole(dataKey, object, layout, Buffer.concat(stored));
      expect(opened.equals(Buffer.concat(segments))).toBe(true);
    },
  );

  it("leaves alone what it was not given", async () => {
    work = open();
    const piece = new Uint8Array(randomBytes(400_000));
    const before = Buffer.from(piece);
    for (const sealing of [{ key, object, firstFrame: 0 }, undefined]) {
      const content = work.begin("sha256");
      content.beginSegment(sealing, false);
      const made = [...(await content.add([piece])).sealed];
      made.push(...(await content.endSegment()).sealed);
      for (const each of made) each.fill(0); // What is made is the caller's own.
      expect(before.equals(piece)).toBe(true);
    }
  });

  it("hands on what the store encrypts, and hashes it", async () => {
    work = open();
    const bytes = randomBytes(1_500_000);
    const content = work.begin("sha256");
    content.beginSegment(undefined, true);
    const made = [...(await content.add(piecesOf(Buffer.from(bytes), 50_000))).sealed];
    const end = await content.endSegment();
    expect(Buffer.concat([...made, ...end.sealed]).equals(bytes)).toBe(true);
    expect(end.digest).toBe(digestOf(bytes));
  });

  it("knows no digest where it was told no algorithm", async () => {
    work = open();
    expect((await whole(work.begin(undefined))).digest).toBeUndefined();
  });

  it("keeps several contents apart", async () => {
    work = open();
    const all = Array.from({ length: 6 }, () => randomBytes(300_000));
    const contents = all.map(() => work.begin("sha256"));
    for (const content of contents) content.beginSegment({ key, object, firstFrame: 0 }, true);
    for (const half of [0, 150_000]) {
      await Promise.all(
        contents.map((content, index) =>
          content.add([new Uint8Array(all[index]!.subarray(half, half + 150_000))]),
        ),
      );
    }
    const ends = await Promise.all(contents.map((content) => content.endSegment()));
    expect(ends.map(({ digest }) => digest)).toEqual(all.map((bytes) => digestOf(bytes)));
  });

  it("begins a segment anew after one that never ended", async () => {
    work = open();
    const content = work.begin("sha256");
    content.beginSegment({ key, object, firstFrame: 5 }, true);
    await content.add([new Uint8Array(1000)]);
    content.beginSegment({ key, object, firstFrame: 0 }, true);
    expect((await content.endSegment()).sealed).toEqual([]);
  });
});

describe.each([1, 2] as const)("threads read frames of a file, of %d layers,", (layers) => {
  const dataKey = randomBytes(32 * layers);
  const key = frameKey(dataKey);
  const bytes = randomBytes(limits.frameBytes + 700_001);
  const layout = String(bytes.length);
  const places = [...framesFrom(layout, 0, layers)];

  function fileOf(content: Buffer): number {
    const directory = mkdtempSync(join(tmpdir(), "entrepot-layer-work-"));
    writeFileSync(join(directory, "object"), content);
    const descriptor = openSync(join(directory, "object"), "r");
    rmSync(directory, { recursive: true }); // It lives as long as it is open.
    return descriptor;
  }

  it("and give their plaintext", async () => {
    work = new LayerThreads(2);
    expect(work.readsFiles).toBe(true);
    const descriptor = fileOf(sealWhole(dataKey, object, bytes));
    const read = places.map((place) => work.readFrame({ key, object, place, descriptor }));
    expect(Buffer.concat(await Promise.all(read)).equals(bytes)).toBe(true);
    closeSync(descriptor);
  });

  it.each(["nonce", "ciphertext", "tag", "end"])(
    "but none of one whose %s is damaged",
    async (part) => {
      work = new LayerThreads(1);
      const sealed = sealWhole(dataKey, object, bytes);
      const last = places[1]!;
      const positions = { nonce: 0, ciphertext: 600_000, tag: last.sealedBytes - 1 };
      const isCut = part === "end";
      const position = positions[part as keyof typeof positions] ?? 0;
      if (!isCut) sealed[last.sealedStart + position]! ^= 1;
      const descriptor = fileOf(isCut ? sealed.subarray(0, -1) : sealed);
      await expect(work.readFrame({ key, object, place: last, descriptor })).rejects.toThrow();
      const first = await work.readFrame({ key, object, place: places[0]!, descriptor });
      expect(bytes.subarray(0, limits.frameBytes).equals(first)).toBe(true);
      closeSync(descriptor);
    },
  );

  it("but none as another frame, or of another object", async () => {
    work = new LayerThreads(1);
    const descriptor = fileOf(sealWhole(dataKey, object, bytes));
    const [place] = places as [(typeof places)[number]];
    const other = "ffeeddccbbaa99887766554433221100" as ObjectId;
    for (const wrong of [
      { key, object: other, place, descriptor },
      { key, object, place: { ...place, index: 1 }, descriptor },
      { key, object, place: { ...place, endsSegment: true }, descriptor },
      { key: frameKey(randomBytes(32 * layers)), object, place, descriptor },
    ]) {
      await expect(work.readFrame(wrong)).rejects.toThrow();
    }
    closeSync(descriptor);
  });
});
