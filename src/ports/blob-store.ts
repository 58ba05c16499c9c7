import type { ObjectId } from "../registry/names.ts";

/**
 * Sealed bytes under keys that are never used twice. Knows nothing of digests, tags or plaintext.
 *
 * An object is staged first (hidden, appendable, resumable) and then published (readable, final).
 * Positions and lengths are bytes of ciphertext.
 */
export interface BlobStore {
  /**
   * Opens the staged object for appending at `lengthBytes`; 0 begins it. What lies past is cut off.
   * @throws RegistryError UploadNotFound when fewer than `lengthBytes` are there (the store lost them)
   */
  stage(key: ObjectId, lengthBytes: number): Promise<StagedBlob>;
  /** Reads staged bytes back, as `open` does for published ones. */
  openStaged(key: ObjectId): Promise<OpenBlob | undefined>;
  /**
   * Makes the staged, synced object readable under its key: durable once it resolves, invisible if
   * it rejects. Publishing what is published already is not an error.
   */
  publish(key: ObjectId): Promise<void>;
  /** The published object, or `undefined` if it is absent. The caller closes it. */
  open(key: ObjectId): Promise<OpenBlob | undefined>;
  /** Removes the object, staged or published. Deleting an absent object is not an error. */
  delete(key: ObjectId): Promise<void>;
  /** Every key that the store holds, staged and published, for `entrepot fsck`. No order. */
  list(): AsyncIterable<{ key: ObjectId; staged: boolean; sizeBytes: number }>;
  /**
   * Whether the store takes writes: proves it with one.
   * @throws when it does not, with the store's own words
   */
  probe(): Promise<void>;
  /** Bytes that are free and that there are, or `undefined` where the store has no such bound. */
  space(): Promise<{ freeBytes: number; totalBytes: number } | undefined>;
}

export interface StagedBlob {
  /**
   * Appends in order. Resolves when the pieces may be reused by the caller; they are durable only
   * after `sync`. One call at a time.
   * @throws RegistryError ServiceUnavailable when the store is full
   */
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /** Durable up to the last append. After a failed sync the object must be dropped. */
  sync(): Promise<void>;
  /** Lets go of what the store holds open. Bytes that were not synced may be lost. */
  close(): Promise<void>;
}

export interface OpenBlob {
  readonly sizeBytes: number;
  /**
   * Exactly `lengthBytes` from `position` on: the beginning of `into` where that is given, which must
   * be long enough, else memory of their own. Reading into memory that is used again is twice as fast.
   * @throws when the object ends before (it is damaged)
   */
  read(position: number, lengthBytes: number, into?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
