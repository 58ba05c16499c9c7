import type { RepositoryName } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/**
 * What could be done about costs, in the order in which findings of a repository claim bytes: each
 * has what its call frees once those before it were made.
 */
export const savingKinds = [
  /** What was deleted under a name, where some of it is kept for days from now on. */
  "TRASH",
  "UNTAGGED",
  /** Images that nobody has pulled for a long time; the oldest, if there are many. */
  "UNPULLED",
  /** Images that nobody has pulled for some time, and that can be kept where that costs less. */
  "ARCHIVE",
  /** Layers that are not compressed. How much smaller they would be is not known. */
  "UNCOMPRESSED",
  /** Layers under gzip of which zstd would leave less, as far as somebody looked into them. */
  "RECOMPRESSION",
  /** Tags of one version for single architectures, which an index would replace. */
  "ARCHITECTURES",
  /** Repositories for single architectures, which one with indexes would replace. */
  "ARCHITECTURE_REPOSITORIES",
  /** A repository without rules. What they would free is in other findings. */
  "NO_POLICY",
] as const;
export type SavingKind = (typeof savingKinds)[number];

/** Images of one version for different architectures. */
export interface ArchitectureGroup {
  /** The tag that an index of them could have. */
  readonly tag: string;
  readonly images: readonly {
    readonly digest: string;
    readonly architecture: string;
    readonly mediaType: string;
    readonly sizeBytes: number;
  }[];
}

/** Repositories that hold the same versions for different architectures. */
export interface ArchitectureRepositories {
  /** Of the repository that indexes of them could be in. */
  readonly name: RepositoryName;
  readonly repositories: readonly { readonly id: string; readonly name: RepositoryName }[];
  /** Some that all of them have. */
  readonly tags: readonly string[];
}

/** What was found in a repository. */
export interface CostSaving {
  readonly repository: RepositoryRef;
  readonly name: RepositoryName;
  readonly kind: SavingKind;
  /** Images, layers or tags that it is about. */
  readonly items: number;
  /** Bytes that would be given back, or of ARCHIVE that would be kept elsewhere. */
  readonly bytes: number;
  /** Of UNCOMPRESSED, RECOMPRESSION: bytes of these layers. Of ARCHITECTURE_REPOSITORIES: what they hold. */
  readonly affectedBytes: number;
  /** Of RECOMPRESSION: how large these layers are unpacked, which is what the guess is made from. */
  readonly unpackedBytes?: number | undefined;
  /** Of these three: what may be given back, at a guess. */
  readonly estimatedBytes?: number | undefined;
  readonly together?: ArchitectureRepositories | undefined;
  /** Of ARCHITECTURES: one of the versions. */
  readonly group?: ArchitectureGroup | undefined;
  /** Of UNPULLED: the images, at most as many as one call can delete. */
  readonly digests?: readonly string[] | undefined;
  /** Of TRASH: ids of the deleted repositories in it, apart from images of the one that is there. */
  readonly trashed?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  readonly foundAt: number;
}

/** What a repository held when it was looked at. */
export interface CostAssessment {
  readonly repository: RepositoryRef;
  readonly name: RepositoryName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As the repository counted them. */
  readonly sizeBytes: number;
  /** Sealed bytes of what no other repository stands on. */
  readonly ownBytes: number;
  /** What rules will give back by the end of that month, and what for: see `expiringBytes`. */
  readonly expiringBytes: number;
  readonly expiringUntil: number;
}

/** Findings of one kind of a registry, together. */
export interface SavingSum {
  readonly kind: SavingKind;
  readonly findings: number;
  readonly bytes: number;
}
