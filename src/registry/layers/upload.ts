import type { StagedBytes } from "../../ports/blob-store.ts";
import { type DigestAlgorithm, digestOf, usualAlgorithm } from "../digest.ts";
import type { KeyedObject } from "../encryption/keyed-object.ts";
import type { Digest, ObjectId, UploadId } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** An upload session. Answers only to the repository that opened it (I9). */
export interface Upload {
  readonly id: UploadId;
  readonly repository: RepositoryRef;
  /** The object that the bytes become. */
  readonly object: ObjectId;
  /** Empty where the blob store encrypts by itself. */
  readonly wrappedKey: Uint8Array;
  /** Plaintext bytes that are durable: what is past them does not exist. */
  readonly offset: number;
  /** The ciphertext while it is small; `undefined` once it is staged in the blob store. */
  readonly kept: Uint8Array | undefined;
  /** Ciphertext bytes that are durable, here or there. */
  readonly sealedBytes: number;
  /** Where the blob store has them: its own word. */
  readonly place: string;
  /** Frames that are durable; the next one has this index. */
  readonly frames: number;
  /** Plaintext bytes of each segment in order (see StoredObject.layout). */
  readonly layout: string;
  readonly parts: number;
  /** Whether a part smaller than ECR's minimum was followed by another one. */
  readonly smallPart: boolean;
  /**
   * The digest of the bytes up to `offset`; absent where nobody knows it. Its algorithm is the one by
   * which bytes are hashed as they come: SHA-256 where it is absent before the first of them.
   */
  readonly digestSoFar: Digest | undefined;
  /** Rises with every change: whoever writes from an old one loses. */
  readonly revision: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** The `digestSoFar` of a session that has no bytes yet, and whose bytes this algorithm is to hash. */
export function digestOfNothing(algorithm: DigestAlgorithm): Digest | undefined {
  return algorithm === usualAlgorithm ? undefined : digestOf(new Uint8Array(), algorithm);
}

/** What tells the key under which the session's bytes are sealed. */
export function keyedObject({ repository, object, wrappedKey }: Upload): KeyedObject {
  return { registry: repository.registry, id: object, wrappedKey };
}

/** What of the session is in the blob store. */
export function stagedBytes({ sealedBytes, place }: Upload): StagedBytes {
  return { lengthBytes: sealedBytes, place };
}
