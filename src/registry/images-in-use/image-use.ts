import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/**
 * What somebody says of an image: that it runs, and must stay whatever lifecycle rules say. True until
 * it expires, is said again or is taken back; it keeps nobody from deleting the image.
 */
export interface ImageUse {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  /** Who says so: the name of a node, mostly. */
  readonly reporter: string;
  /** Milliseconds since the epoch. */
  readonly reportedAt: number;
  readonly expiresAt: number;
}

/** Uses of a repository's images are listed in this order. */
export type ImageUsePosition = Pick<ImageUse, "digest" | "reporter">;
