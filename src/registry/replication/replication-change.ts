import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** What was removed: an image with all its tags, or a tag alone. */
export type RemovedKind = "IMAGE" | "TAG";

/** What is remembered: also that a repository was removed with all that was in it. */
export type TombstoneKind = RemovedKind | "REPOSITORY";

/**
 * That something was removed from a repository, and when: a copy of what was there before that, or a
 * tag's move before it, does not come in again, however late it arrives.
 */
export interface Tombstone {
  readonly repository: RepositoryRef;
  readonly kind: TombstoneKind;
  /** A digest, a tag, or the name of a repository. */
  readonly target: Digest | Tag | RepositoryName;
  /** When, wherever it was removed. Milliseconds since the epoch. */
  readonly at: number;
  /** When it is forgotten. */
  readonly expiresAt: number;
}

/** That something is removed because it was removed elsewhere. */
export interface RemovedElsewhere {
  /** Where it was heard of. */
  readonly from: Registry;
  /** When it was removed, wherever that was. */
  readonly at: number;
}

/** Which change goes where. SETTING: one of the repository, as it is when it goes. */
export interface ReplicationChangeKey {
  readonly repository: RepositoryRef;
  readonly destination: Registry;
  readonly kind: RemovedKind | "SETTING";
  /** A digest, a tag, or the name of a setting. */
  readonly target: string;
}

/** A change at the source, other than an image that came, on its way to one destination. */
export interface ReplicationChange extends ReplicationChangeKey {
  /** When it was made. Milliseconds since the epoch. */
  readonly at: number;
  readonly status: "IN_PROGRESS" | "FAILED";
  /** Of the last failure, also while it is tried again. */
  readonly failureCode: string | undefined;
  readonly failure: string | undefined;
  /** Counts what was asked for: what was asked for meanwhile is not done yet. */
  readonly revision: number;
  readonly attempts: number;
  /** When it is tried next; `undefined` where it was given up. */
  readonly dueAt: number | undefined;
  readonly requestedAt: number;
  /** When it is forgotten that it was given up. */
  readonly expiresAt: number | undefined;
}
