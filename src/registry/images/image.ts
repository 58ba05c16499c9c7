import type { Digest, ObjectId, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/**
 * ACTIVE: can be pulled. ARCHIVED: kept where keeping is cheap. ACTIVATING: on its way back from there.
 * Source: ECR, "Archiving images".
 */
export type ImageState = "ACTIVE" | "ARCHIVED" | "ACTIVATING";

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
  readonly state: ImageState;
  /** When it was archived last, and when it came back from there last. */
  readonly archivedAt: number | undefined;
  readonly activatedAt: number | undefined;
  /** Of a copy: since when it is where it comes from. Absent of what was pushed here. */
  readonly aliveAt?: number | undefined;
  /** Where the manifest's bytes are sealed. */
  readonly object: ObjectId;
  /** Why it can not be pulled, whatever its state; absent where no verdict speaks against it. */
  readonly hold?: "PENDING" | "QUARANTINED" | undefined;
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

/** What became of a tag once. */
export interface TagEvent {
  /** Counts what became of the tag, from 1. */
  readonly sequence: number;
  /** Where it points since then; `undefined`: it was removed. */
  readonly digest: Digest | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface TagMove {
  readonly tag: Tag;
  readonly digest: Digest;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Where the pull-through cache moves it: until when it is served without asking the upstream. */
  readonly freshUntil?: number | undefined;
}
