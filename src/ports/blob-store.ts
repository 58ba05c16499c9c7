import type { ObjectId } from "../registry/names.ts";
import type { StorageClass } from "./place.ts";

/**
 * Bytes under keys that are never used twice: sealed ones, but for a store that encrypts by itself.
 * Knows nothing of digests and tags.
 *
 * An object is staged first (hidden, appendable, resumable) and then published (readable, final).
 * Positions and lengths are bytes of ciphertext. A place is the store's own word for where bytes are;
 * the caller keeps it with the key, in the same transaction as the length. Two writers of one staged
 * object never touch what the other has synced, where the store is shared by several processes.
 */
export interface BlobStore {
  /** Whether the store encrypts by itself: it is given plaintext then, and may hand it out. */
  readonly encrypts: boolean;
  /**
   * Opens the staged object for appending after `synced`; what lies past is cut off, or never found.
   * @throws RegistryError UploadNotFound when less is there (the store lost it)
   */
  stage(key: ObjectId, synced: StagedBytes): Promise<StagedBlob>;
  /** Reads synced bytes back, as `open` does for published ones. */
  openStaged(key: ObjectId, synced: StagedBytes): Promise<OpenBlob | undefined>;
  /**
   * Makes the synced bytes, and no others, the object: durable once it resolves, invisible if it
   * rejects. Publishing what is published already is not an error.
   * @returns the place to open it at
   * @throws RegistryError UploadNotFound when less is there
   */
  publish(key: ObjectId, synced: StagedBytes): Promise<string>;
  /** The published object, or `undefined` if it is absent. The caller closes it. */
  open(key: ObjectId, place: string): Promise<OpenBlob | undefined>;
  /**
   * A URL from which a client may fetch the published object without credentials, for so long.
   * `undefined` where the store is not to be reached by clients, or does not have their plaintext.
   */
  urlFor(key: ObjectId, place: string, lifeSeconds: number): Promise<string | undefined>;
  /**
   * The place to write down before `transfer` makes a copy in that class: it opens what it did, and
   * keeps the copy from being deleted with all else of the key. Without a plan, and as `placeNow` has
   * it, where the object is in that class already, or the store has no other. Does nothing else.
   */
  planTransfer(place: string, to: StorageClass): string;
  /**
   * Copies the published object to that class: durable once it resolves, and never readable by half.
   * It stays where it was too, until `delete` is told to keep the new place alone. Repeated with the
   * same plan, it goes on with the same copy.
   * @returns the new place; the same where `planTransfer` plans nothing
   * @throws RegistryError ServiceUnavailable when there is no room for it
   * @throws when there is no such object
   */
  transfer(key: ObjectId, place: string, to: StorageClass): Promise<string>;
  /**
   * Removes whatever the store has of the key, staged and published, but for what was published at
   * the place `keep`, and for the copy that it plans. A function is asked once the store has looked
   * at what there is: what comes after its answer stays. Deleting an absent object is not an error.
   */
  delete(key: ObjectId, keep?: string | (() => Promise<string | undefined>)): Promise<void>;
  /**
   * Removes whatever the store has of the keys, and costs less than as many deletions. All of them or,
   * when it rejects, some: it may be repeated.
   */
  deleteAll(keys: readonly ObjectId[]): Promise<void>;
  /** Everything that the store holds, staged and published, for `entrepot fsck`. No order. */
  list(): AsyncIterable<ListedBlob>;
  /** Whether what `list` found at `listed` is what `place` names or plans, whatever its length. */
  isAt(place: string, listed: string): boolean;
  /** Whose the store is: what `claim` was told last; `undefined` while nobody has claimed it. */
  owner(): Promise<string | undefined>;
  /** Writes down, durably, whose the store is. */
  claim(owner: string): Promise<void>;
  /**
   * Whether the store takes writes: proves it with one.
   * @throws when it does not, with the store's own words
   */
  probe(): Promise<void>;
  /** Bytes that are free for new objects and that there are; `undefined` where there is no bound. */
  space(): Promise<{ freeBytes: number; totalBytes: number } | undefined>;
}

/** What a sync has made durable. */
export interface StagedBytes {
  readonly lengthBytes: number;
  readonly place: string;
}

/** Begins a staged object anew. */
export const nothingStaged: StagedBytes = { lengthBytes: 0, place: "" };

export interface ListedBlob {
  readonly key: ObjectId;
  /** Where it is, if it is published. */
  readonly place: string;
  /** Whether it is certainly not published. */
  readonly staged: boolean;
  readonly sizeBytes: number;
}

export interface StagedBlob {
  /** The file that it is, where it is one: bytes may be written to its end without the store. */
  readonly file?: GrowingFile | undefined;
  /**
   * Appends in order. Resolves when the pieces may be reused by the caller; they are durable only
   * after `sync`. One call at a time.
   * @throws RegistryError ServiceUnavailable when the store is full
   */
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /**
   * Durable up to the last append. After a failed sync the object must be dropped.
   * @returns the place of all bytes so far
   */
  sync(): Promise<string>;
  /** Lets go of what the store holds open. Bytes that were not synced may be lost. */
  close(): Promise<void>;
}

/** A file and its end, good until the staged object is closed: nobody may be writing to it then. */
export interface GrowingFile {
  readonly descriptor: number;
  /** Where the next bytes go. */
  readonly lengthBytes: number;
  /** Counts bytes that were written there, as if they had been appended. Throws as `append` does. */
  grew(byBytes: number): void;
}

export interface OpenBlob {
  readonly sizeBytes: number;
  /** Of the file that is the object, byte for byte, where it is one; good until it is closed. */
  readonly descriptor?: number | undefined;
  /**
   * Exactly `lengthBytes` from `position` on: the beginning of `into` where that is given, which must
   * be long enough, else memory of their own. Reading into memory that is used again is twice as fast.
   * @throws when the object ends before (it is damaged)
   */
  read(position: number, lengthBytes: number, into?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
