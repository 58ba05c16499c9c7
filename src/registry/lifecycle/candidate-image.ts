import type { LifecycleStorageClass } from "./lifecycle-rule.ts";

/**
 * An image as rules see it. One that is on its way back from the archive is none. Times are
 * milliseconds since the epoch.
 */
export interface CandidateImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly storageClass: LifecycleStorageClass;
  readonly pushedAt: number;
  readonly pulledAt: number | undefined;
  /** When it was archived last, and when it came back from there last. */
  readonly archivedAt: number | undefined;
  readonly activatedAt: number | undefined;
  readonly sizeBytes: number;
  /** Whether an index that can be pulled, or will be soon, lists it. */
  readonly isReferencedByIndex: boolean;
  /** Whether an archived index lists it: it may follow that one, but not go. */
  readonly isReferencedByArchivedIndex: boolean;
  /** Whether its subject is here: then it is no candidate, and goes with its subject. */
  readonly isReferrerOfLive: boolean;
  /** Whether something that runs was reported to use it. */
  readonly inUse: boolean;
}
