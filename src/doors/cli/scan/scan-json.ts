import { severityChoice } from "../../../registry/scanning/image-finding.ts";
import type { WeighedFinding } from "../../../registry/scanning/weighed-finding.ts";
import type { ScanReport } from "./scan-report.ts";

/** The report for programs. Times are as in ISO 8601. */
export function reportJson(report: ScanReport, warnings: readonly string[]): object {
  const { image, scanned, advisories, findings, suppressed, leftOut, failing } = report;
  const { config, inventory } = scanned;
  return {
    image: { ...image, os: config.os, architecture: config.architecture },
    ...(inventory.distribution !== undefined && { distribution: inventory.distribution }),
    packages: inventory.packages.length,
    advisories: { ...advisories, asOf: new Date(advisories.asOf).toISOString() },
    findings: findings.map(findingJson),
    suppressed: suppressed.map(findingJson),
    leftOut,
    reservations: report.reservations,
    warnings,
    failing,
    ok: failing.length === 0,
  };
}

function findingJson(finding: WeighedFinding): object {
  const { id, vulnerabilityId, aliases, advisories, title, severity, state, fixedVersion } =
    finding;
  const { priority, suppression, epss, kev, ssvc, package: of, sourceUrl, references } = finding;
  const { score } = severityChoice(finding);
  return {
    ...{ id, vulnerabilityId, aliases, advisories, title, severity },
    ...(score !== undefined && { score: score.value, vector: score.vector }),
    ...{ priority, state, fixedVersion, package: of, epss, kev, ssvc, sourceUrl, references },
    ...(suppression !== undefined && { suppression: suppressionJson(suppression) }),
  };
}

function suppressionJson({
  until,
  ...suppression
}: NonNullable<WeighedFinding["suppression"]>): object {
  if (until === undefined) return suppression;
  return { ...suppression, until: new Date(until).toISOString() };
}
