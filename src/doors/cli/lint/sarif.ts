import type { AdviceSeverity } from "../../../registry/scanning/advice/advice.ts";
import type { LintReport } from "./lint-report.ts";
import { lintRules } from "./lint-rules.ts";

const levels = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
} as const satisfies Record<AdviceSeverity, string>;

/** Findings for tools that show those of many. Source: OASIS, "SARIF Version 2.1.0". */
export function sarifLog({ file, findings }: LintReport, version: string): object {
  const found = new Set(findings.map(({ id }) => id));
  const rules = lintRules.filter(({ id }) => found.has(id));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "entrepot lint",
            version,
            rules: rules.map(({ id, summary }) => ({ id, shortDescription: { text: summary } })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map(({ id, severity, title, reason, fix, line, endLine }) => ({
          ruleId: id,
          ruleIndex: rules.findIndex((rule) => rule.id === id),
          level: levels[severity],
          message: { text: `${title}. ${reason}\n\n${fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(file) },
                region: { startLine: line, endLine },
              },
            },
          ],
          properties: { severity },
        })),
      },
    ],
  };
}

/** A relative reference where the path is one; each part of it in the encoding of URLs. */
function uriOf(file: string): string {
  const parts = file
    .replaceAll("\\", "/")
    .replace(/^(\.\/)+/, "")
    .split("/");
  const path = parts.map((part) => encodeURIComponent(part)).join("/");
  return path.startsWith("/") ? `file://${path}` : path;
}
