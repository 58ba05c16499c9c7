import type { Registry, RepositoryName } from "../names.ts";

/** What is counted of a rule. */
export interface CacheCounts {
  /** Manifests that were given to somebody who pulls, of repositories that the rule is for. */
  readonly pulls: number;
  /** Those of them that had to be asked of the upstream. */
  readonly misses: number;
  /** Bytes of answers about these repositories. */
  readonly sentBytes: number;
  /** Bytes of manifests and layers that the upstream gave. */
  readonly fetchedBytes: number;
}

export const noCacheCounts: CacheCounts = { pulls: 0, misses: 0, sentBytes: 0, fetchedBytes: 0 };

/** What is to be added to what was counted of a rule in one hour. */
export interface CacheUsageAddition extends CacheCounts {
  readonly registry: Registry;
  /** The rule's. */
  readonly key: string;
  /** The hour's begin. Milliseconds since the epoch. */
  readonly at: number;
}

/** What an upstream last did not give, though it is not that it does not have it. */
export interface CacheFailure {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** A sentence. */
  readonly reason: string;
  readonly repositoryName: RepositoryName;
}

/** How the upstream of a rule answered last. */
export interface CacheHealth {
  /** When it gave something. Milliseconds since the epoch. */
  readonly fetchedAt?: number | undefined;
  readonly failure?: CacheFailure | undefined;
}
