import type { SeverityCounts } from "../../image-scan.ts";
import { type Severity, severities } from "../../severity/severity.ts";
import type { BaseFindings } from "../newer-base.ts";

/** What moving to another base changes in findings, in one sentence. */
export function difference(findings: BaseFindings | undefined): string {
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

export function total(counts: SeverityCounts): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}

/** Of what is critical or high. */
export function severeOf({ CRITICAL = 0, HIGH = 0 }: SeverityCounts): number {
  return CRITICAL + HIGH;
}
