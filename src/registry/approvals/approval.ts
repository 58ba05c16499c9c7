import type { GateSeverity } from "../gates/gate.ts";
import type { AccountId, Digest, Region, Registry, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { SignatureFormat } from "../signing/verify/envelope.ts";

/** What must be true of an image. What is absent, false or empty asks for nothing. */
export interface ApprovalChecks {
  /** A scan has ended well. */
  readonly requireScan: boolean;
  readonly blockAtSeverity?: GateSeverity | undefined;
  /** From 0 to 100. */
  readonly blockAtPriority?: number | undefined;
  readonly blockKnownExploited: boolean;
  /** Of findings, only what a newer version would mend. */
  readonly onlyFixable: boolean;
  /**
   * ARNs of signing profiles of the deployment, and names of trusted signers, with `*` in them: each has
   * signed it, or of a pattern one that it fits.
   */
  readonly signedBy: readonly string[];
  /** A bill of materials is attached. */
  readonly requireSbom: boolean;
  /** It was built so many days ago at most, by its own word. */
  readonly maxAgeDays?: number | undefined;
}

/** Another registry of this deployment, as it is named on the wire. */
export interface OtherRegistry {
  readonly registryId: AccountId;
  readonly region: Region;
}

/** Where what was approved goes to. */
export interface Promotion {
  /** Another registry; absent: the one that the image was approved in. */
  readonly destination?: OtherRegistry | undefined;
  /** In that registry; `*` stands for the name that the image was approved in. */
  readonly repository?: string | undefined;
  readonly tag?: Tag | undefined;
}

/** What images need before they may be run somewhere. */
export interface EnvironmentRule {
  /** How many reviewers must approve. */
  readonly approvals: number;
  /** ARNs of users and roles. Empty: whoever is let to approve in the repository. */
  readonly reviewers: readonly string[];
  readonly days: number;
  readonly checks: ApprovalChecks;
  readonly promote: Promotion;
  /**
   * Registries whose approvals for an environment of this name count here, for what they promote to here.
   * Absent in environments of before there was that: none.
   */
  readonly acceptFrom?: readonly OtherRegistry[] | undefined;
  /** For how long an approval in an emergency is good; 0: there are none. */
  readonly emergencyHours: number;
}

/** An environment of a registry: `production`. Times are milliseconds since the epoch. */
export interface Environment {
  readonly registry: Registry;
  readonly name: string;
  readonly rule: EnvironmentRule;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a check says. */
export interface CheckResult {
  readonly check: "Age" | "Evidence" | "Findings" | "Quarantine" | "Sbom" | "Scan" | "Signature";
  readonly passed: boolean;
  /** For people: where it failed, what to do. Names no package and no vulnerability. */
  readonly sentence: string;
}

/** A signature that counts, and which of the keys and certificates that are trusted has verified it. */
export interface VerifiedSignature {
  /** The name of the trusted signer. */
  readonly signer: string;
  /** SHA-256 of its public key, or of its certificate, as it was then. */
  readonly fingerprint: string;
  readonly format: SignatureFormat;
  /** The manifest that it is in. */
  readonly manifest: Digest;
  /** The image, or an index that lists it. */
  readonly about: Digest;
  /** Of the certificate that has signed, where one did. */
  readonly certificateSubject?: string;
}

/** What spoke for an image, and against it, at some time; without names of what is in it. */
export interface EvidenceSummary {
  readonly gatheredAt: number;
  readonly scan: { readonly status: string; readonly endedAt: number | undefined } | undefined;
  readonly findings: {
    readonly total: number;
    readonly suppressed: number;
    /** Without suppressed ones. */
    readonly bySeverity: Readonly<Record<string, number>>;
    readonly knownExploited: number;
  };
  readonly verdict: string | undefined;
  readonly packages: number | undefined;
  /** What is attached to it: signatures, bills of materials, provenance. */
  readonly referrers: readonly { readonly digest: Digest; readonly artifactType: string }[];
  /** ARNs of signing profiles whose signatures were made here. */
  readonly signedBy: readonly string[];
  /** What trusted signers were verified by; absent in requests of before that was kept. */
  readonly signatures?: readonly VerifiedSignature[];
  readonly builtAt: number | undefined;
  /** How many differences there are to what was approved last; absent where nothing was. */
  readonly difference:
    | { readonly to: Digest; readonly findings: number; readonly packages: number }
    | undefined;
}

export const requestStates = ["PENDING", "APPROVED", "REJECTED", "WITHDRAWN", "EXPIRED"] as const;
export type RequestState = (typeof requestStates)[number];

/** What one reviewer said. */
export interface ApprovalDecision {
  /** The ARN of a user or a role, never of a session. */
  readonly reviewer: string;
  /** Who assumed that role: see `SessionClaims`. Absent in decisions of before that was kept. */
  readonly assumedBy?: string | undefined;
  readonly decision: "APPROVED" | "REJECTED";
  readonly comment: string;
  readonly at: number;
}

export interface PromotionOutcome {
  readonly state: "PENDING" | "DONE" | "FAILED";
  /** The registry that it goes to, where that is another one. */
  readonly destination?: OtherRegistry | undefined;
  readonly repositoryName: string | undefined;
  readonly tag: string | undefined;
  /** Of the signed statement about the approval. */
  readonly attestation: Digest | undefined;
  /** Why it failed, or of what is `PENDING`, why the last attempt did. */
  readonly reason: string | undefined;
}

/** That somebody wants an image to be run in an environment, and what became of that. */
export interface ApprovalRequest {
  readonly repository: RepositoryRef;
  /** Sorts by time. */
  readonly id: string;
  readonly digest: Digest;
  readonly environment: string;
  readonly state: RequestState;
  /** The ARN of a user or a role, never of a session. */
  readonly requester: string;
  /** Who assumed that role: see `SessionClaims`. Absent in requests of before that was kept. */
  readonly requesterAssumedBy?: string | undefined;
  readonly comment: string;
  readonly requestedAt: number;
  readonly evidence: EvidenceSummary;
  readonly checks: readonly CheckResult[];
  readonly decisions: readonly ApprovalDecision[];
  readonly decidedAt: number | undefined;
  /** Until when the approval is good. */
  readonly until: number | undefined;
  readonly isEmergency: boolean;
  readonly promotion: PromotionOutcome | undefined;
}

/** That an image may be run in an environment. It is of a digest, and stays when that is pushed again. */
export interface Approval {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly environment: string;
  /** The id of the request, and of the repository that was approved in. */
  readonly request: string;
  readonly requestedIn: string;
  /** The registry that was approved in, where that is another one: then it ends by itself here. */
  readonly from?: Registry | undefined;
  readonly approvedAt: number;
  readonly until: number;
  /** Then nothing that is found ends it before its time. */
  readonly isEmergency: boolean;
  /** Why it ended before that. */
  readonly ended: { readonly at: number; readonly because: string } | undefined;
}

/** Whether an approval is good at that time. */
export function isApprovalGood({ until, ended }: Approval, now: number): boolean {
  return ended === undefined && until > now;
}

export function registryAt(named: OtherRegistry): Registry;
export function registryAt(named: OtherRegistry | undefined): Registry | undefined;
export function registryAt(named: OtherRegistry | undefined): Registry | undefined {
  return named && { account: named.registryId, region: named.region };
}
