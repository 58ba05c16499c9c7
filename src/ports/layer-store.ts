/** Layers of repositories, as a narrow table of the MetadataStore: the same promises. */
import type { StoredObject } from "../registry/encryption/stored-object.ts";
import type { Layer } from "../registry/layers/layer.ts";
import type { Digest, ObjectId, Registry, RepositoryName } from "../registry/names.ts";
import type { Repository, RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

export interface LayerReads {
  find(repository: RepositoryRef, digest: Digest): Promise<Layer | undefined>;
  findMany(repository: RepositoryRef, digests: readonly Digest[]): Promise<Layer[]>;
  /** By digest. */
  list(repository: RepositoryRef, page: PageRequest<Digest>): Promise<Layer[]>;
  /** Looks at each entry of an index: not for a request that somebody waits for. */
  count(repository: RepositoryRef): Promise<number>;
  /** The repository and, in the same read, its layer and the layer's object. */
  resolve(
    registry: Registry,
    name: RepositoryName,
    digest: Digest,
  ): Promise<
    | { repository: Repository; layer: Layer | undefined; object: StoredObject | undefined }
    | undefined
  >;
  /** Whether a manifest of this repository that is not in the trash refers to the layer, or config. */
  isReferenced(repository: RepositoryRef, digest: Digest): Promise<boolean>;
  /**
   * The same of manifests that no verdict holds back. Where one that is held back refers to it as a layer
   * of files, only of those that do so as well.
   */
  isPullable(repository: RepositoryRef, digest: Digest): Promise<boolean>;
  /** Whether a manifest that a verdict holds back refers to it, also one in the trash. */
  isHeld(repository: RepositoryRef, digest: Digest): Promise<boolean>;
  /** The same, also of manifests in the trash: they may be brought back. */
  isNeeded(repository: RepositoryRef, digest: Digest): Promise<boolean>;
  /** Those of the layers that archived images of the repository refer to, and no active one. */
  archivedAmong(repository: RepositoryRef, digests: readonly Digest[]): Promise<Digest[]>;
  /** Repositories of the registry that hold the layer. At most `limit`, by repository id. */
  holders(registry: Registry, digest: Digest, limit: number): Promise<Repository[]>;
}

export interface LayerWrites {
  /** Like `findMany`, in digest order, and nobody unlinks them until this transaction ends. */
  lock(repository: RepositoryRef, digests: readonly Digest[]): Promise<Layer[]>;
  /** Links and counts it; false when the repository has that layer already. */
  linkIfAbsent(layer: Layer): Promise<boolean>;
  /** Moves the lease; never back. */
  lease(repository: RepositoryRef, digest: Digest, until: number): Promise<void>;
  /** Records the media type under which a manifest names the layer. */
  setMediaType(repository: RepositoryRef, digest: Digest, mediaType: string): Promise<void>;
  /** Has the layer stand on another object of the same content. */
  relink(repository: RepositoryRef, digest: Digest, object: ObjectId): Promise<void>;
  unlink(repository: RepositoryRef, digest: Digest): Promise<void>;
}
