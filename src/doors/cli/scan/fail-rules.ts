import { type Severity, severities } from "../../../registry/scanning/severity/severity.ts";
import type { WeighedFinding } from "../../../registry/scanning/weighed-finding.ts";
import { CommandError } from "../client.ts";

/** What makes a scan end with `foundExitCode`. */
export interface FailRule {
  /** As it was given. */
  readonly text: string;
  matches(finding: WeighedFinding): boolean;
}

/** The words of severities as the command line has them, the worst first. */
export const severityWords = severities.map((severity) => severity.toLowerCase());

/** @throws CommandError for what is no rule */
export function failRule(text: string): FailRule {
  const severity = severityOf(text);
  if (severity !== undefined) {
    return { text, matches: (finding) => isAsBad(finding.severity, severity) };
  }
  if (text === "exploited") return { text, matches: ({ kev }) => kev !== undefined };
  if (text === "fixable")
    return { text, matches: ({ fixedVersion }) => fixedVersion !== undefined };
  const least = /^priority:(\d{1,3}(?:\.\d)?)$/.exec(text)?.[1];
  if (least !== undefined && Number(least) <= 100) {
    return { text, matches: ({ priority }) => priority.number >= Number(least) };
  }
  const known = [...severityWords, "exploited", "fixable", "priority:<0 to 100>"].join(", ");
  throw new CommandError(`"${text}" is nothing to fail on: ${known}`, 2);
}

/** Of one of the words; `undefined` for another. */
export function severityOf(word: string): Severity | undefined {
  return severities[severityWords.indexOf(word)];
}

/** What is not rated is as bad as nothing. */
export function isAsBad(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(least);
}
