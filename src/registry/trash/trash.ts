import type { Image } from "../images/image.ts";
import type { Digest, RepositoryName, Tag } from "../names.ts";
import type { RemovedElsewhere } from "../replication/replication-change.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** Why something was deleted. */
export type TrashReason =
  /** Somebody asked for it. */
  | { readonly kind: "DELETED" }
  /** A rule of the repository's lifecycle policy said so. */
  | { readonly kind: "LIFECYCLE"; readonly rulePriority: number }
  /** It is about an image that was deleted. */
  | { readonly kind: "SUBJECT"; readonly subject: Digest };

/** Who deletes, and how long that can be undone. */
export interface Deleter {
  /** The ARN of who asked; empty where nobody did. */
  readonly by: string;
  /** Milliseconds; 0: it can not be undone. */
  readonly keepMs: number;
}

/** What is written down of a deletion. */
export interface Deletion extends Deleter {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly reason: TrashReason;
  /** Where it goes because it went elsewhere. */
  readonly elsewhere?: RemovedElsewhere | undefined;
}

const hidden = "~";

/** What a deleted repository is called: no repository can have that name, and it sorts after all others. */
export function hiddenName({ id }: RepositoryRef): RepositoryName {
  return `${hidden}${id}` as RepositoryName;
}

export function isHiddenName(name: RepositoryName): boolean {
  return name.startsWith(hidden);
}

/** A deleted image that can be brought back. */
export interface TrashedImage {
  readonly repository: RepositoryRef;
  /** As it was. */
  readonly image: Image;
  readonly tags: readonly Tag[];
  readonly reason: TrashReason;
  readonly deletedBy: string;
  readonly deletedAt: number;
  readonly expiresAt: number;
}

/** A deleted repository that can be brought back, with all that was in it. */
export interface TrashedRepository {
  readonly repository: RepositoryRef;
  /** The name that it had. */
  readonly name: RepositoryName;
  readonly imageCount: number;
  readonly sizeBytes: number;
  readonly deletedBy: string;
  readonly deletedAt: number;
  readonly expiresAt: number;
}
