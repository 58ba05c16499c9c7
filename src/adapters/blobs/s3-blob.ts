import type { Readable } from "node:stream";
import type { OpenBlob } from "../../ports/blob-store.ts";
import { invariant, RegistryError } from "../../registry/errors.ts";
import { freeMemory } from "../../registry/free-memory.ts";
import type { ObjectId } from "../../registry/names.ts";
import { objectTooShort } from "./object-key.ts";
import type { Incoming, S3Bucket } from "./s3-bucket.ts";

/** One S3 object that holds a run of the blob's bytes. */
export interface Piece {
  readonly name: string;
  readonly lengthBytes: number;
}

/** What is asked for at a jump; whoever reads on from there gets the rest in one answer. */
const jumpBytes = 4 * 1024 * 1024;
/** Reading past so much costs less than asking anew. */
const skipBytes = 2 * 1024 * 1024;
/** How long an answer is kept half read: its connection is one of a bounded number. */
const keptMs = 2_000;
/** How often one read begins anew after its answer broke off. */
const mostBreaks = 5;

/**
 * Reads positions out of answers that stream: one request serves all reads that follow one another.
 * Memory: what the connection holds. An answer that breaks off is asked for again from there on.
 */
export class S3Blob implements OpenBlob {
  readonly sizeBytes: number;
  readonly #bucket: S3Bucket;
  readonly #key: ObjectId;
  readonly #pieces: readonly Piece[];
  #answer: Answer | undefined;
  /** Where the last read ended. */
  #position = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `first` is an answer that begins with the first byte, if there is one already. */
  constructor(bucket: S3Bucket, key: ObjectId, pieces: readonly Piece[], first?: Incoming) {
    this.#bucket = bucket;
    this.#key = key;
    this.#pieces = pieces;
    this.sizeBytes = pieces.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    if (first !== undefined) this.#answer = new Answer(first.body, 0, first.totalBytes);
    this.#rest();
  }

  /** Reads are answered in the order in which they are asked for. */
  async read(position: number, lengthBytes: number, into?: Uint8Array): Promise<Uint8Array> {
    const target = into?.subarray(0, lengthBytes) ?? Buffer.allocUnsafe(lengthBytes);
    invariant(target.byteLength === lengthBytes, "a buffer to read into must hold the bytes");
    clearTimeout(this.#timer);
    this.#waiting += 1;
    const turn = this.#turn.then(() => this.#fill(target, position));
    this.#turn = turn.catch(() => undefined);
    try {
      await turn;
      return target;
    } finally {
      this.#waiting -= 1;
      this.#rest();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  async #fill(target: Uint8Array, position: number): Promise<void> {
    const end = position + target.length;
    if (end > this.sizeBytes) throw objectTooShort(this.#key, this.sizeBytes, end);
    for (let breaks = 0, filled = 0; filled < target.length; ) {
      invariant(!this.#closed, "a closed blob was read");
      try {
        const answer = await this.#answerAt(position + filled, target.length - filled);
        filled += await answer.read(target.subarray(filled));
        this.#position = position + filled;
      } catch (error) {
        this.#drop();
        if (!(error instanceof BrokenOff)) throw error;
        breaks += 1;
        if (breaks === mostBreaks) throw unreadable(error);
      }
    }
  }

  /** An answer that goes on at `position`: the present one, or another. */
  async #answerAt(position: number, neededBytes: number): Promise<Answer> {
    const present = this.#answer;
    if (present?.reaches(position) === true) {
      await present.skipTo(position);
      return present;
    }
    this.#drop();
    const { piece, start } = this.#pieceAt(position);
    const goesOn = position - this.#position <= skipBytes && position >= this.#position;
    const most = goesOn ? Number.POSITIVE_INFINITY : Math.max(neededBytes, jumpBytes);
    const end = Math.min(piece.lengthBytes, position - start + most);
    const incoming = await this.#bucket.get(piece.name, position - start, end - 1);
    if (incoming === undefined) throw unreadable(new Error(`object ${this.#key} is gone`));
    this.#answer = new Answer(incoming.body, position, start + end);
    if (incoming.totalBytes !== piece.lengthBytes) {
      throw objectTooShort(this.#key, incoming.totalBytes, piece.lengthBytes);
    }
    return this.#answer;
  }

  #pieceAt(position: number): { piece: Piece; start: number } {
    let start = 0;
    for (const piece of this.#pieces) {
      if (position < start + piece.lengthBytes) return { piece, start };
      start += piece.lengthBytes;
    }
    throw objectTooShort(this.#key, start, position + 1);
  }

  /** Lets go of the connection when nobody asks for more. */
  #rest(): void {
    if (this.#waiting > 0 || this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#drop(), keptMs).unref();
  }

  #drop(): void {
    this.#answer?.destroy();
    this.#answer = undefined;
  }
}

/** The answer ended, or its connection did, before its last byte. */
class BrokenOff extends Error {}

function unreadable(cause: Error): RegistryError {
  return new RegistryError(
    "ServiceUnavailable",
    "The object store does not give the object's bytes.",
    {},
    cause,
  );
}

/** The body of one answer, and how far it is read. */
class Answer {
  readonly #body: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #end: number;
  #chunk: Buffer = Buffer.alloc(0);
  #used = 0;
  #position: number;

  constructor(body: Readable, position: number, end: number) {
    this.#body = body;
    this.#chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#position = position;
    this.#end = end;
    body.on("error", () => undefined); // Told to whoever reads next.
  }

  reaches(position: number): boolean {
    const isAhead = position >= this.#position && position <= this.#position + skipBytes;
    return isAhead && position < this.#end;
  }

  async skipTo(position: number): Promise<void> {
    while (this.#position < position) await this.#take(position - this.#position);
  }

  /** As many bytes as have come, at least one. */
  read(target: Uint8Array): Promise<number> {
    return this.#take(target.length, target);
  }

  destroy(): void {
    this.#body.destroy();
  }

  async #take(most: number, target?: Uint8Array): Promise<number> {
    if (this.#chunk.length === 0) this.#chunk = await this.#next();
    const count = Math.min(most, this.#end - this.#position, this.#chunk.length - this.#used);
    target?.set(this.#chunk.subarray(this.#used, this.#used + count));
    this.#used += count;
    this.#position += count;
    if (this.#used === this.#chunk.length) this.#dropChunk();
    if (this.#position === this.#end) this.#body.resume(); // To its end: the connection is free.
    return count;
  }

  /** Left to the collector, what has been read would pile up to a hundred MiB. */
  #dropChunk(): void {
    freeMemory(this.#chunk);
    this.#chunk = Buffer.alloc(0);
    this.#used = 0;
  }

  async #next(): Promise<Buffer> {
    try {
      const step = await this.#chunks.next();
      if (step.done !== true) return step.value;
    } catch (error) {
      throw new BrokenOff("the answer broke off", { cause: error });
    }
    throw new BrokenOff("the answer ended early");
  }
}
