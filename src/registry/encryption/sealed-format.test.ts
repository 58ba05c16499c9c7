import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import type { ObjectId } from "../names.ts";
import {
  appendSegment,
  frameKey,
  frameOverheadBytes,
  framesFrom,
  layersOf,
  openFrame,
  openFrameInSteps,
  openWhole,
  sealedHeader,
  sealedLength,
  sealFrame,
  sealWhole,
  stepBytes,
} from "./sealed-format.ts";
import { SegmentSealer } from "./segment-sealer.ts";

const object = "00112233445566778899aabbccddeeff" as ObjectId;
const other = "ffeeddccbbaa99887766554433221100" as ObjectId;

function sealSegments(key: Buffer, segments: Buffer[]): { sealed: Buffer; layout: string } {
  let layout = "";
  let frame = 0;
  const pieces: Uint8Array[] = [sealedHeader(layersOf(key))];
  for (const segment of segments) {
    const sealer = new SegmentSealer(frameKey(key), object, frame, false);
    for (let at = 0; at < segment.length; at += 70_001) {
      pieces.push(...sealer.add(segment.subarray(at, at + 70_001)));
    }
    pieces.push(...sealer.end());
    frame = sealer.nextFrame;
    layout = appendSegment(layout, segment.length);
  }
  return { sealed: Buffer.concat(pieces), layout };
}

function openFrom(key: Buffer, sealed: Buffer, layout: string, offset: number): Buffer {
  const frames = [...framesFrom(layout, offset, layersOf(key))];
  const opened = frames.map((frame) =>
    openFrame(
      frameKey(key),
      object,
      frame.index,
      frame.endsSegment,
      sealed.subarray(frame.sealedStart, frame.sealedStart + frame.sealedBytes),
    ),
  );
  return Buffer.concat(opened).subarray(offset - (frames[0]?.start ?? offset));
}

describe.each([
  ["one layer", 1],
  ["two layers", 2],
] as const)("the sealed object format with %s", (_, layers) => {
  const key = randomBytes(32 * layers);

  it("gives back any segments from any offset", () => {
    const sizes = [
      0,
      1,
      511,
      limits.frameBytes - 1,
      limits.frameBytes,
      limits.frameBytes + 1,
      2.5 * limits.frameBytes,
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...sizes), { maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (lengths, where) => {
          const segments = lengths.map((length) => randomBytes(length));
          const whole = Buffer.concat(segments);
          const { sealed, layout } = sealSegments(key, segments);
          expect(sealed.length).toBe(sealedLength(layout, layers));
          const offset = Math.floor(where * whole.length);
          expect(openFrom(key, sealed, layout, offset).equals(whole.subarray(offset))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("shows nothing of its plaintext", () => {
    const sealed = sealWhole(key, object, Buffer.from("a very telling sentence".repeat(50)));
    expect(sealed.includes("telling")).toBe(false);
  });

  it("opens a frame in steps, wherever these cut nonce, ciphertext and tag", () => {
    const overhead = layers * frameOverheadBytes;
    const around = [-overhead - 1, -overhead, -overhead + 8, -20, -12, 0, 1, 40];
    for (const sizeBytes of [1, 300, ...around.map((by) => 2 * stepBytes + by)]) {
      const content = randomBytes(sizeBytes);
      const sealed = Buffer.concat(sealFrame(frameKey(key), object, 3, true, [content]));
      const place = { index: 3, endsSegment: true, sizeBytes };
      const open = (frame: Buffer) =>
        openFrameInSteps(frameKey(key), object, place, (position, lengthBytes) =>
          Buffer.from(frame.subarray(position, position + lengthBytes)),
        );
      expect(content.equals(open(sealed))).toBe(true);
      for (const at of [0, 11, 12, Math.floor(sealed.length / 2), sealed.length - 1]) {
        const damaged = Buffer.from(sealed);
        damaged[at]! ^= 1;
        expect(() => open(damaged)).toThrow();
      }
    }
  });

  it("does not open a frame of another object, another place or another end", () => {
    const { sealed, layout } = sealSegments(key, [randomBytes(2 * limits.frameBytes)]);
    const [first, second] = [...framesFrom(layout, 0, layers)];
    const bytes = sealed.subarray(first!.sealedStart, first!.sealedStart + first!.sealedBytes);
    expect(() => openFrame(frameKey(key), other, 0, false, bytes)).toThrow();
    expect(() => openFrame(frameKey(key), object, second!.index, false, bytes)).toThrow();
    expect(() => openFrame(frameKey(key), object, 0, true, bytes)).toThrow();
    const place = { index: 0, endsSegment: false, sizeBytes: limits.frameBytes };
    const inSteps = (from: Uint8Array, of = object, more: Partial<typeof place> = {}) =>
      openFrameInSteps(frameKey(from), of, { ...place, ...more }, (position, lengthBytes) =>
        Buffer.from(bytes.subarray(position, position + lengthBytes)),
      );
    expect(inSteps(key)).toHaveLength(limits.frameBytes);
    expect(() => inSteps(key, other)).toThrow();
    expect(() => inSteps(key, object, { index: 1 })).toThrow();
    expect(() => inSteps(key, object, { endsSegment: true })).toThrow();
    // Also where only one of the layers' keys is another.
    for (let layer = 0; layer < layers; layer++) {
      const wrong = Buffer.from(key);
      wrong[layer * 32]! ^= 1;
      expect(() => openFrame(frameKey(wrong), object, 0, false, bytes)).toThrow();
      expect(() => inSteps(wrong)).toThrow();
    }
  });

  it("notices a single flipped bit wherever it is", () => {
    const sealed = sealWhole(key, object, Buffer.from("plain"));
    for (let at = 0; at < sealed.length; at++) {
      const damaged = Buffer.from(sealed);
      damaged[at]! ^= 1;
      expect(() => openWhole(key, object, "5", damaged)).toThrow();
    }
  });

  it("75: never uses a nonce twice, whatever is sealed again at the same place", () => {
    const nonces = new Set<string>();
    for (let round = 0; round < 200; round++) {
      const sealed = sealWhole(key, object, Buffer.from("same"));
      nonces.add(sealed.subarray(16, 28).toString("hex"));
    }
    expect(nonces.size).toBe(200);
  });

  it("writes equal neighbouring segments as one run", () => {
    expect(appendSegment(appendSegment(appendSegment("", 10), 10), 4)).toBe("10x2,4");
  });
});
