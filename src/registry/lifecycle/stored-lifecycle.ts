import type { Digest, RepositoryName, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** The lifecycle policy of a repository, as it is kept: at least one of the two texts is there. */
export interface StoredLifecycle {
  readonly repository: RepositoryRef;
  /** ECR's, as it was put. */
  readonly policy: string | undefined;
  /** What ECR has no words for, as it was put. */
  readonly extension: string | undefined;
  /** Counts the puts, from 1. */
  readonly version: number;
  /** Milliseconds since the epoch, as all times here. */
  readonly putAt: number;
  readonly evaluatedAt: number | undefined;
  /** Counts what may have taken an image out of what a rule counts, or out of what it matches. */
  readonly changes: number;
}

/** The rules that are in force, as texts. */
export type LifecycleTexts = Pick<StoredLifecycle, "policy" | "extension">;

export type LifecycleAction = "expire" | "transition" | "untag";

/** Why an image that a rule has marked stays as it is. */
export type LifecycleBlock = "ImageReferencedByManifestList" | "InUse" | "Retained";

/** An image as a preview tells of it. */
export interface PreviewedImage {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
  readonly pushedAt: number;
  readonly storageClass: "standard" | "archive";
  readonly action: LifecycleAction;
  /** Of `untag`: the tags that would go. */
  readonly markedTags: readonly Tag[];
  readonly rulePriority: number;
  readonly sizeBytes: number;
  /** Why it would stay all the same; absent where it would not. */
  readonly blockedBy?: LifecycleBlock | undefined;
  /** The rule that retains it. */
  readonly retainedBy?: number | undefined;
}

/** What a rule would do, or did. */
export interface RuleSummary {
  readonly rulePriority: number;
  readonly matched: number;
  readonly marked: number;
  readonly verdicts: number;
  readonly blocked: number;
  /** The rules to which all that it matches falls. */
  readonly shadowedBy: readonly number[];
}

export interface LifecycleSummary {
  readonly expiring: number;
  readonly transitioning: number;
  readonly untagging: number;
  readonly blocked: number;
  /** What would be free once nothing can be brought back: bytes that no other image stands on. */
  readonly freedBytes: number;
  readonly rules: readonly RuleSummary[];
}

export interface LifecyclePreview extends LifecycleTexts {
  readonly repository: RepositoryRef;
  readonly id: string;
  readonly status: "IN_PROGRESS" | "COMPLETE" | "FAILED";
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
  /** Of a complete one. */
  readonly summary: LifecycleSummary | undefined;
}

/** One look of the worker at a repository in which it did something, or could not. */
export interface LifecycleRun extends LifecycleTexts {
  readonly repository: RepositoryRef;
  /** Begins with `at`. */
  readonly id: string;
  /** The repository's. */
  readonly name: RepositoryName;
  readonly at: number;
  readonly policyVersion: number;
  /** When the policy was looked at before. */
  readonly previousAt: number | undefined;
  readonly expired: number;
  readonly archived: number;
  readonly untagged: number;
  readonly failed: number;
  /** As in a preview's summary. */
  readonly freedBytes: number;
  /** Absent: it was cut off, and another one went on. */
  readonly finishedAt: number | undefined;
}

/** An image that a run did something to, or could not. */
export interface LifecycleRunImage {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
  readonly pushedAt: number;
  readonly rulePriority: number;
  readonly action: LifecycleAction;
  readonly sizeBytes: number;
  readonly failure?: { readonly code: LifecycleBlock; readonly reason: string } | undefined;
}
