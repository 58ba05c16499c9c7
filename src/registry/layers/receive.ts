import type { ContentWork, Made, Sealing, SegmentEnd } from "../../ports/layer-work.ts";
import type { Ports } from "../../ports/ports.ts";
import { algorithmOf, type DigestAlgorithm } from "../digest.ts";
import { openDataKey } from "../encryption/data-keys.ts";
import type { KeyOwner } from "../encryption/keyed-object.ts";
import {
  appendSegment,
  frameKey,
  type Layers,
  lastSegmentBytes,
  sealedHeader,
} from "../encryption/sealed-format.ts";
import { isSealed } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { Destination } from "./destination.ts";
import { keyedObject, type Upload } from "./upload.ts";
import { inPlace } from "./work-in-place.ts";

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
 * database is not touched. Memory: three frames of plaintext, as many of ciphertext, and what the
 * sender buffers.
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
  const sealing = await sealingOf(ports, repository, upload);
  const work = new SegmentWork(ports, upload, sealing, given);
  const destination = new Destination(ports, upload);
  const run = new SegmentRun(destination, work);
  try {
    const failure = await run.takeAll(content, upload, sealing, asPart);
    if (run.received === 0 && failure !== undefined) return { next: upload, failure };
    const end = await run.finish();
    const { kept, place } = destination;
    const next = { ...advance(upload, run, end, asPart), kept, place };
    work.remember(next);
    return { next, failure };
  } finally {
    await run.still();
    work.forget();
    await destination.close();
  }
}

async function sealingOf(
  ports: Ports,
  repository: KeyOwner,
  upload: Upload,
): Promise<Sealing | undefined> {
  if (!isSealed(upload)) return undefined;
  const dataKey = await openDataKey(ports, repository, keyedObject(upload));
  return { key: frameKey(dataKey), object: upload.object, firstFrame: upload.frames };
}

function advance(upload: Upload, run: SegmentRun, end: SegmentEnd, asPart: boolean): Upload {
  return {
    ...upload,
    offset: upload.offset + run.received,
    sealedBytes: upload.sealedBytes + run.written,
    frames: end.nextFrame,
    layout: appendSegment(upload.layout, run.received),
    parts: run.received > 0 ? upload.parts + 1 : upload.parts,
    smallPart: upload.smallPart || (asPart && endsSmall(upload)),
    digestSoFar: end.digest,
    revision: upload.revision + 1,
  };
}

function endsSmall(upload: Upload): boolean {
  const last = lastSegmentBytes(upload.layout);
  return last !== undefined && last < limits.layerPartMinimumBytes;
}

/** Who hashes and seals a segment: found when the first bytes are to be worked on. */
class SegmentWork {
  readonly #ports: Ports;
  readonly #sealing: Sealing | undefined;
  readonly #given: boolean;
  /** None when a part of the bytes went past this process: then the digest is not known any more. */
  readonly #algorithm: DigestAlgorithm | undefined;
  #work: ContentWork | undefined;

  constructor(ports: Ports, upload: Upload, sealing: Sealing | undefined, given: boolean) {
    this.#ports = ports;
    this.#sealing = sealing;
    this.#given = given;
    const work = upload.offset === 0 ? undefined : takeRunning(ports, upload);
    work?.beginSegment(sealing, given);
    this.#work = work;
    this.#algorithm = upload.offset === 0 ? algorithmOf(upload.digestSoFar) : undefined;
  }

  /** @param bytes how many are there to be worked on, if that has not begun */
  for(bytes: number): ContentWork {
    if (this.#work !== undefined) return this.#work;
    const place = bytes < limits.layerWorkBytes ? inPlace : this.#ports.layerWork;
    const work = place.begin(this.#algorithm);
    work.beginSegment(this.#sealing, this.#given);
    this.#work = work;
    return work;
  }

  /** Keeps the hash for the session's next request. */
  remember({ id, offset, digestSoFar }: Upload): void {
    if (this.#work === undefined || digestSoFar === undefined) return;
    const running = { offset, digest: digestSoFar, work: this.#work };
    this.#ports.memory.runningDigests.put(id, running);
    this.#work = undefined;
  }

  /** Of what was not remembered. */
  forget(): void {
    this.#work?.forget();
  }
}

/**
 * What has hashed all that the session has, if this process took all of it. Bytes that are not those
 * of the row (their commit failed, and another replica's came in their place) hash to something else.
 */
function takeRunning(ports: Ports, upload: Upload): ContentWork | undefined {
  const running = ports.memory.runningDigests.take(upload.id);
  if (running === undefined) return undefined;
  const { digest, offset, work } = running;
  if (digest === upload.digestSoFar && offset === upload.offset && !work.isLost) return work;
  work.forget();
  return undefined;
}

/** One segment on its way to the store. */
class SegmentRun {
  readonly #destination: Destination;
  readonly #work: SegmentWork;
  /** What came and is not worked on yet: less than a frame. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #begun = false;
  /** All that was given to the store so far. */
  #pending: Promise<void> = Promise.resolve();
  received = 0;
  written = 0;

  constructor(destination: Destination, work: SegmentWork) {
    this.#destination = destination;
    this.#work = work;
  }

  /** Takes everything; returns why the content broke off, if it did. */
  async takeAll(
    content: AsyncIterable<Uint8Array>,
    upload: Upload,
    sealing: Sealing | undefined,
    asPart: boolean,
  ): Promise<unknown> {
    const most = limits.layerBytes - upload.offset;
    if (upload.sealedBytes === 0 && sealing !== undefined) {
      const header = sealedHeader(sealing.key.length as Layers);
      this.#store(Promise.resolve({ sealed: [header], writtenBytes: 0 }));
    }
    try {
      for await (const piece of withReason(content)) {
        if (this.received + piece.length > most) throw tooLarge();
        this.received += piece.length;
        this.#waiting.push(piece);
        this.#waitingBytes += piece.length;
        if (this.#waitingBytes >= limits.frameBytes) await this.#workOn();
      }
      return undefined;
    } catch (error) {
      // A part of the JSON API is whole or absent; a stream keeps what came (D5).
      if (error instanceof ContentBrokeOff && !asPart) return error.reason;
      throw error instanceof ContentBrokeOff ? error.reason : error;
    }
  }

  /** Everything that came is sealed and durable when this resolves. */
  async finish(): Promise<SegmentEnd> {
    if (this.#waitingBytes > 0) await this.#workOn();
    const ended = this.#work.for(0).endSegment();
    this.#store(ended);
    await this.#pending;
    const end = await ended;
    await this.#destination.sync();
    return end;
  }

  /** Resolves when nobody is at work for the store any more, which then may be let go of. */
  async still(): Promise<void> {
    await this.#pending.catch(() => undefined);
  }

  /** Waits for what was before, so that a frame is on its way to the store while the next one comes. */
  async #workOn(): Promise<void> {
    const pieces = this.#waiting;
    const work = this.#work.for(this.#waitingBytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#begun) await this.#begin(work);
    const before = this.#pending;
    this.#store(work.add(pieces));
    await before;
  }

  /** The work writes to the file by itself, where both can; what came before is in the file then. */
  async #begin(work: ContentWork): Promise<void> {
    this.#begun = true;
    if (!work.writesFiles) return;
    await this.#pending;
    const file = await this.#destination.file();
    if (file !== undefined) work.writeTo(file);
  }

  #store(made: Promise<Made>): void {
    const before = this.#pending;
    this.#pending = this.#append(before, made);
    this.#pending.catch(() => undefined); // It is awaited before the segment ends.
  }

  async #append(before: Promise<void>, made: Promise<Made>): Promise<void> {
    // Both are over when this settles: nobody may write to a file that is let go of.
    const [stored] = await Promise.allSettled([before, made]);
    if (stored.status === "rejected") throw stored.reason;
    const { sealed, writtenBytes } = await made;
    this.written += writtenBytes;
    if (writtenBytes > 0) this.#destination.grew(writtenBytes);
    if (sealed.length === 0) return;
    for (const piece of sealed) this.written += piece.length;
    await this.#destination.append(sealed);
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
