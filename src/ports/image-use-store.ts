import type { ImageUse, ImageUsePosition } from "../registry/images-in-use/image-use.ts";
import type { Digest } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

/**
 * Which images somebody says are in use, as a narrow table of the MetadataStore: the same promises. Rows
 * go with their repository, and may outlive their image until they expire.
 */
export interface ImageUseReads {
  /** Those of the digests that somebody says are in use at `now`, each once, in no order. */
  among(repository: RepositoryRef, digests: readonly Digest[], now: number): Promise<Digest[]>;
  /** Those that have not expired at `now`, by digest and reporter. */
  list(
    repository: RepositoryRef,
    page: PageRequest<ImageUsePosition>,
    now: number,
  ): Promise<ImageUse[]>;
}

export interface ImageUseWrites {
  /** Each in the place of what its reporter said of that image before. */
  put(uses: readonly ImageUse[]): Promise<void>;
  /** Does nothing where the reporter said nothing of an image. */
  remove(repository: RepositoryRef, reporter: string, digests: readonly Digest[]): Promise<void>;
  /** Removes at most `limit` rows that had expired at `now`; resolves to how many it met. */
  removeExpired(now: number, limit: number): Promise<number>;
}
