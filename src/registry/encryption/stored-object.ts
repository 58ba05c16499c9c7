import type { Digest, ObjectId, Registry } from "../names.ts";

/** One stored content: ciphertext, but for a blob store that encrypts by itself. */
export interface StoredObject {
  readonly id: ObjectId;
  readonly registry: Registry;
  /** Within it equal content is stored once: objects of one domain share their keys' fate. */
  readonly domain: string;
  /** Of the plaintext. */
  readonly digest: Digest;
  /** Of the plaintext. */
  readonly sizeBytes: number;
  readonly sealedBytes: number;
  /** Empty once the object is being deleted, and where the blob store encrypts by itself. */
  readonly wrappedKey: Uint8Array;
  readonly state: "live" | "deleting";
  /** Where the ciphertext is: a file of the blob store, or a column beside this row. */
  readonly placement: "blobs" | "metadata";
  /** The blob store's own word for where; empty for what is kept beside this row. */
  readonly place: string;
  /** Plaintext bytes of each segment in order, as the sealed format needs them to find a frame. */
  readonly layout: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Whether Entrepot sealed the bytes itself. */
export function isSealed({ wrappedKey }: { readonly wrappedKey: Uint8Array }): boolean {
  return wrappedKey.length > 0;
}

/** Another live object of the same content was in the way of one that should have been the first. */
export class EqualObjectStands extends Error {
  override readonly name = "EqualObjectStands";
}
