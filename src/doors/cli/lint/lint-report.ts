import { type AdviceSeverity, adviceSeverities } from "../../../registry/scanning/advice/advice.ts";
import { tableText } from "../table.ts";
import type { LintFinding } from "./lint-finding.ts";

/** What was found in one file. */
export interface LintReport {
  /** As it was named. */
  readonly file: string;
  readonly findings: readonly LintFinding[];
}

/** Findings as a table, and below it, once for each rule, why and how to do better. */
export function reportText({ file, findings }: LintReport, width: number): string {
  if (findings.length === 0) return `${file}: nothing to say.`;
  const rows = findings.map(({ severity, line, id, title }) => [severity, `${line}`, id, title]);
  const table = tableText(["SEVERITY", { whole: "LINE" }, { whole: "RULE" }, "WHAT"], rows, width);
  const firstOf = new Map(findings.toReversed().map((finding) => [finding.id, finding]));
  const told = findings.filter((finding) => firstOf.get(finding.id) === finding);
  const notes = told.map(({ id, reason, fix }) => `${id}\n${indented(reason)}\n${indented(fix)}`);
  return `${table}\n\n${notes.join("\n\n")}\n\n${file}: ${countsText(findings)}.`;
}

/** `1 critical, 2 low` */
function countsText(findings: readonly LintFinding[]): string {
  const count = (wanted: AdviceSeverity) =>
    findings.filter(({ severity }) => severity === wanted).length;
  const met = adviceSeverities.toReversed().filter((severity) => count(severity) > 0);
  return met.map((severity) => `${count(severity)} ${severity}`).join(", ");
}

/** Nothing in a file may move the cursor of who reads this. */
function indented(text: string): string {
  const lines = text.split("\n");
  return lines
    .map((line) => `    ${line.replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd")}`.trimEnd())
    .join("\n");
}
