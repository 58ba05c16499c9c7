import type { Digest, ObjectId, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** A manifest in a repository: an image, an index or any artifact. */
export interface Image {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifest's `artifactType`. */
  readonly artifactType: string | undefined;
  readonly configMediaType: string | undefined;
  /** Bytes of the manifest. */
  readonly manifestBytes: number;
  /** Bytes of config and layers; for an index those of the largest child. */
  readonly sizeBytes: number;
  readonly subject: Digest | undefined;
  /** Milliseconds since the epoch. */
  readonly pushedAt: number;
  readonly pulledAt: number | undefined;
  readonly state: "ACTIVE";
  /** Where the manifest's bytes are sealed. */
  readonly object: ObjectId;
}

export interface ImageWithTags extends Image {
  readonly tags: readonly Tag[];
}

export interface ImageReference {
  readonly kind: "config" | "layer" | "child" | "subject";
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

export interface TagMove {
  readonly tag: Tag;
  readonly digest: Digest;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
