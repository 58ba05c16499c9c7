/**
 * How an object is sealed (docs/encryption.md).
 *
 * object  = header, frame 0, frame 1, …
 * header  = "ENTREPOT", format version, log2 of the frame size, layers - 1, five zero bytes
 * frame   = 96-bit random nonce, AES-256-GCM ciphertext of at most one frame size, 128-bit tag
 * AAD     = header, object id, frame index, flags: end of segment, and which layer
 *
 * With two layers the whole frame is the plaintext of a second one under a second key, with a nonce
 * and a tag of its own. The plaintext is cut into segments, one for each append that was committed,
 * and each segment into frames; only the last frame of a segment may be short. The segments' lengths
 * (the layout) are kept with the object's row: an append never rewrites a durable frame, a nonce is
 * never used twice, and a cut, swapped or reordered frame does not open.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { freeMemory } from "../free-memory.ts";
import { freshBytes } from "../fresh-bytes.ts";
import { limits } from "../limits.ts";
import type { ObjectId } from "../names.ts";

export const headerBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
/** As much of a frame as is opened at once: with what comes of it, half of a usual second cache. */
export const stepBytes = 128 * 1024;
const layerKeyBytes = 32;
/** What a layer adds to a frame. */
export const frameOverheadBytes = nonceBytes + tagBytes;

/** How many times an object is sealed, each time under another key. */
export type Layers = 1 | 2;

const headers = ([1, 2] as const).map((layers) => {
  const header = Buffer.alloc(headerBytes);
  header.write("ENTREPOT", "latin1");
  header[8] = 1;
  header[9] = Math.log2(limits.frameBytes);
  header[10] = layers - 1;
  return header;
});

/** The first bytes of every object. */
export function sealedHeader(layers: Layers): Uint8Array {
  return Buffer.from(headers[layers - 1]!);
}

function additionalData(
  object: ObjectId,
  frame: number,
  endsSegment: boolean,
  layers: number,
  layer: number,
): Buffer {
  const data = Buffer.alloc(headerBytes + 16 + 8 + 1);
  headers[layers - 1]!.copy(data, 0);
  data.write(object, headerBytes, "hex");
  data.writeBigUInt64BE(BigInt(frame), headerBytes + 16);
  data[headerBytes + 24] = (endsSegment ? 1 : 0) | (layer << 1);
  return data;
}

/** One key for each layer, the innermost first. */
export type FrameKey = readonly KeyObject[];

/**
 * A data key, of 32 bytes for each layer, in the form that frames take it in: from bytes, setting up a
 * cipher takes three times as long.
 */
export function frameKey(dataKey: Uint8Array): FrameKey {
  return Array.from({ length: layersOf(dataKey) }, (_, layer) =>
    createSecretKey(dataKey.subarray(layer * layerKeyBytes, (layer + 1) * layerKeyBytes)),
  );
}

/** How many layers a data key seals. */
export function layersOf(dataKey: Uint8Array): Layers {
  return dataKey.length === 2 * layerKeyBytes ? 2 : 1;
}

/** One frame: nonce, ciphertext of the pieces in order, tag. */
export function sealFrame(
  key: FrameKey,
  object: ObjectId,
  frame: number,
  endsSegment: boolean,
  plaintext: readonly Uint8Array[],
): Uint8Array[] {
  let pieces: readonly Uint8Array[] = plaintext;
  let sealed: Uint8Array[] = [];
  for (const [layer, layerKey] of key.entries()) {
    const nonce = freshBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", layerKey, nonce, { authTagLength: tagBytes });
    cipher.setAAD(additionalData(object, frame, endsSegment, key.length, layer));
    sealed = [nonce];
    for (const piece of pieces) sealed.push(cipher.update(piece));
    cipher.final();
    sealed.push(cipher.getAuthTag());
    pieces = sealed;
  }
  return sealed;
}

/**
 * The plaintext of one frame, verified.
 * @throws Error when the frame was not sealed as this frame of this object under this key
 */
export function openFrame(
  key: FrameKey,
  object: ObjectId,
  frame: number,
  endsSegment: boolean,
  sealed: Uint8Array,
): Buffer {
  let opened = sealed;
  for (let layer = key.length - 1; layer >= 0; layer--) {
    const end = opened.length - tagBytes;
    const [nonce, tag] = [opened.subarray(0, nonceBytes), opened.subarray(end)];
    const data = additionalData(object, frame, endsSegment, key.length, layer);
    const decipher = frameDecipher(key[layer]!, nonce, data).setAuthTag(tag);
    const plaintext = decipher.update(opened.subarray(nonceBytes, end));
    decipher.final(); // Nothing leaves before this has verified the whole frame (I3).
    opened = plaintext;
  }
  return opened as Buffer;
}

/**
 * The same of a frame whose bytes come in steps that stay in the processor's cache, into memory of
 * its own: with the reading, that takes a fifth less time.
 * @param read gives so many bytes of the frame from a position on, good until it is called again
 * @throws Error when the frame was not sealed as this frame of this object under this key
 */
export function openFrameInSteps(
  key: FrameKey,
  object: ObjectId,
  { index, endsSegment, sizeBytes }: Pick<FramePlace, "index" | "endsSegment" | "sizeBytes">,
  read: (position: number, lengthBytes: number) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  // The outermost first: what comes out of one is what the next is given.
  const openers = key
    .map((layerKey, layer) => {
      const data = additionalData(object, index, endsSegment, key.length, layer);
      return new LayerOpener(layerKey, data, sizeBytes + (layer + 1) * frameOverheadBytes);
    })
    .reverse();
  const frameBytes = sizeBytes + key.length * frameOverheadBytes;
  const plaintext = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  for (let done = 0; done < frameBytes; done += stepBytes) {
    let piece = read(done, Math.min(stepBytes, frameBytes - done));
    for (const [number, opener] of openers.entries()) {
      const opened = opener.take(piece);
      if (number > 0) freeMemory(piece); // The first is the reader's.
      piece = opened;
    }
    plaintext.set(piece, filled);
    filled += piece.length;
    freeMemory(piece);
  }
  for (const opener of openers) opener.end(); // As above.
  return plaintext;
}

/** Opens one layer of a frame whose bytes come in order. What it gives is verified by `end` alone. */
class LayerOpener {
  readonly #key: KeyObject;
  readonly #data: Buffer;
  readonly #tagStart: number;
  readonly #nonce = Buffer.alloc(nonceBytes);
  readonly #tag = Buffer.alloc(tagBytes);
  #decipher: ReturnType<typeof frameDecipher> | undefined;
  #taken = 0;

  constructor(key: KeyObject, data: Buffer, frameBytes: number) {
    this.#key = key;
    this.#data = data;
    this.#tagStart = frameBytes - tagBytes;
  }

  take(piece: Uint8Array): Uint8Array {
    const start = this.#taken;
    const within = (position: number) => Math.min(piece.length, Math.max(0, position - start));
    const [from, to] = [within(nonceBytes), within(this.#tagStart)];
    this.#nonce.set(piece.subarray(0, from), Math.min(start, nonceBytes));
    this.#tag.set(piece.subarray(to), Math.max(0, start - this.#tagStart));
    this.#taken += piece.length;
    if (this.#taken < nonceBytes) return new Uint8Array();
    this.#decipher ??= frameDecipher(this.#key, this.#nonce, this.#data);
    return this.#decipher.update(piece.subarray(from, to));
  }

  /** @throws Error when the layer was not sealed so */
  end(): void {
    if (this.#decipher === undefined) throw new Error("the frame ended early");
    this.#decipher.setAuthTag(this.#tag).final();
  }
}

function frameDecipher(key: KeyObject, nonce: Uint8Array, data: Buffer) {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  return decipher.setAAD(data);
}

/** A whole small object in memory: header and the frames of one segment. */
export function sealWhole(dataKey: Uint8Array, object: ObjectId, plaintext: Uint8Array): Buffer {
  const key = frameKey(dataKey);
  const pieces: Uint8Array[] = [sealedHeader(layersOf(dataKey))];
  const frames = framesOf(plaintext.length);
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * limits.frameBytes;
    const part = plaintext.subarray(start, start + limits.frameBytes);
    pieces.push(...sealFrame(key, object, frame, frame === frames - 1, [part]));
  }
  return Buffer.concat(pieces);
}

/** @throws Error when `sealed` is not that object, whole, sealed under this key */
export function openWhole(
  dataKey: Uint8Array,
  object: ObjectId,
  layout: string,
  sealed: Uint8Array,
): Buffer {
  const layers = layersOf(dataKey);
  if (sealed.length !== sealedLength(layout, layers)) {
    throw new Error("object has another length");
  }
  requireHeader(sealed, layers);
  const key = frameKey(dataKey);
  return Buffer.concat(
    [...framesFrom(layout, 0, layers)].map((frame) =>
      openFrame(
        key,
        object,
        frame.index,
        frame.endsSegment,
        sealed.subarray(frame.sealedStart, frame.sealedStart + frame.sealedBytes),
      ),
    ),
  );
}

/** @throws Error unless these are the first bytes of an object of this format */
export function requireHeader(sealed: Uint8Array, layers: Layers): void {
  if (headers[layers - 1]!.equals(sealed.subarray(0, headerBytes))) return;
  throw new Error("object begins with another header");
}

/** Frames of a segment; an empty one has none. */
function framesOf(segmentBytes: number): number {
  return Math.ceil(segmentBytes / limits.frameBytes);
}

/** Equal neighbouring segments of a layout. */
interface Run {
  readonly segmentBytes: number;
  readonly count: number;
}

/** `10485760x3,512` is three segments of 10 MiB and one of 512 bytes; "" is an empty object. */
function parseLayout(layout: string): Run[] {
  if (layout === "") return [];
  return layout.split(",").map((run) => {
    const [segmentBytes, count] = run.split("x");
    return { segmentBytes: Number(segmentBytes), count: Number(count ?? 1) };
  });
}

/** The layout with one more segment. */
export function appendSegment(layout: string, segmentBytes: number): string {
  if (segmentBytes === 0) return layout;
  const runs = parseLayout(layout);
  const last = runs.at(-1);
  if (last !== undefined && last.segmentBytes === segmentBytes) {
    runs[runs.length - 1] = { segmentBytes, count: last.count + 1 };
  } else {
    runs.push({ segmentBytes, count: 1 });
  }
  return runs
    .map((run) => (run.count === 1 ? `${run.segmentBytes}` : `${run.segmentBytes}x${run.count}`))
    .join(",");
}

/** Plaintext bytes of the last segment; `undefined` for an empty object. */
export function lastSegmentBytes(layout: string): number | undefined {
  return parseLayout(layout).at(-1)?.segmentBytes;
}

function sealedSegmentBytes(segmentBytes: number, layers: Layers): number {
  return segmentBytes + framesOf(segmentBytes) * layers * frameOverheadBytes;
}

/** Ciphertext bytes of an object with this layout, header included. */
export function sealedLength(layout: string, layers: Layers): number {
  return parseLayout(layout).reduce(
    (sum, run) => sum + run.count * sealedSegmentBytes(run.segmentBytes, layers),
    headerBytes,
  );
}

/** Where one frame lies in plaintext and ciphertext. */
export interface FramePlace {
  readonly index: number;
  readonly endsSegment: boolean;
  readonly start: number;
  readonly sizeBytes: number;
  readonly sealedStart: number;
  readonly sealedBytes: number;
}

/** The frames from the one that holds plaintext byte `offset` on, in order. */
export function* framesFrom(layout: string, offset: number, layers: Layers): Generator<FramePlace> {
  const overheadBytes = layers * frameOverheadBytes;
  let start = 0;
  let sealedStart = headerBytes;
  let index = 0;
  for (const { segmentBytes, count } of parseLayout(layout)) {
    const frames = framesOf(segmentBytes);
    const skipped = Math.min(count, Math.max(0, Math.floor((offset - start) / segmentBytes)));
    start += skipped * segmentBytes;
    sealedStart += skipped * sealedSegmentBytes(segmentBytes, layers);
    index += skipped * frames;
    for (let segment = skipped; segment < count; segment++) {
      const first = Math.max(0, Math.floor((offset - start) / limits.frameBytes));
      for (let frame = Math.min(first, frames); frame < frames; frame++) {
        const within = frame * limits.frameBytes;
        const sizeBytes = Math.min(limits.frameBytes, segmentBytes - within);
        yield {
          index: index + frame,
          endsSegment: frame === frames - 1,
          start: start + within,
          sizeBytes,
          sealedStart: sealedStart + within + frame * overheadBytes,
          sealedBytes: sizeBytes + overheadBytes,
        };
      }
      start += segmentBytes;
      sealedStart += sealedSegmentBytes(segmentBytes, layers);
      index += frames;
    }
  }
}
