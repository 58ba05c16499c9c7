import type { SeverityCounts } from "../../image-scan.ts";
import { type Severity, severities } from "../../severity/severity.ts";
import type { AdviceSeverity } from "../advice.ts";
import type { BaseFindings, NewerBase } from "../newer-base.ts";
import type { ReviewRule } from "../review-rule.ts";

/** The base's tag has moved on since the build: most often, by fixes of what it holds. */
export const outdatedBase: ReviewRule = {
  id: "outdated-base",
  review({ subject: { newerBase: base } }) {
    if (base === undefined) return [];
    const { name, usedDigest, newestDigest, taggedDigest, isHeld } = base;
    const fix = `Build again with \`--pull\`, or pin it: \`FROM ${name}@${taggedDigest}\`.`;
    return [
      {
        severity: severityOf(base),
        title: base.isNewer ? `There is a newer \`${name}\`` : `\`${name}\` is another image now`,
        reason: `The image was built on ${usedDigest}; the tag leads to ${newestDigest} now. ${difference(base.findings)}`,
        fix: isHeld ? `${fix} A gate holds it back at the moment: see to that first.` : fix,
        base,
      },
    ];
  },
};

/** As urgent as what goes away by it; what can not be had at the moment is not urgent. */
function severityOf({ findings, isHeld }: NewerBase): AdviceSeverity {
  if (isHeld) return "low";
  if (findings === undefined) return "medium";
  const { fixed, gained } = findings;
  if (severeOf(fixed) !== severeOf(gained)) {
    return severeOf(fixed) > severeOf(gained) ? "high" : "low";
  }
  return total(fixed) > total(gained) ? "medium" : "low";
}

function difference(findings: BaseFindings | undefined): string {
  if (findings === undefined) {
    return "What that changes in findings is not known: it takes a scan of both, and the right to see them.";
  }
  const { fixed, gained, same } = findings;
  if (total(fixed) === 0 && total(gained) === 0) {
    return `What was found in them is the same: ${counted(same)}.`;
  }
  return `To move to it mends ${told(fixed)}, and brings ${told(gained)}; ${counted(same)} stay.`;
}

/** `3 findings (1 critical, 2 high)`, the worst first. */
function told(counts: SeverityCounts): string {
  const parts = severities
    .filter((severity) => (counts[severity] ?? 0) > 0)
    .map((severity) => `${counts[severity]} ${wordFor(severity)}`);
  return parts.length === 0 ? "none" : `${counted(total(counts))} (${parts.join(", ")})`;
}

function wordFor(severity: Severity): string {
  return severity === "UNDEFINED" ? "not rated" : severity.toLowerCase();
}

function counted(findings: number): string {
  return findings === 1 ? "1 finding" : `${findings} findings`;
}

function total(counts: SeverityCounts): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}

function severeOf({ CRITICAL = 0, HIGH = 0 }: SeverityCounts): number {
  return CRITICAL + HIGH;
}
