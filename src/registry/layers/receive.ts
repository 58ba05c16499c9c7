import { createHash, type Hash } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import {
  appendSegment,
  type FramePlace,
  framesFrom,
  lastSegmentBytes,
  openFrame,
  sealedHeader,
} from "../encryption/sealed-format.ts";
import { SegmentSealer } from "../encryption/segment-sealer.ts";
import { invariant, RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import { Destination } from "./destination.ts";
import type { Upload } from "./upload.ts";

export interface Received {
  /** The session as it stands on disk, not yet in the database; the old one when nothing came. */
  readonly next: Upload;
  /** Why the content broke off, if it did. What came before is in `next` all the same. */
  readonly failure: unknown;
}

export interface Receiving {
  /** Whether the content is a part of the JSON API: whole or absent. */
  readonly asPart: boolean;
  /** Whether the pieces are given away: nobody uses them again, and their memory may go at once. */
  readonly given: boolean;
}

/** An end of the content that is the sender's doing: what came before it is kept. */
class ContentBrokeOff extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super("content broke off");
    this.reason = reason;
  }
}

/**
 * Hashes, seals and stages `content` as one segment after what the session has, and syncs it. The
 * database is not touched. Memory: a frame of plaintext, one of ciphertext, what the sender buffers.
 * @throws LimitExceeded when the layer or its number of parts grows too large; nothing is kept then
 * @throws ServiceUnavailable when the store fails; nothing is kept then
 */
export async function receive(
  ports: Ports,
  upload: Upload,
  content: AsyncIterable<Uint8Array>,
  { asPart, given }: Receiving,
): Promise<Received> {
  if (upload.parts >= limits.layerParts) throw tooManyParts();
  const context = { registry: upload.repository.registry, object: upload.object };
  const key = await ports.keys.openDataKey(upload.wrappedKey, context);
  const hash = await resumeHash(ports, upload, key);
  ports.memory.runningDigests.delete(upload.id);
  const destination = new Destination(ports, upload);
  const sealer = new SegmentSealer(key, upload.object, upload.frames, given);
  try {
    const run = new SegmentRun(destination, sealer, hash);
    const failure = await run.takeAll(content, upload, asPart);
    if (run.received === 0 && failure !== undefined) return { next: upload, failure };
    await run.finish();
    const next = { ...advance(upload, run, asPart), kept: destination.kept };
    ports.memory.runningDigests.set(upload.id, { offset: next.offset, hash });
    return { next, failure };
  } finally {
    await destination.close();
  }
}

function advance(upload: Upload, run: SegmentRun, asPart: boolean): Upload {
  return {
    ...upload,
    offset: upload.offset + run.received,
    sealedBytes: upload.sealedBytes + run.written,
    frames: run.nextFrame,
    layout: appendSegment(upload.layout, run.received),
    parts: run.received > 0 ? upload.parts + 1 : upload.parts,
    smallPart: upload.smallPart || (asPart && endsSmall(upload)),
    digestSoFar: run.digest(),
    revision: upload.revision + 1,
  };
}

function endsSmall(upload: Upload): boolean {
  const last = lastSegmentBytes(upload.layout);
  return last !== undefined && last < limits.layerPartMinimumBytes;
}

/** One segment on its way to the store. */
class SegmentRun {
  readonly #destination: Destination;
  readonly #sealer: SegmentSealer;
  readonly #hash: Hash;
  #pending: Promise<void> = Promise.resolve();
  received = 0;
  written = 0;

  constructor(destination: Destination, sealer: SegmentSealer, hash: Hash) {
    this.#destination = destination;
    this.#sealer = sealer;
    this.#hash = hash;
  }

  get nextFrame(): number {
    return this.#sealer.nextFrame;
  }

  digest(): Digest {
    return `sha256:${this.#hash.copy().digest("hex")}` as Digest;
  }

  /** Takes everything; returns why the content broke off, if it did. */
  async takeAll(
    content: AsyncIterable<Uint8Array>,
    upload: Upload,
    asPart: boolean,
  ): Promise<unknown> {
    const most = limits.layerBytes - upload.offset;
    if (upload.sealedBytes === 0) await this.#write([sealedHeader()]);
    try {
      for await (const piece of withReason(content)) {
        if (this.received + piece.length > most) throw tooLarge();
        this.received += piece.length;
        this.#hash.update(piece);
        const sealed = this.#sealer.add(piece);
        if (sealed.length > 0) await this.#write(sealed);
      }
      return undefined;
    } catch (error) {
      // A part of the JSON API is whole or absent; a stream keeps what came (D5).
      if (error instanceof ContentBrokeOff && !asPart) return error.reason;
      await this.#pending.catch(() => undefined); // The store is let go of only when it is still.
      throw error instanceof ContentBrokeOff ? error.reason : error;
    }
  }

  /** Everything that came is sealed and durable when this resolves. */
  async finish(): Promise<void> {
    await this.#write(this.#sealer.end());
    await this.#pending;
    await this.#destination.sync();
  }

  /** Waits for the write before, so that one is under way while the next frame is being sealed. */
  async #write(pieces: Uint8Array[]): Promise<void> {
    await this.#pending;
    if (pieces.length === 0) return;
    for (const piece of pieces) this.written += piece.length;
    this.#pending = this.#destination.append(pieces);
    this.#pending.catch(() => undefined); // It is awaited before anything else is written.
  }
}

/** Marks a failure of the sender, to tell it from one of the store. */
async function* withReason(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await iterator.next().catch((reason: unknown) => {
        throw new ContentBrokeOff(reason);
      });
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * The hash of what the session has. In the process that took it, it is still there; after a restart
 * or on another replica it is made again from the stored frames, which verifies them as well.
 */
async function resumeHash(ports: Ports, upload: Upload, key: Uint8Array): Promise<Hash> {
  const running = ports.memory.runningDigests.get(upload.id);
  if (running?.offset === upload.offset) return running.hash;
  const hash = createHash("sha256");
  if (upload.offset === 0) return hash;
  for await (const plaintext of storedFrames(ports, upload, key)) hash.update(plaintext);
  const digest = `sha256:${hash.copy().digest("hex")}`;
  invariant(digest === upload.digestSoFar, "the stored frames hash to what was recorded");
  return hash;
}

async function* storedFrames(
  ports: Ports,
  upload: Upload,
  key: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const open = (frame: FramePlace, sealed: Uint8Array) =>
    openFrame(key, upload.object, frame.index, frame.endsSegment, sealed);
  if (upload.kept !== undefined) {
    for (const frame of framesFrom(upload.layout, 0)) {
      const { sealedStart, sealedBytes } = frame;
      yield open(frame, upload.kept.subarray(sealedStart, sealedStart + sealedBytes));
    }
    return;
  }
  const staged = await ports.blobs.openStaged(upload.object);
  if (staged === undefined) {
    throw new RegistryError("ServiceUnavailable", "The upload's bytes are gone");
  }
  try {
    for (const frame of framesFrom(upload.layout, 0)) {
      yield open(frame, await staged.read(frame.sealedStart, frame.sealedBytes));
    }
  } finally {
    await staged.close();
  }
}

function tooManyParts(): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The layer already has the maximum allowed number of parts which is '${limits.layerParts}'`,
  );
}

function tooLarge(): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The layer is larger than the maximum allowed size which is '${limits.layerBytes}' bytes`,
  );
}
