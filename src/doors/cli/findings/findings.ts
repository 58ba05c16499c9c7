/** `entrepot finding`: what is wrong with an image, in the order in which to see to it. */
import type { WeighedFindingAnswer } from "../../../operations/entrepot/weighed-finding-answer.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { fieldsText, tableText } from "../table.ts";
import { writtenImage } from "./named-image.ts";

export interface FindingWish {
  readonly image: string;
  readonly severities: readonly string[];
  readonly minimumPriority: string | undefined;
  readonly exploited: boolean;
  readonly fixable: boolean;
  readonly packageName: string | undefined;
  readonly vulnerabilityId: string | undefined;
  /** Those alone, or the others alone. */
  readonly suppressed: boolean | undefined;
}

const severityWords = [
  ...(["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const),
];

/** @throws CommandError for words that mean nothing, and Refusal */
export function listFindings(server: Server, wish: FindingWish): Promise<WeighedFindingAnswer[]> {
  const { packageName, vulnerabilityId, suppressed, minimumPriority } = wish;
  const severities = wish.severities.map(severityOf);
  return server.all("entrepot:ListImageFindings", "findings", {
    ...writtenImage(wish.image),
    ...(severities.length > 0 && { severities }),
    ...(minimumPriority !== undefined && { minimumPriority: priorityOf(minimumPriority) }),
    ...(wish.exploited && { exploited: true }),
    ...(wish.fixable && { fixAvailable: true }),
    ...{ packageName, vulnerabilityId, suppressed },
  });
}

function severityOf(text: string): (typeof severityWords)[number] {
  const word = severityWords.find((each) => each === text.toUpperCase());
  if (word !== undefined) return word;
  throw new CommandError(`"${text}" is no severity: use ${severityWords.join(", ")}`, 2);
}

function priorityOf(text: string): number {
  const number = Number(text);
  if (/^\d{1,3}(\.\d)?$/.test(text) && number <= 100) return number;
  throw new CommandError(`"${text}" is no priority: they go from 0 to 100`, 2);
}

export function findingsText(findings: readonly WeighedFindingAnswer[], width: number): string {
  if (findings.length === 0) return "There are no such findings.";
  return tableText(
    [
      ...[{ whole: "PRIORITY" }, "SEVERITY", { whole: "VULNERABILITY" }],
      ...["PACKAGE", "VERSION", "FIXED IN", "SUPPRESSED BY"],
    ],
    findings.map((each) => [
      ...[each.priority.toFixed(1), each.severity.toLowerCase(), each.vulnerabilityId],
      ...[each.package.name, each.package.version, each.fixedVersion ?? `(${each.state})`],
      each.suppression === undefined
        ? "-"
        : `${each.suppression.kind.toLowerCase()} ${each.suppression.id}`,
    ]),
    width,
  );
}

/** Each with what its priority is made of, and why it is suppressed. */
export function explainedText(findings: readonly WeighedFindingAnswer[]): string {
  if (findings.length === 0) return "There are no such findings.";
  return findings
    .map((each) => {
      const { suppression } = each;
      return fieldsText([
        ["Vulnerability", [each.vulnerabilityId, ...each.aliases].join(", ")],
        ["Title", each.title ?? ""],
        ["Package", `${each.package.name} ${each.package.version}`],
        ["Places", each.package.places.map(({ path }) => path)],
        ["Fix", each.fixedVersion ?? each.state],
        ["Priority", each.priority.toFixed(1)],
        [
          "Because",
          each.explanation.map(({ points, reason }) => `${points.toFixed(1)}  ${reason}`),
        ],
        ...(suppression === undefined
          ? []
          : ([
              [
                "Suppressed",
                `by ${suppression.kind.toLowerCase()} ${suppression.id}: ${suppression.reason}`,
              ],
            ] as const)),
        ["See", each.url],
      ]);
    })
    .join("\n\n");
}
