import { type Approval, isApprovalGood } from "../approvals/approval.ts";
import type { Digest } from "../names.ts";
import type { ImageScan } from "../scanning/image-scan.ts";
import type { Severity } from "../scanning/severity/severity.ts";
import type { WeighedFinding } from "../scanning/weighed-finding.ts";
import type { SignedBy } from "../signing/trusted-signer.ts";
import { matchesWildcard } from "../wildcard.ts";
import { compileFindingCondition, factsOf, knownSince } from "./finding-condition.ts";
import type {
  Gate,
  GateRule,
  Hold,
  Quarantine,
  Review,
  ReviewState,
  Verdict,
  VerdictReason,
} from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";
import type { ImageKind } from "./image-kind.ts";

/** What a verdict comes from. */
export interface VerdictFacts {
  /** Those that speak of the image. */
  readonly gates: readonly Gate[];
  readonly kind: ImageKind;
  /** Of the type that the registry scans by; absent where it was never scanned, or not as it is now. */
  readonly scan: Pick<ImageScan, "status" | "description"> | undefined;
  /** For what findings gates held it back until now. */
  readonly blockedBefore: readonly VerdictReason[];
  /** Of that scan. */
  readonly findings: readonly WeighedFinding[];
  readonly quarantine: Quarantine | undefined;
  /** The newest first. */
  readonly reviews: readonly Review[];
  /** For environments, ended ones as well. */
  readonly approvals: readonly Approval[];
  /** Whether it is about another manifest, and nothing that could be run. */
  readonly isAttached: boolean;
  /** Whether it is something that a signature can be asked of. */
  readonly isSignable: boolean;
  /** Trusted signers whose signatures of it, or of an index that lists it, are good now. */
  readonly signedBy: readonly SignedBy[];
  /** Of an index: those of its children that can not be pulled. */
  readonly heldChildren: readonly { readonly digest: Digest; readonly hold: Hold }[];
}

export interface Judged extends Pick<Verdict, "state" | "reasons" | "review"> {
  /** When time alone may change it: milliseconds since the epoch. */
  readonly dueAt: number | undefined;
  /** An approval that has ended by that. */
  readonly ended: Review | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * What gates, people and children say of an image at that time. The worst of what is enforced decides;
 * what is only reported is among the reasons. A pure function: nothing is read.
 */
export function evaluateVerdict(facts: VerdictFacts, now: number): Judged {
  const { gates, quarantine, heldChildren, reviews } = facts;
  const reasons: VerdictReason[] = [];
  const due: number[] = [];
  if (quarantine !== undefined) reasons.push(quarantineReason(quarantine));
  const [child] = heldChildren;
  if (child !== undefined) reasons.push(childReason(child, heldChildren));
  let crossedAt = Number.NEGATIVE_INFINITY;
  for (const gate of gates) {
    reasons.push(...scanReasons(gate, facts));
    const { blocking, nextAt } = blockingFindings(gate.rule, facts.findings, now);
    due.push(...nextAt);
    if (blocking.length > 0) reasons.push(findingsReason(gate, blocking));
    else reasons.push(...stillBlocked(gate, facts));
    reasons.push(...approvalReasons(gate, facts, now));
    const { missing, until: signedUntil } = signatureOf(gate, facts);
    if (missing !== undefined) reasons.push(missing);
    if (signedUntil !== undefined) due.push(signedUntil);
    if (!gate.rule.requireReview) continue;
    crossedAt = Math.max(crossedAt, ...blocking.map(({ firstObservedAt }) => firstObservedAt));
  }
  const reviewing = gates.filter(({ rule }) => rule.requireReview);
  const { review, ended, until } = reviewOf(reviewing, reviews, crossedAt, now);
  if (until !== undefined) due.push(until);
  for (const { until: ends } of facts.approvals) if (ends > now) due.push(ends);
  for (const gate of reviewing) reasons.push(...reviewReasons(gate, review, reviews));
  const ordered = reasons.toSorted((one, other) => weightOf(other) - weightOf(one));
  const enforced = ordered.filter(({ mode }) => mode === "enforce");
  return {
    state: enforced[0]?.holds ?? "ALLOWED",
    ...{ reasons: ordered, review, ended },
    dueAt: due.length === 0 ? undefined : Math.min(...due),
  };
}

function weightOf({ mode, holds }: VerdictReason): number {
  return (mode === "enforce" ? 2 : 0) + (holds === "QUARANTINED" ? 1 : 0);
}

/** Why somebody holds the image back. */
export function quarantineReason({ reason }: Quarantine): VerdictReason {
  const sentence = `It is in quarantine: ${reason}`;
  return { code: "QuarantinedByHand", mode: "enforce", holds: "QUARANTINED", sentence };
}

/** An index is as bad as the worst that it lists. */
export function childReason(
  { digest }: { readonly digest: Digest },
  held: readonly { readonly hold: Hold }[],
): VerdictReason {
  const holds = held.some(({ hold }) => hold === "QUARANTINED") ? "QUARANTINED" : "PENDING";
  const more = held.length === 1 ? "" : `, and ${held.length - 1} more`;
  const sentence = `It lists the image ${digest}${more}, which can not be pulled`;
  return { code: "ChildHeld", mode: "enforce", holds, sentence };
}

/** The reason for which an image can not be pulled before it was scanned. */
export function scanPending({ name, rule: { mode } }: Gate): VerdictReason {
  const sentence = "It is not scanned yet";
  return { code: "ScanPending", gate: name, mode, holds: "PENDING", sentence };
}

/** The reason for which what can not be scanned is held back. */
export function unsupportedReason({ name, rule: { mode } }: Gate, why: string): VerdictReason {
  return { code: "Unsupported", gate: name, mode, holds: "QUARANTINED", sentence: why };
}

export const artifactSentence = "It is no container image, and can not be scanned";

/** In the words of the scan, so that whoever is refused need not look for them. */
function withCause(sentence: string, { description }: Pick<ImageScan, "description">): string {
  const cause = description?.slice(0, gateLimits.causeCharacters).replace(/\.$/, "");
  return cause === undefined || cause === "" ? sentence : `${sentence}: ${cause}`;
}

function scanReasons(gate: Gate, { kind, scan }: VerdictFacts): VerdictReason[] {
  const { requireScan, unsupported, mode } = gate.rule;
  if (!requireScan || kind === "index") return [];
  if (kind === "artifact") {
    return unsupported === "block" ? [unsupportedReason(gate, artifactSentence)] : [];
  }
  switch (scan?.status) {
    case undefined:
    case "PENDING":
    case "IN_PROGRESS":
      return [scanPending(gate)];
    case "UNSUPPORTED_IMAGE":
      return [unsupportedReason(gate, withCause("What is in it can not be scanned", scan))];
    case "FAILED": {
      const sentence = withCause("Its scan has failed", scan);
      return [{ code: "ScanFailed", gate: gate.name, mode, holds: "QUARANTINED", sentence }];
    }
    default:
      return [];
  }
}

/** Whether a gate holds images back for what was found in them. */
export function blocksByFindings(rule: GateRule): boolean {
  const { blockAtSeverity, blockAtPriority, blockKnownExploited, blockWhen } = rule;
  const isByRank = blockAtSeverity !== undefined || blockAtPriority !== undefined;
  return isByRank || blockKnownExploited || blockWhen.length > 0;
}

/** A scan that goes on, or has failed, finds nothing: that is no reason to let go what was held back. */
function stillBlocked(
  { name, rule }: Gate,
  { kind, scan, blockedBefore }: VerdictFacts,
): readonly VerdictReason[] {
  const hasFound = scan !== undefined && foundStatuses.has(scan.status);
  if (kind !== "image" || hasFound || !blocksByFindings(rule)) return [];
  const { mode } = rule;
  return blockedBefore.filter(({ gate }) => gate === name).map((each) => ({ ...each, mode }));
}

const foundStatuses: ReadonlySet<string> = new Set([
  ...["ACTIVE", "COMPLETE", "SCAN_ELIGIBILITY_EXPIRED"],
]);

/** From the worst one on. What nobody has rated counts as medium: it is never taken for harmless. */
const ranks: Readonly<Record<Severity, number>> = {
  ...{ CRITICAL: 5, HIGH: 4, MEDIUM: 3, UNDEFINED: 3, LOW: 2, INFORMATIONAL: 1 },
};

/** The findings for which a gate holds an image back now, and when others may be or be no more. */
export function blockingFindings(
  rule: GateRule,
  findings: readonly WeighedFinding[],
  now: number,
): { readonly blocking: readonly WeighedFinding[]; readonly nextAt: readonly number[] } {
  const conditions = rule.blockWhen.map(compileFindingCondition);
  const blocks = (finding: WeighedFinding): boolean => {
    const { severity, priority, kev, fixedVersion } = finding;
    if (rule.onlyFixable && fixedVersion === undefined) return false;
    if (rule.blockAtSeverity !== undefined && ranks[severity] >= ranks[rule.blockAtSeverity]) {
      return true;
    }
    if (rule.blockAtPriority !== undefined && priority.number >= rule.blockAtPriority) return true;
    if (rule.blockKnownExploited && kev !== undefined) return true;
    if (conditions.length === 0) return false;
    const facts = factsOf(finding, now);
    return conditions.some((holds) => holds(facts));
  };
  const blocking: WeighedFinding[] = [];
  const nextAt: number[] = [];
  for (const finding of findings) {
    const until = finding.suppression?.until;
    if (finding.suppression !== undefined) {
      if (until !== undefined && until > now) nextAt.push(until);
      if (until === undefined || until > now) continue;
    }
    const graceEndsAt = knownSince(finding) + rule.graceDays * dayMs;
    if (graceEndsAt > now) nextAt.push(graceEndsAt);
    else if (blocks(finding)) blocking.push(finding);
  }
  if (findings.length > 0 && changesByDay(rule)) nextAt.push(now + dayMs);
  return { blocking, nextAt };
}

/** Ages grow, and priorities follow pulls and uses: that no scan tells. */
function changesByDay({ blockAtPriority, blockWhen }: GateRule): boolean {
  return blockAtPriority !== undefined || blockWhen.length > 0;
}

function findingsReason(
  { name, rule: { mode } }: Gate,
  blocking: readonly WeighedFinding[],
): VerdictReason {
  const counts = new Map<string, number>();
  for (const { severity } of blocking) counts.set(severity, (counts.get(severity) ?? 0) + 1);
  const told = (Object.keys(ranks) as Severity[])
    .filter((severity) => counts.has(severity))
    .map((severity) => `${counts.get(severity)} ${severity.toLowerCase()}`);
  const exploited = blocking.filter(({ kev }) => kev !== undefined).length;
  if (exploited > 0) told.push(`${exploited} known to be exploited`);
  const what =
    blocking.length === 1 ? "1 finding blocks it" : `${blocking.length} findings block it`;
  const sentence = `${what}: ${told.join(", ")}`;
  return { code: "FindingsBlocked", gate: name, mode, holds: "QUARANTINED", sentence };
}

/** What is attached to an image that is approved, a signature of it, needs no approval of its own. */
function approvalReasons(
  gate: Gate,
  { approvals, isAttached }: VerdictFacts,
  now: number,
): VerdictReason[] {
  const { requireApproval } = gate.rule;
  if (requireApproval === undefined || isAttached) return [];
  const approval = approvals.find(({ environment }) => environment === requireApproval);
  if (approval !== undefined && isApprovalGood(approval, now)) return [];
  return [notApproved(gate, approval !== undefined)];
}

/** The reason for which an image waits until it is approved for the environment that the gate names. */
export function notApproved({ name, rule }: Gate, hasEnded: boolean): VerdictReason {
  const { requireApproval: environment, mode } = rule;
  const sentence = hasEnded
    ? `Its approval for '${environment}' has ended`
    : `It is not approved for '${environment}'`;
  return { code: "NotApproved", gate: name, mode, holds: "PENDING", sentence };
}

/** Whether somebody has signed it whom the gate names, and until when that is good. */
function signatureOf(
  gate: Gate,
  { isSignable, signedBy }: VerdictFacts,
): { readonly missing?: VerdictReason; readonly until?: number | undefined } {
  const { signedBy: names } = gate.rule;
  if (names.length === 0 || !isSignable) return {};
  const good = signedBy.filter(({ signer }) => names.some((each) => matchesWildcard(each, signer)));
  if (good.length === 0) return { missing: notSigned(gate) };
  const ends = good.map(({ until }) => until ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  return { until: Number.isFinite(last) ? last : undefined };
}

/** The reason for which an image waits for a signature. */
export function notSigned({ name, rule: { mode, signedBy } }: Gate): VerdictReason {
  const whom = signedBy.map((each) => `'${each}'`).join(" or ");
  const sentence = `It has no good signature by ${whom}`;
  return { code: "NotSigned", gate: name, mode, holds: "PENDING", sentence };
}

interface ReviewFacts {
  readonly review: ReviewState | undefined;
  readonly ended: Review | undefined;
  readonly until: number | undefined;
}

/** The newest review counts: an approval until it ends, or until a finding that blocks is new. */
function reviewOf(
  reviewing: readonly Gate[],
  [newest]: readonly Review[],
  crossedAt: number,
  now: number,
): ReviewFacts {
  const nothing = { ended: undefined, until: undefined };
  if (reviewing.length === 0) return { review: undefined, ...nothing };
  if (newest === undefined) return { review: "PENDING", ...nothing };
  if (newest.decision === "REJECTED") return { review: "REJECTED", ...nothing };
  if (!isGood(newest, now)) return { review: "PENDING", ...nothing };
  if (crossedAt > newest.at) {
    const because = "A finding that a gate blocks was found since";
    const ended = { ...newest, ended: { at: now, because } };
    return { review: "PENDING", ended, until: undefined };
  }
  return { review: "APPROVED", ended: undefined, until: newest.until };
}

/** Whether an approval is good at that time. */
export function isGood({ decision, until, ended }: Review, now: number): boolean {
  return decision === "APPROVED" && ended === undefined && (until === undefined || until > now);
}

/** The reason for which an image waits for somebody to approve it. */
export function notReviewed({ name, rule: { mode } }: Gate, sentence: string): VerdictReason {
  return { code: "NotReviewed", gate: name, mode, holds: "PENDING", sentence };
}

function reviewReasons(
  gate: Gate,
  review: ReviewState | undefined,
  [newest]: readonly Review[],
): VerdictReason[] {
  if (review === "PENDING") {
    const sentence = newest === undefined ? "Nobody has approved it yet" : "Its approval has ended";
    return [notReviewed(gate, sentence)];
  }
  if (review !== "REJECTED") return [];
  const { mode } = gate.rule;
  const comment = (newest?.comment ?? "").slice(0, gateLimits.commentCharacters);
  const sentence = `It was rejected: ${comment}`;
  return [{ code: "Rejected", gate: gate.name, mode, holds: "QUARANTINED", sentence }];
}
