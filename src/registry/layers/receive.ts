import type { Ports } from "../../ports/ports.ts";
import { algorithmOf, Digester } from "../digest.ts";
import { openDataKey } from "../encryption/data-keys.ts";
import type { KeyOwner } from "../encryption/keyed-object.ts";
import {
  appendSegment,
  type Layers,
  lastSegmentBytes,
  sealedHeader,
} from "../encryption/sealed-format.ts";
import { SegmentSealer } from "../encryption/segment-sealer.ts";
import { isSealed } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import { Destination } from "./destination.ts";
import { keyedObject, type Upload } from "./upload.ts";

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
  repository: KeyOwner,
  upload: Upload,
  content: AsyncIterable<Uint8Array>,
  { asPart, given }: Receiving,
): Promise<Received> {
  if (upload.parts >= limits.layerParts) throw tooManyParts();
  const sealer = await sealerFor(ports, repository, upload, given);
  const digester = runningDigester(ports, upload);
  ports.memory.runningDigests.delete(upload.id);
  const destination = new Destination(ports, upload);
  try {
    const run = new SegmentRun(destination, sealer, digester);
    const failure = await run.takeAll(content, upload, asPart);
    if (run.received === 0 && failure !== undefined) return { next: upload, failure };
    await run.finish();
    const { kept, place } = destination;
    const next = { ...advance(upload, run, asPart), kept, place };
    remember(ports, next, digester);
    return { next, failure };
  } finally {
    await destination.close();
  }
}

/** Makes ciphertext of plaintext; or copies of it, where the blob store encrypts by itself. */
interface Sealer {
  /** How many times it seals; 0: the blob store encrypts. */
  readonly layers: Layers | 0;
  readonly nextFrame: number;
  /** Takes plaintext, which must stay as it is until then; returns what is to be stored. */
  add(piece: Uint8Array): Uint8Array[];
  end(): Uint8Array[];
}

async function sealerFor(
  ports: Ports,
  repository: KeyOwner,
  upload: Upload,
  given: boolean,
): Promise<Sealer> {
  if (!isSealed(upload)) {
    return { layers: 0, nextFrame: 0, add: (piece) => [Buffer.from(piece)], end: () => [] };
  }
  const key = await openDataKey(ports, repository, keyedObject(upload));
  return new SegmentSealer(key, upload.object, upload.frames, given);
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
  readonly #sealer: Sealer;
  readonly #digester: Digester | undefined;
  #pending: Promise<void> = Promise.resolve();
  received = 0;
  written = 0;

  constructor(destination: Destination, sealer: Sealer, digester: Digester | undefined) {
    this.#destination = destination;
    this.#sealer = sealer;
    this.#digester = digester;
  }

  get nextFrame(): number {
    return this.#sealer.nextFrame;
  }

  digest(): Digest | undefined {
    return this.#digester?.digest();
  }

  /** Takes everything; returns why the content broke off, if it did. */
  async takeAll(
    content: AsyncIterable<Uint8Array>,
    upload: Upload,
    asPart: boolean,
  ): Promise<unknown> {
    const most = limits.layerBytes - upload.offset;
    const { layers } = this.#sealer;
    if (upload.sealedBytes === 0 && layers !== 0) await this.#write([sealedHeader(layers)]);
    try {
      for await (const piece of withReason(content)) {
        if (this.received + piece.length > most) throw tooLarge();
        this.received += piece.length;
        this.#digester?.update(piece);
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
 * What makes the digest of what the session has, if this process took all of it. Bytes that are not
 * those of the row (their commit failed, and another replica's came in their place) hash to something
 * else.
 */
function runningDigester(ports: Ports, upload: Upload): Digester | undefined {
  const { digestSoFar } = upload;
  if (upload.offset === 0) return new Digester(algorithmOf(digestSoFar));
  const running = ports.memory.runningDigests.get(upload.id);
  const isKnown = running?.digest === digestSoFar && running?.offset === upload.offset;
  return isKnown ? running?.digester : undefined;
}

function remember(
  ports: Ports,
  { id, offset, digestSoFar }: Upload,
  digester: Digester | undefined,
): void {
  if (digester === undefined || digestSoFar === undefined) return;
  ports.memory.runningDigests.set(id, { offset, digest: digestSoFar, digester });
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
