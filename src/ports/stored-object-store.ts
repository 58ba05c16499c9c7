/** Rows of sealed objects, as narrow tables of the MetadataStore: the same promises. */
import type { StoredObject } from "../registry/encryption/stored-object.ts";
import type { Digest, ObjectId, Registry } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { Otherwise } from "./otherwise.ts";
import type { PageRequest } from "./page-request.ts";

/** An object whose sealed bytes are kept with the metadata. */
export interface KeptObject {
  readonly object: StoredObject;
  readonly sealed: Uint8Array;
}

export interface ObjectReads {
  find(id: ObjectId): Promise<StoredObject | undefined>;
  /** The live object of that content in the domain. */
  findLive(registry: Registry, domain: string, digest: Digest): Promise<StoredObject | undefined>;
  /** The sealed bytes of an object that is kept with the metadata. */
  content(id: ObjectId): Promise<Uint8Array | undefined>;
  /** Both at once; `undefined` also for an object whose bytes are in the blob store. */
  findKept(id: ObjectId): Promise<KeptObject | undefined>;
  /** Whether a layer or an image stands on the object. */
  isLinked(object: StoredObject): Promise<boolean>;
  /**
   * Whether it is to be at hand: an image that is ACTIVE or ACTIVATING, in a repository that is not in
   * the trash, refers to a layer that stands on it, or such a layer is leased. What is in the trash
   * does not count.
   */
  isHeldByActive(object: StoredObject, now: number): Promise<boolean>;
  /** The same of images that are ARCHIVED. */
  isHeldByArchived(object: StoredObject): Promise<boolean>;
  /** The end of the longest lease of a layer that stands on it. */
  leasedUntil(object: StoredObject): Promise<number | undefined>;
  /** Those of the objects that are there, by id, each once. */
  findMany(registry: Registry, ids: readonly ObjectId[]): Promise<StoredObject[]>;
  /** Those of the contents that the domain has a live object of. */
  liveAmong(registry: Registry, domain: string, digests: readonly Digest[]): Promise<Digest[]>;
  /** Those of the objects that layers of other repositories stand on. */
  linkedElsewhere(repository: RepositoryRef, ids: readonly ObjectId[]): Promise<ObjectId[]>;
  /** By id, every registry, for `fsck`. */
  list(page: PageRequest<ObjectId>): Promise<StoredObject[]>;
  /** Sums over all objects, from counters or an index; for metrics. */
  totals(): Promise<{ objects: number; sealedBytes: number }>;
}

export interface ObjectWrites {
  /** Like `find`, and nobody else changes or links the object until this transaction ends. */
  lock(id: ObjectId): Promise<StoredObject | undefined>;
  /** Like `findLive`, and the object stays live until this transaction ends. */
  lockLive(registry: Registry, domain: string, digest: Digest): Promise<StoredObject | undefined>;
  /** Like `findMany`, locked in this order as `lock` does. */
  lockMany(registry: Registry, ids: readonly ObjectId[]): Promise<StoredObject[]>;
  /**
   * Puts objects under another key: of each only `wrappedKey` and `domain` are written. The
   * transaction rejects where that domain has another live object of the content.
   */
  rewrap(objects: readonly StoredObject[]): Promise<void>;
  /**
   * For an object that should be the first of its content; `content` for kept-here objects. The
   * transaction rejects with EqualObjectStands, at its end at the latest, where the domain has a
   * live object of that digest.
   */
  insert(object: StoredObject, content?: Uint8Array): Promise<void>;
  /** Like `insert`, but false when the domain has such an object, and nothing is done then. */
  insertIfAbsent(object: StoredObject, content?: Uint8Array): Promise<boolean>;
  /** Says where its bytes are by now, if it is live and they were at `from`; else see `Otherwise`. */
  setPlace(id: ObjectId, from: string, to: string, otherwise: Otherwise): Promise<void>;
  /** Destroys the wrapped data key: from here on nobody can open the object. */
  markDeleting(id: ObjectId): Promise<void>;
  /** Removes the row and the content that is kept with it. */
  remove(id: ObjectId): Promise<void>;
}
