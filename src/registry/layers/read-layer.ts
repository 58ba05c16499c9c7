import type { OpenBlob } from "../../ports/blob-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { type FramePlace, framesFrom, openFrame } from "../encryption/sealed-format.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";

/** Bytes of the plaintext, both ends inclusive, as HTTP counts them. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The object's plaintext, verified frame by frame before it leaves (I3). Several pulls of one object
 * at once share the opened frames. Memory: two frames of this pull and the shared, bounded cache.
 * @throws Error when a frame is damaged, cut or swapped; what was yielded before is right
 */
export async function* readLayer(
  ports: Ports,
  object: StoredObject,
  range: ByteRange = { start: 0, end: object.sizeBytes - 1 },
): AsyncGenerator<Uint8Array> {
  const key = await ports.keys.openDataKey(object.wrappedKey, {
    registry: object.registry,
    object: object.id,
  });
  const reader = new FrameReader(ports, object, key);
  try {
    const frames = framesFrom(object.layout, range.start);
    let place = nextPlace(frames, range);
    let opening = place && reader.open(place);
    while (place !== undefined && opening !== undefined) {
      const plaintext = await opening;
      const following = nextPlace(frames, range);
      // The next frame is read and opened while the caller sends this one.
      const followingOpening = following && reader.open(following);
      followingOpening?.catch(() => undefined); // Awaited in the next round, or not needed any more.
      const from = Math.max(0, range.start - place.start);
      const to = Math.min(place.sizeBytes, range.end + 1 - place.start);
      yield from === 0 && to === plaintext.length ? plaintext : plaintext.subarray(from, to);
      place = following;
      opening = followingOpening;
    }
  } finally {
    await reader.close();
  }
}

function nextPlace(frames: Generator<FramePlace>, range: ByteRange): FramePlace | undefined {
  const step = frames.next();
  return step.done === true || step.value.start > range.end ? undefined : step.value;
}

/** Opens frames of one object for one pull. */
class FrameReader {
  readonly #ports: Ports;
  readonly #object: StoredObject;
  readonly #key: Uint8Array;
  #blob: Promise<OpenBlob> | undefined;
  #closed = false;
  #reads = 0;

  constructor(ports: Ports, object: StoredObject, key: Uint8Array) {
    this.#ports = ports;
    this.#object = object;
    this.#key = key;
  }

  open(place: FramePlace): Promise<Uint8Array> {
    const { frames } = this.#ports.memory;
    const name = `${this.#object.id}/${place.index}`;
    const shared = frames.get(name);
    if (shared !== undefined) return shared.plaintext;
    const plaintext = this.#read(place);
    frames.set(name, { sizeBytes: place.sizeBytes, plaintext });
    // A failure is told to everyone who waits for it, but not kept.
    plaintext.catch(() => frames.delete(name));
    return plaintext;
  }

  async #read(place: FramePlace): Promise<Uint8Array> {
    this.#reads += 1;
    try {
      this.#blob ??= this.#openBlob();
      const blob = await this.#blob;
      const sealed = await blob.read(place.sealedStart, place.sealedBytes);
      return openFrame(this.#key, this.#object.id, place.index, place.endsSegment, sealed);
    } finally {
      this.#reads -= 1;
      if (this.#closed) await this.#release();
    }
  }

  async #openBlob(): Promise<OpenBlob> {
    const blob = await this.#ports.blobs.open(this.#object.id);
    if (blob === undefined) {
      throw new RegistryError("ServiceUnavailable", "The layer's bytes are not in the store");
    }
    return blob;
  }

  /** Other pulls may wait for a frame that this one reads: the blob closes after the last of them. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#release();
  }

  async #release(): Promise<void> {
    if (this.#reads > 0 || this.#blob === undefined) return;
    const opened = this.#blob;
    this.#blob = undefined;
    await opened.then(
      (blob) => blob.close(),
      () => undefined, // It never opened; whoever asked for it was told.
    );
  }
}
