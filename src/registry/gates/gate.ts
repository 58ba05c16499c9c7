import type { Digest, Registry } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** `report` only tells what `enforce` would hold back. */
export const gateModes = ["enforce", "report"] as const;
export type GateMode = (typeof gateModes)[number];

/** What becomes of images and artifacts that can not be scanned, where a scan is required. */
export const unsupportedOptions = ["allow", "block"] as const;
export type UnsupportedOption = (typeof unsupportedOptions)[number];

export const gateSeverities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"] as const;
export type GateSeverity = (typeof gateSeverities)[number];

/** Operators of IAM, below them facts of a finding, below them values: all of it must hold. */
export type FindingCondition = Readonly<
  Record<string, Readonly<Record<string, readonly string[]>>>
>;

/** What a gate says. */
export interface GateRule {
  /** Wildcard patterns of names of repositories; one of them must fit. */
  readonly repositories: readonly string[];
  /** Wildcard patterns of tags. Empty: every image, with or without tags. */
  readonly tags: readonly string[];
  readonly mode: GateMode;
  /** Without a scan that was completed nothing can be pulled. */
  readonly requireScan: boolean;
  /** Where a scan is required: what has no file system to scan, and what is of no known distribution. */
  readonly unsupported: UnsupportedOption;
  readonly blockAtSeverity?: GateSeverity | undefined;
  /** From 0 to 100. */
  readonly blockAtPriority?: number | undefined;
  readonly blockKnownExploited: boolean;
  /** Only what a newer version would mend blocks. */
  readonly onlyFixable: boolean;
  /** Findings that one of these holds of block. */
  readonly blockWhen: readonly FindingCondition[];
  /** A vulnerability that was published less than so many days ago does not block yet. */
  readonly graceDays: number;
  /** Somebody who did not push it must approve the image. */
  readonly requireReview: boolean;
  /** The name of an environment for which the image must be approved. */
  readonly requireApproval?: string | undefined;
  /** Patterns of names of trusted signers: one of them must have signed it. Empty: nobody has to. */
  readonly signedBy: readonly string[];
}

/** A gate of a registry. Times are milliseconds since the epoch. */
export interface Gate {
  readonly registry: Registry;
  readonly name: string;
  readonly rule: GateRule;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When all images had been judged by it as it is now; absent while that goes on. */
  readonly appliedAt: number | undefined;
}

/** PENDING: something is not known yet. QUARANTINED: what is known speaks against it. */
export type Hold = "PENDING" | "QUARANTINED";
export type VerdictState = Hold | "ALLOWED";
export const verdictStates = ["PENDING", "ALLOWED", "QUARANTINED"] as const;

export type ReviewState = "PENDING" | "APPROVED" | "REJECTED";
export const reviewStates = ["PENDING", "APPROVED", "REJECTED"] as const;

export const reasonCodes = [
  "ChildHeld",
  "FindingsBlocked",
  "NotApproved",
  "NotJudgedYet",
  "NotReviewed",
  "NotSigned",
  "QuarantinedByHand",
  "Rejected",
  "ScanFailed",
  "ScanPending",
  "Unsupported",
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** One thing that speaks against an image. Names no package and no vulnerability (ADR-0054). */
export interface VerdictReason {
  readonly code: ReasonCode;
  /** The gate that asks for it; absent for what somebody decided by hand. */
  readonly gate?: string | undefined;
  readonly mode: GateMode;
  readonly holds: Hold;
  /** For people. */
  readonly sentence: string;
}

/** What gates, and people, say of an image: kept, and renewed when anything of it changes. */
export interface Verdict {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly state: VerdictState;
  /** Those that hold it first; also of gates that only report. */
  readonly reasons: readonly VerdictReason[];
  /** Absent where no gate asks for a review. */
  readonly review: ReviewState | undefined;
  /** When the state became what it is. Milliseconds since the epoch, as all times. */
  readonly changedAt: number;
  /** `undefined`: not yet. */
  readonly judgedAt: number | undefined;
}

/** That somebody holds an image back, whatever gates say. It stays when the image is pushed again. */
export interface Quarantine {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly reason: string;
  /** An ARN. */
  readonly by: string;
  readonly at: number;
}

/** What one reviewer decided about an image: of one reviewer the last word counts. */
export interface Review {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  /** The ARN of a user or a role, never of a session. */
  readonly reviewer: string;
  readonly decision: "APPROVED" | "REJECTED";
  readonly comment: string;
  readonly at: number;
  /** When an approval ends by itself. */
  readonly until: number | undefined;
  /** Why it ended before that. */
  readonly ended: { readonly at: number; readonly because: string } | undefined;
}
