import { freeMemory } from "../../registry/free-memory.ts";
import { Slots } from "../../registry/slots.ts";
import type { Multipart, S3Bucket } from "./s3-bucket.ts";

/** Buffers that are kept for the next part: fresh memory costs as much time as sending it. */
const spareBuffers = 4;
/** What a buffer begins with: many objects are far smaller than a part. */
const firstRoomBytes = 256 * 1024;

/** What all objects that are being written share. */
export class PartPool {
  /** Of every part but the last: some stores want them equal. */
  readonly partBytes: number;
  readonly sending: Slots;
  readonly #spare: Buffer[] = [];

  constructor(partBytes: number, partsInFlight: number) {
    this.partBytes = partBytes;
    this.sending = new Slots(partsInFlight);
  }

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.partBytes);
  }

  /**
   * Takes back a buffer that has been sent. Its memory is not freed at once: a connection that failed
   * may still refer to it.
   */
  give(buffer: Buffer): void {
    const isWhole = buffer.length === this.partBytes;
    if (isWhole && this.#spare.length < spareBuffers) this.#spare.push(buffer);
  }
}

/** Parts of one object that are under way at once. */
const partsInFlight = 2;

/**
 * One new object, written while its bytes come in: by a single request if they fit into one part, else
 * as a multipart upload. Nothing of it can be seen before `finish` resolves. Memory: one part that is
 * being filled, and those under way.
 */
export class PartsWriter {
  readonly #bucket: S3Bucket;
  readonly #name: string;
  readonly #pool: PartPool;
  readonly #abort = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #etags: string[] = [];
  #multipart: Promise<Multipart> | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #filled = 0;
  #failure: { readonly error: unknown } | undefined;
  lengthBytes = 0;

  constructor(bucket: S3Bucket, name: string, pool: PartPool) {
    this.#bucket = bucket;
    this.#name = name;
    this.#pool = pool;
  }

  /** Takes a copy. @throws when this or an earlier part could not be written */
  async add(piece: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < piece.length) {
      if (this.#filled === this.#pool.partBytes) await this.#sendPart();
      this.#throwFailure();
      const count = Math.min(piece.length - taken, this.#pool.partBytes - this.#filled);
      this.#makeRoom(this.#filled + count);
      this.#buffer.set(piece.subarray(taken, taken + count), this.#filled);
      this.#filled += count;
      this.lengthBytes += count;
      taken += count;
    }
  }

  /** The object is there and durable when this resolves. */
  async finish(): Promise<void> {
    this.#throwFailure();
    if (this.#multipart === undefined) {
      const body = this.#buffer.subarray(0, this.#filled);
      const signal = this.#abort.signal;
      await this.#pool.sending.take(() => this.#bucket.put(this.#name, body, signal));
    } else {
      await this.#sendPart();
      await Promise.all(this.#inFlight);
      this.#throwFailure();
      await this.#bucket.complete(await this.#multipart, this.#etags, this.lengthBytes);
    }
    this.#multipart = undefined;
    this.#pool.give(this.#buffer);
    this.#empty();
  }

  /**
   * Ends what is under way. What could not be aborted is found by the sweep.
   * @returns when nothing is being sent any more
   */
  async discard(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#inFlight);
    const begun = await this.#multipart?.catch(() => undefined);
    this.#multipart = undefined;
    this.#empty();
    if (begun !== undefined) await this.#bucket.abort(begun).catch(() => undefined);
  }

  /** Hands over what is gathered; waits while enough is under way. */
  async #sendPart(): Promise<void> {
    while (this.#inFlight.size >= partsInFlight) await Promise.race(this.#inFlight);
    this.#throwFailure();
    this.#multipart ??= this.#bucket.begin(this.#name, this.#abort.signal);
    const [buffer, body] = [this.#buffer, this.#buffer.subarray(0, this.#filled)];
    this.#empty();
    const index = this.#etags.push("") - 1;
    const sending = this.#pool.sending
      .take(() => this.#upload(index, body))
      .then(
        () => this.#pool.give(buffer),
        (error: unknown) => {
          this.#failure ??= { error };
          this.#abort.abort(); // What is sent of the others is lost with this one.
        },
      )
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }

  async #upload(index: number, body: Buffer): Promise<void> {
    const multipart = await this.#multipart!;
    const signal = this.#abort.signal;
    this.#etags[index] = await this.#bucket.part(multipart, index + 1, body, signal);
  }

  #makeRoom(neededBytes: number): void {
    const present = this.#buffer;
    if (present.length >= neededBytes) return;
    const { partBytes } = this.#pool;
    const wanted = Math.max(firstRoomBytes, present.length * 2, neededBytes);
    // After a first part more are likely as large: no growing by steps.
    const isLarge = this.#multipart !== undefined || wanted >= partBytes;
    this.#buffer = isLarge ? this.#pool.take() : Buffer.allocUnsafeSlow(wanted);
    present.copy(this.#buffer, 0, 0, this.#filled);
    freeMemory(present);
  }

  #empty(): void {
    this.#buffer = Buffer.alloc(0);
    this.#filled = 0;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
