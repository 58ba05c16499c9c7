/** Findings for tools that show those of many. Source: OASIS, "SARIF Version 2.1.0". */
export interface SarifFinding {
  readonly vulnerabilityId: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
  readonly packageName: string;
  readonly installed: string;
  readonly fixedIn: string | undefined;
  /** `team/app@sha256:…`. */
  readonly image: string;
  /** The file that records the package, where one is known. */
  readonly path: string | undefined;
}

const levels: Readonly<Record<string, string>> = {
  ...{ CRITICAL: "error", HIGH: "error", MEDIUM: "warning" },
  ...{ LOW: "note", INFORMATIONAL: "note" },
};
/** GitHub, "SARIF support for code scanning": what orders its list, the middle of each severity. */
const scores: Readonly<Record<string, string>> = {
  ...{ CRITICAL: "9.5", HIGH: "8.0", MEDIUM: "5.5", LOW: "2.0", INFORMATIONAL: "0.1" },
};

export function sarifText(findings: readonly SarifFinding[]): string {
  const rules = [...new Map(findings.map((each) => [each.vulnerabilityId, each])).values()];
  const places = new Map(rules.map(({ vulnerabilityId }, place) => [vulnerabilityId, place]));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "entrepot", rules: rules.map(ruleOf) } },
        columnKind: "utf16CodeUnits",
        results: findings.map((each) => resultOf(each, places.get(each.vulnerabilityId) ?? 0)),
      },
    ],
  };
  return JSON.stringify(log, null, 2);
}

function ruleOf({ vulnerabilityId, title, url, severity }: SarifFinding): object {
  const text = (title || vulnerabilityId).toWellFormed();
  return {
    ...{ id: vulnerabilityId, shortDescription: { text } },
    ...(/^https?:/.test(url) && { helpUri: url }),
    properties: {
      "security-severity": scores[severity] ?? "5.5",
      tags: ["security", "vulnerability", severity.toLowerCase()],
    },
  };
}

function resultOf(finding: SarifFinding, ruleIndex: number): object {
  const { vulnerabilityId, packageName, installed, fixedIn, image, path, severity } = finding;
  const mended = fixedIn === undefined ? "" : `; fixed in ${fixedIn}`;
  return {
    ...{ ruleId: vulnerabilityId, ruleIndex, level: levels[severity] ?? "warning" },
    message: { text: `${packageName} ${installed} in ${image}${mended}`.toWellFormed() },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI((path ?? image).replace(/^\/+/, "").toWellFormed()) },
          region: { startLine: 1 },
        },
        logicalLocations: [{ fullyQualifiedName: `${image} ${packageName}`.toWellFormed() }],
      },
    ],
  };
}
