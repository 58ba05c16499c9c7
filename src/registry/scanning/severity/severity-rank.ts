import type { SeverityCounts } from "../image-scan.ts";
import type { ScanType } from "../scan-type.ts";
import { enhancedSeverity, type Severity, severities } from "./severity.ts";

/** How bad a severity is, as a number that can be sorted by: 6 of the worst, 1 of what is not rated. */
export function severityRank(severity: Severity): number {
  return severities.length - severities.indexOf(severity);
}

/** The same of the worst that was found; 0 where nothing was. */
export function worstRank(counts: SeverityCounts): number {
  const ranks = Object.entries(counts).map(([name, count]) => {
    // Enhanced scanning says UNTRIAGED of what is not rated.
    const known = severities.find((severity) => severity === name) ?? "UNDEFINED";
    return count > 0 ? severityRank(known) : 0;
  });
  return Math.max(0, ...ranks);
}

/** The severity of a rank; `undefined` of 0. */
export function severityOfRank(rank: number): Severity | undefined {
  return severities[severities.length - rank];
}

/** Counts in the words of a kind of scan: enhanced scanning calls UNTRIAGED what is not rated, as its findings do. */
export function countsInWordsOf(type: ScanType, counts: SeverityCounts): SeverityCounts {
  const { UNDEFINED: unrated, ...rated } = counts;
  if (type !== "ENHANCED" || unrated === undefined) return counts;
  return { ...rated, [enhancedSeverity("UNDEFINED")]: unrated };
}
