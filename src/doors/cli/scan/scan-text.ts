import type { ImageInventory } from "../../../registry/scanning/image-inventory.ts";
import { packageUrl } from "../../../registry/scanning/package-url.ts";
import { type Severity, severities } from "../../../registry/scanning/severity/severity.ts";
import type { WeighedFinding } from "../../../registry/scanning/weighed-finding.ts";
import { printable, tableText } from "../table.ts";
import type { ScanReport } from "./scan-report.ts";

/** Findings for people: a table, and what it does not say. */
export function reportText(report: ScanReport, width: number): string {
  const { findings, suppressed } = report;
  const sections = [
    findings.length === 0 ? "" : findingsTable(findings, width),
    suppressed.length === 0 ? "" : `Not counted:\n${suppressedTable(suppressed, width)}`,
    summaryText(report),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function findingsTable(findings: readonly WeighedFinding[], width: number): string {
  const columns = [
    { whole: "SEVERITY" },
    { whole: "PRIORITY" },
    { whole: "VULNERABILITY" },
    ...["PACKAGE", "VERSION", "FIXED IN", "WHERE"],
  ];
  return tableText(columns, findings.map(row), width);
}

function row(finding: WeighedFinding): string[] {
  const { severity, kev, priority, vulnerabilityId, package: of, fixedVersion, state } = finding;
  const [first] = of.places;
  const more = of.places.length > 1 ? ` and ${of.places.length - 1} more` : "";
  return [
    `${severityText(severity)}${kev === undefined ? "" : ", exploited"}`,
    priority.number.toFixed(1),
    ...[vulnerabilityId, of.name, of.version],
    fixedVersion ?? `- (${state})`,
    `${first?.path ?? ""}${more}`,
  ];
}

function suppressedTable(suppressed: readonly WeighedFinding[], width: number): string {
  const rows = suppressed.map(({ severity, vulnerabilityId, package: of, suppression }) => [
    ...[severityText(severity), vulnerabilityId, of.name],
    ...[suppression?.id ?? "", suppression?.reason ?? ""],
  ]);
  return tableText(["SEVERITY", { whole: "VULNERABILITY" }, "PACKAGE", "BY", "WHY"], rows, width);
}

/** What was looked at, how much was found, and what was not looked at. */
export function summaryText(report: ScanReport): string {
  const { image, scanned, findings, suppressed, leftOut, advisories, failing } = report;
  const { distribution, packages } = scanned.inventory;
  const of = distribution === undefined ? "" : `, ${distribution.name}`;
  const left = [
    suppressed.length === 0 ? [] : `${suppressed.length} not counted`,
    leftOut === 0 ? [] : `${leftOut} left out by options`,
  ].flat();
  const others = left.length === 0 ? "" : ` (${left.join(", ")})`;
  return [
    `${image.name}: ${countsText(findings)}${others}. ${packagesCount(packages.length)}${of}.`,
    `Advisories as of ${dayOf(advisories.asOf)}.`,
    ...report.reservations,
    ...failing.map(({ rule, findings: count }) => `Fails on ${rule}: ${countText(count)}.`),
  ]
    .map(printable)
    .join("\n");
}

/** `1 critical, 2 low` */
function countsText(findings: readonly WeighedFinding[]): string {
  if (findings.length === 0) return "no findings";
  const counts = severities.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return [count, severityText(severity)] as const;
  });
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

function severityText(severity: Severity): string {
  return severity === "UNDEFINED" ? "not rated" : severity.toLowerCase();
}

function countText(count: number): string {
  return count === 1 ? "1 finding" : `${count} findings`;
}

function packagesCount(count: number): string {
  return count === 1 ? "1 package" : `${count} packages`;
}

export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** What is in an image, whatever is said of it. */
export function packagesText({ packages, distribution }: ImageInventory, width: number): string {
  const rows = packages
    .map((found) => {
      const owner = found.isSystemOwned && !isOfSystem(found.type) ? " (the system's)" : "";
      return [found.type, found.name, found.version, `${found.path}${owner}`];
    })
    .toSorted((one, other) => (one.join("\0") < other.join("\0") ? -1 : 1));
  const table = tableText(["TYPE", "PACKAGE", "VERSION", "WHERE"], rows, width);
  return `${table}\n\n${packagesCount(packages.length)}${distribution === undefined ? "" : `, ${distribution.name}`}.`;
}

export function packagesJson({ packages, distribution, unread }: ImageInventory): object {
  return {
    ...(distribution !== undefined && { distribution }),
    packages: packages.map((found) => ({ ...found, purl: packageUrl(found, distribution) })),
    unread,
  };
}

function isOfSystem(type: string): boolean {
  return type === "deb" || type === "apk" || type === "rpm";
}
