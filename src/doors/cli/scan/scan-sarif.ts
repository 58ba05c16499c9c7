import { severityChoice } from "../../../registry/scanning/image-finding.ts";
import {
  type Severity,
  severities,
  severityOfScore,
} from "../../../registry/scanning/severity/severity.ts";
import type { WeighedFinding } from "../../../registry/scanning/weighed-finding.ts";
import type { ScanReport } from "./scan-report.ts";

const levels = {
  CRITICAL: "error",
  HIGH: "error",
  MEDIUM: "warning",
  LOW: "note",
  INFORMATIONAL: "note",
  UNDEFINED: "warning",
} as const satisfies Record<Severity, string>;

/** Where there is no number, or one that says something else than the word: the middle of the word's. */
const scores = {
  CRITICAL: 9.5,
  HIGH: 8,
  MEDIUM: 5.5,
  LOW: 2,
  INFORMATIONAL: 0.1,
  UNDEFINED: 5.5,
} as const satisfies Record<Severity, number>;

/**
 * Findings for tools that show those of many. What is suppressed is there, and says so. Source: OASIS, "SARIF Version
 * 2.1.0"; GitHub, "SARIF support for code scanning", for `security-severity` and fingerprints
 */
export function sarifLog(report: ScanReport, version: string): object {
  const { image, findings, suppressed, reservations } = report;
  const all = [...findings, ...suppressed];
  const groups = new Map<string, WeighedFinding[]>();
  for (const finding of all) {
    const known = groups.get(finding.vulnerabilityId);
    if (known === undefined) groups.set(finding.vulnerabilityId, [finding]);
    else known.push(finding);
  }
  const ids = new Map([...groups.keys()].map((id, index) => [id, index]));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            ...{ name: "entrepot scan", version, rules: [...groups.values()].map(ruleOf) },
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            ...(reservations.length > 0 && {
              toolExecutionNotifications: reservations.map((text) => ({
                ...{ level: "warning", message: { text: text.toWellFormed() } },
              })),
            }),
          },
        ],
        originalUriBaseIds: { ROOT: { description: { text: "The root of the image" } } },
        columnKind: "utf16CodeUnits",
        results: all.map((finding) => resultOf(finding, ids, image.name)),
        properties: { imageName: image.name.toWellFormed(), imageDigest: image.digest },
      },
    ],
  };
}

/** A vulnerability; of its findings, the worst counts. */
function ruleOf(findings: readonly WeighedFinding[]): object {
  const worst = findings.toSorted((a, b) => rank(a) - rank(b))[0]!;
  const { vulnerabilityId, title, sourceUrl, references } = worst;
  const text = (title ?? vulnerabilityId).toWellFormed();
  const [url = references[0]] = [sourceUrl === "" ? undefined : sourceUrl];
  return {
    id: vulnerabilityId.toWellFormed(),
    shortDescription: { text },
    fullDescription: { text },
    ...(url !== undefined && URL.canParse(url) && { helpUri: url }),
    defaultConfiguration: { level: levels[worst.severity] },
    properties: {
      "security-severity": securitySeverity(worst),
      tags: ["security", "vulnerability", worst.severity.toLowerCase()],
      precision: "very-high",
    },
  };
}

function rank({ severity }: WeighedFinding): number {
  return severities.indexOf(severity);
}

function securitySeverity(finding: WeighedFinding): string {
  const { score } = severityChoice(finding);
  const isAlike =
    score !== undefined && severityOfScore(score.value, score.version) === finding.severity;
  return (isAlike ? score.value : scores[finding.severity]).toFixed(1);
}

function resultOf(
  finding: WeighedFinding,
  ids: ReadonlyMap<string, number>,
  imageName: string,
): object {
  const { id, vulnerabilityId, severity, package: of, priority, suppression } = finding;
  return {
    ruleId: vulnerabilityId.toWellFormed(),
    ruleIndex: ids.get(vulnerabilityId) ?? -1,
    level: levels[severity],
    message: { text: messageOf(finding) },
    locations: of.places.map(({ path, inside, layerDiffId }) => ({
      physicalLocation: {
        artifactLocation: { uri: uriOf(path), uriBaseId: "ROOT" },
        region: { startLine: 1 },
      },
      logicalLocations: [
        {
          kind: "module",
          name: layerDiffId,
          fullyQualifiedName: `${imageName}@${layerDiffId}:/${path}`.toWellFormed(),
        },
      ],
      message: { text: `${of.name} ${of.version}${insideText(inside)}`.toWellFormed() },
    })),
    partialFingerprints: { "entrepotFinding/v1": id },
    ...(suppression !== undefined && {
      suppressions: [
        {
          ...{ kind: "external", status: "accepted" },
          justification: `${suppression.id}: ${suppression.reason}`.toWellFormed(),
        },
      ],
    }),
    properties: {
      ...{ severity, priority: priority.number, exploited: finding.kev !== undefined },
      ...{ packageName: of.name, packageVersion: of.version, packageType: of.type },
      ...(finding.fixedVersion !== undefined && { fixedVersion: finding.fixedVersion }),
    },
  };
}

function messageOf({ vulnerabilityId, title, package: of, fixedVersion, state }: WeighedFinding) {
  const fix =
    fixedVersion === undefined
      ? `There is no version with a fix (${state}).`
      : `Update it to ${fixedVersion}.`;
  const what = title === undefined ? "" : `: ${title}`;
  return `${of.name} ${of.version} has ${vulnerabilityId}${what}. ${fix}`.toWellFormed();
}

function insideText(inside: string | undefined): string {
  return inside === undefined ? "" : `, in ${inside}`;
}

/** Each part of a path in the encoding of URLs. */
function uriOf(path: string): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join("/");
}
