import type { Digest, Registry, RepositoryName } from "../registry/names.ts";
import type { Repository, RepositoryRef } from "../registry/repositories/repository.ts";
import type { Deletion, TrashedImage, TrashedRepository } from "../registry/trash/trash.ts";
import type { PageRequest } from "./page-request.ts";

/** Where a listing of deleted images stands. */
export interface TrashPosition {
  readonly repositoryId: string;
  readonly digest: Digest;
}

/**
 * What was deleted and can be brought back, as a narrow table of the MetadataStore: the same promises.
 * A deleted image keeps its row and its references, a deleted repository keeps everything.
 */
export interface TrashReads {
  findImage(repository: RepositoryRef, digest: Digest): Promise<TrashedImage | undefined>;
  /** Images that were deleted because the one that they are about was; at most `limits.indexWalkNodes`. */
  discardedWith(repository: RepositoryRef, subject: Digest): Promise<TrashedImage[]>;
  /** Images of which the layer, or config, is a part. In no order, maybe more than once. */
  needing(repository: RepositoryRef, layer: Digest, limit: number): Promise<Digest[]>;
  /** By repository id and digest, those of repositories that are not in the trash themselves. */
  listImages(
    registry: Registry,
    page: PageRequest<TrashPosition>,
    filter?: { repository?: RepositoryRef | undefined },
  ): Promise<(TrashedImage & { readonly name: RepositoryName })[]>;
  findRepository(repository: RepositoryRef): Promise<TrashedRepository | undefined>;
  /** By name, then by the time of the deletion; of one name where that is given. */
  listRepositories(
    registry: Registry,
    page: PageRequest<Pick<TrashedRepository, "name" | "deletedAt">>,
    filter?: { name?: RepositoryName | undefined },
  ): Promise<TrashedRepository[]>;
}

export interface TrashWrites {
  /** Hides the image, which has no tags any more. Does not count: see `RepositoryWrites.adjust`. */
  putImage(trashed: TrashedImage): Promise<void>;
  /** The image is as it was before `putImage`, without its tags. */
  restoreImage(trashed: TrashedImage): Promise<void>;
  /** Removes the image for good: its row, its references, and what is written down of its deletion. */
  removeImage(repository: RepositoryRef, digest: Digest): Promise<void>;
  setImageExpiry(repository: RepositoryRef, digest: Digest, at: number): Promise<void>;
  /** Hides the repository. Its images no longer count in its registry; its bytes do. */
  putRepository(repository: Repository, deletion: Deletion): Promise<void>;
  /** False, and nothing done, when another repository has the name by now. */
  restoreRepository(trashed: TrashedRepository): Promise<boolean>;
  setRepositoryExpiry(repository: RepositoryRef, at: number): Promise<void>;
  /** Removes these images of a hidden repository, with their tags, for good. Counts. */
  removeContents(
    repository: RepositoryRef,
    images: readonly { readonly digest: Digest }[],
    by: { readonly images: number; readonly sizeBytes: number },
  ): Promise<void>;
  /** Like `RepositoryWrites.remove`, for a hidden one. */
  removeRepository(repository: RepositoryRef, at: number): Promise<void>;
}
