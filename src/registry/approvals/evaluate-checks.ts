import { blockingFindings } from "../gates/evaluate-verdict.ts";
import type { GateRule } from "../gates/gate.ts";
import type { WeighedFinding } from "../scanning/weighed-finding.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { ApprovalChecks, CheckResult, EvidenceSummary } from "./approval.ts";

/** What checks go by. */
export interface CheckedFacts {
  readonly evidence: EvidenceSummary;
  readonly findings: readonly WeighedFinding[];
  /** Whether these are the findings of all that it lists: of a large index they are not. */
  readonly isWhole: boolean;
  /** Whether somebody holds it back by hand. */
  readonly isQuarantined: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;
const endedWell: ReadonlySet<string> = new Set(["ACTIVE", "COMPLETE"]);
const sbomTypes: ReadonlySet<string> = new Set([
  ...["application/spdx+json", "application/vnd.cyclonedx+json"],
]);

/** What the checks of an environment say of an image at that time. A pure function: nothing is read. */
export function evaluateChecks(
  checks: ApprovalChecks,
  { evidence, findings, isWhole, isQuarantined }: CheckedFacts,
  now: number,
): readonly CheckResult[] {
  const results: CheckResult[] = [];
  const tell = (check: CheckResult["check"], passed: boolean, good: string, bad: string) => {
    results.push({ check, passed, sentence: passed ? good : bad });
  };
  if (isQuarantined) {
    tell("Quarantine", false, "", "Somebody holds it back by hand: it has to be released first");
  }
  const { scan, referrers, builtAt } = evidence;
  // Findings of an image that nobody has looked into are none: that is no reason to approve it.
  if (checks.requireScan || blocksFindings(checks)) {
    const isScanned = scan !== undefined && endedWell.has(scan.status);
    tell("Scan", isScanned, "It is scanned", "It has no scan that ended well: have it scanned");
  }
  if (blocksFindings(checks) && !isWhole) {
    tell("Findings", false, "", "It lists more images than are looked at: push a smaller index");
  } else if (blocksFindings(checks)) {
    const { blocking } = blockingFindings(findingRule(checks), findings, now);
    const count = `${blocking.length} ${blocking.length === 1 ? "finding blocks" : "findings block"} it`;
    const bad = `${count}: push an image without them, or waive them`;
    tell("Findings", blocking.length === 0, "No finding blocks it", bad);
  }
  for (const wanted of checks.signedBy) {
    const bad = `It is not signed by ${wanted}: have it signed`;
    tell("Signature", isSignedBy(wanted, evidence), `It is signed by ${wanted}`, bad);
  }
  if (checks.requireSbom) {
    const has = referrers.some(({ artifactType }) => sbomTypes.has(artifactType));
    const bad = "No bill of materials is attached to it: attach one";
    tell("Sbom", has, "A bill of materials is attached to it", bad);
  }
  if (checks.maxAgeDays !== undefined) {
    const isYoung = builtAt !== undefined && now - builtAt <= checks.maxAgeDays * dayMs;
    const bad =
      builtAt === undefined
        ? "It does not say when it was built"
        : `It was built more than ${checks.maxAgeDays} days ago: build it anew`;
    tell("Age", isYoung, `It was built in the last ${checks.maxAgeDays} days`, bad);
  }
  return results;
}

/** A profile is one of ours, by its ARN; everybody else goes by the name that the registry trusts them by. */
function isSignedBy(wanted: string, { signedBy, signatures = [] }: EvidenceSummary): boolean {
  if (wanted.startsWith("arn:")) return signedBy.includes(wanted);
  return signatures.some(({ signer }) => matchesWildcard(wanted, signer));
}

function blocksFindings(checks: ApprovalChecks): boolean {
  const { blockAtSeverity, blockAtPriority, blockKnownExploited } = checks;
  return blockAtSeverity !== undefined || blockAtPriority !== undefined || blockKnownExploited;
}

/** The same rule as a gate's, so that both mean the same by a finding that blocks. */
function findingRule(checks: ApprovalChecks): GateRule {
  const { blockAtSeverity, blockAtPriority, blockKnownExploited, onlyFixable } = checks;
  return {
    ...{ blockAtSeverity, blockAtPriority, blockKnownExploited, onlyFixable },
    ...{ repositories: ["*"], tags: [], mode: "enforce", requireScan: false, unsupported: "allow" },
    ...{ blockWhen: [], graceDays: 0, requireReview: false, signedBy: [] },
  };
}
