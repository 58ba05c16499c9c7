import type { OpenBlob } from "../../ports/blob-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { algorithmOf, Digester } from "../digest.ts";
import { openDataKey } from "../encryption/data-keys.ts";
import type { KeyOwner } from "../encryption/keyed-object.ts";
import {
  type FrameKey,
  type FramePlace,
  frameKey,
  framesFrom,
  layersOf,
  openFrame,
  openWhole,
} from "../encryption/sealed-format.ts";
import { isSealed, type StoredObject } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { openObject } from "./open-object.ts";
import type { SharedFrame } from "./shared-frames.ts";

/** Frames of one pull that are under way at once. */
const framesAhead = 2;
/** Frames that the caller may hold at once. */
const framesLent = 2;

/** An object, and the repository for which it is read: none for the deployment's own work. */
export interface ReadableLayer {
  readonly repository?: KeyOwner | undefined;
  readonly object: StoredObject;
}

/** Bytes of the plaintext, both ends inclusive, as HTTP counts them. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The object's plaintext, verified frame by frame before it leaves (I3). Several pulls of one object
 * at once share the opened frames. Memory: four frames of this pull.
 *
 * A piece stays as it is until the second next one is asked for; then its memory may be gone. When the
 * iteration ends, however it ends, what was yielded last stays.
 * @throws Kms before the first piece, when the key may not be used
 * @throws Error when a frame is damaged, cut or swapped; what was yielded before is right
 */
export async function* readLayer(
  ports: Ports,
  { repository, object }: ReadableLayer,
  range: ByteRange = { start: 0, end: object.sizeBytes - 1 },
): AsyncGenerator<Uint8Array> {
  if (!isSealed(object)) {
    yield* readPlain(ports, object, range);
    return;
  }
  const key = await openDataKey(ports, repository, object);
  if (object.placement === "metadata") {
    const sealed = await ports.metadata.objects.content(object.id);
    if (sealed === undefined) throw bytesMissing();
    yield openWhole(key, object.id, object.layout, sealed).subarray(range.start, range.end + 1);
    return;
  }
  const reader = new FrameReader(ports, object, key);
  const frames = framesFrom(object.layout, range.start, layersOf(key));
  const ahead: Opening[] = [];
  const lent: SharedFrame[] = [];
  try {
    for (;;) {
      // The next frames are read while one is being opened and sent.
      while (ahead.length < framesAhead) {
        const place = nextPlace(frames, range);
        if (place === undefined) break;
        ahead.push({ place, frame: reader.open(place) });
      }
      const next = ahead[0];
      if (next === undefined) return;
      const plaintext = await next.frame.plaintext;
      ahead.shift();
      lent.push(next.frame);
      yield within(range, next.place, plaintext);
      if (lent.length === framesLent) reader.release(lent.shift()!, false);
    }
  } finally {
    for (const frame of lent) reader.release(frame, true);
    for (const { frame } of ahead) reader.release(frame, false);
    await reader.close();
  }
}

/**
 * What the blob store encrypts, and verifies as it sees fit. Read whole, it is hashed on the way: its
 * last piece leaves only when the digest is right.
 */
async function* readPlain(
  ports: Ports,
  object: StoredObject,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const blob = await openObject(ports, object);
  if (blob === undefined) throw bytesMissing();
  const isWhole = range.start === 0 && range.end === object.sizeBytes - 1;
  const digester = new Digester(algorithmOf(object.digest));
  try {
    if (blob.sizeBytes !== object.sizeBytes)
      throw new Error("the stored object has another length");
    for (let start = range.start; start <= range.end; start += limits.frameBytes) {
      const piece = await blob.read(start, Math.min(limits.frameBytes, range.end + 1 - start));
      digester.update(piece);
      const isLast = start + piece.length > range.end;
      if (isWhole && isLast && digester.digest() !== object.digest) {
        throw new Error("the stored object has another digest");
      }
      yield piece;
    }
  } finally {
    await blob.close();
  }
}

interface Opening {
  readonly place: FramePlace;
  readonly frame: SharedFrame;
}

function within(range: ByteRange, place: FramePlace, plaintext: Uint8Array): Uint8Array {
  const from = Math.max(0, range.start - place.start);
  const to = Math.min(place.sizeBytes, range.end + 1 - place.start);
  return from === 0 && to === plaintext.length ? plaintext : plaintext.subarray(from, to);
}

function nextPlace(frames: Generator<FramePlace>, range: ByteRange): FramePlace | undefined {
  const step = frames.next();
  return step.done === true || step.value.start > range.end ? undefined : step.value;
}

function bytesMissing(): RegistryError {
  return new RegistryError("ServiceUnavailable", "The layer's bytes are not in the store");
}

/** Opens frames of one object for one pull. */
class FrameReader {
  readonly #ports: Ports;
  readonly #object: StoredObject;
  readonly #key: FrameKey;
  #blob: Promise<OpenBlob> | undefined;
  #closed = false;
  #reads = 0;
  /** Ciphertext is needed only until it is opened: as many buffers as there are reads at once. */
  readonly #buffers: Uint8Array[] = [];

  constructor(ports: Ports, object: StoredObject, dataKey: Uint8Array) {
    this.#ports = ports;
    this.#object = object;
    this.#key = frameKey(dataKey);
    ports.memory.frames.begin(object.id);
  }

  open(place: FramePlace): SharedFrame {
    const { frames } = this.#ports.memory;
    const frame = frames.use(this.#object.id, place.index, () => this.#read(place));
    frame.plaintext.catch(() => undefined); // Awaited when its turn comes, or not needed any more.
    return frame;
  }

  release(frame: SharedFrame, lent: boolean): void {
    this.#ports.memory.frames.release(frame, lent);
  }

  async #read(place: FramePlace): Promise<Uint8Array> {
    this.#reads += 1;
    try {
      this.#blob ??= this.#openBlob();
      const blob = await this.#blob;
      return (await this.#readAside(blob, place)) ?? (await this.#readHere(blob, place));
    } finally {
      this.#reads -= 1;
      if (this.#closed) await this.#closeBlob();
    }
  }

  /** Where another thread can do it, and it is worth the messages. */
  async #readAside(blob: OpenBlob, place: FramePlace): Promise<Uint8Array | undefined> {
    const { layerWork } = this.#ports;
    const { descriptor } = blob;
    if (descriptor === undefined || !layerWork.readsFiles) return undefined;
    if (place.sizeBytes < limits.layerWorkBytes) return undefined;
    try {
      const [key, object] = [this.#key, this.#object.id];
      return await layerWork.readFrame({ key, object, place, descriptor });
    } catch {
      return undefined; // What is wrong shows here, if it is wrong here too.
    }
  }

  async #readHere(blob: OpenBlob, place: FramePlace): Promise<Uint8Array> {
    const buffer = this.#bufferFor(place);
    const into = buffer.subarray(0, place.sealedBytes);
    const sealed = await blob.read(place.sealedStart, place.sealedBytes, into);
    const { index, endsSegment } = place;
    const plaintext = openFrame(this.#key, this.#object.id, index, endsSegment, sealed);
    this.#buffers.push(buffer);
    return plaintext;
  }

  #bufferFor({ sealedBytes }: FramePlace): Uint8Array {
    const used = this.#buffers.pop();
    return used !== undefined && used.length >= sealedBytes
      ? used
      : Buffer.allocUnsafeSlow(sealedBytes);
  }

  async #openBlob(): Promise<OpenBlob> {
    const blob = await openObject(this.#ports, this.#object);
    if (blob === undefined) throw bytesMissing();
    return blob;
  }

  /** Other pulls may wait for a frame that this one reads: the blob closes after the last of them. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ports.memory.frames.end(this.#object.id);
    await this.#closeBlob();
  }

  async #closeBlob(): Promise<void> {
    if (this.#reads > 0 || this.#blob === undefined) return;
    const opened = this.#blob;
    this.#blob = undefined;
    await opened.then(
      (blob) => blob.close(),
      () => undefined, // It never opened; whoever asked for it was told.
    );
  }
}
