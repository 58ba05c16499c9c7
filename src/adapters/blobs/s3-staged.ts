import type { StagedBlob } from "../../ports/blob-store.ts";
import { invariant, RegistryError } from "../../registry/errors.ts";
import type { ObjectId } from "../../registry/names.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { type PartPool, PartsWriter } from "./s3-parts.ts";
import { type Names, newAttempt, placeOf, type Segment } from "./s3-place.ts";

/**
 * A staged object that grows by segments: what is appended between two syncs is one S3 object, under a
 * name that nobody else writes to.
 */
export class S3Staged implements StagedBlob {
  readonly #bucket: S3Bucket;
  readonly #names: Names;
  readonly #key: ObjectId;
  readonly #pool: PartPool;
  #segments: readonly Segment[];
  #attempt = "";
  #writer: PartsWriter | undefined;
  #broken: { readonly error: unknown } | undefined;
  #closed = false;

  constructor(
    bucket: S3Bucket,
    names: Names,
    key: ObjectId,
    segments: readonly Segment[],
    pool: PartPool,
  ) {
    this.#bucket = bucket;
    this.#names = names;
    this.#key = key;
    this.#segments = segments;
    this.#pool = pool;
  }

  async append(pieces: readonly Uint8Array[]): Promise<void> {
    this.#assertUsable();
    await this.#breaking(async () => {
      for (const piece of pieces) if (piece.length > 0) await this.#segment().add(piece);
    });
  }

  async sync(): Promise<string> {
    this.#assertUsable();
    // Of nothing there is an object too: the place tells that there was a sync.
    if (this.#writer === undefined && this.#segments.length > 0) return placeOf(this.#segments);
    await this.#breaking(async () => {
      const writer = this.#segment();
      await writer.finish();
      this.#writer = undefined;
      const segment = { attempt: this.#attempt, lengthBytes: writer.lengthBytes };
      this.#segments = [...this.#segments.filter(({ lengthBytes }) => lengthBytes > 0), segment];
    });
    return placeOf(this.#segments);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer?.discard();
  }

  #segment(): PartsWriter {
    if (this.#writer === undefined) {
      this.#attempt = newAttempt();
      const name = this.#names.name(this.#key, { attempt: this.#attempt });
      this.#writer = new PartsWriter(this.#bucket, name, this.#pool);
    }
    return this.#writer;
  }

  async #breaking(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#broken ??= { error };
      throw error;
    }
  }

  #assertUsable(): void {
    invariant(!this.#closed, "a closed staged object was used");
    if (this.#broken === undefined) return;
    throw new RegistryError(
      "ServiceUnavailable",
      "Storing an earlier part of this object failed.",
      {},
      this.#broken.error,
    );
  }
}
