import { invalidParameter } from "../errors.ts";
import type { CompiledCondition } from "../policy/compiled-policy.ts";
import { type ConditionTest, parseOperator } from "../policy/condition-operators.ts";
import type { ConditionValues } from "../policy/condition-values.ts";
import { compileCondition, parseDecimal } from "../policy/conditions.ts";
import { severityChoice } from "../scanning/image-finding.ts";
import type { WeighedFinding } from "../scanning/weighed-finding.ts";
import type { FindingCondition } from "./gate.ts";
import { gateLimits } from "./gate-limits.ts";

type FactType = "text" | "number" | "boolean";

/** What a condition may ask of a finding. */
export const findingFacts = {
  Severity: "text",
  Priority: "number",
  CvssScore: "number",
  Epss: "number",
  KnownExploited: "boolean",
  Ransomware: "boolean",
  FixAvailable: "boolean",
  /** The vulnerability's name and all its other names. */
  CVE: "text",
  Package: "text",
  PackageVersion: "text",
  PackageManager: "text",
  /** Days since it was published, or where that is not known, since it was found in the image. */
  AgeDays: "number",
} as const satisfies Record<string, FactType>;

const textTests: readonly ConditionTest[] = [
  ...(["StringEquals", "StringEqualsIgnoreCase", "StringLike", "Null"] as const),
];
const numberTests: readonly ConditionTest[] = [
  ...(["NumericEquals", "NumericLessThan", "NumericLessThanEquals"] as const),
  ...(["NumericGreaterThan", "NumericGreaterThanEquals", "Null"] as const),
];
const testsOf: Readonly<Record<FactType, readonly ConditionTest[]>> = {
  text: textTests,
  number: numberTests,
  boolean: ["Bool", "Null"],
};

const dayMs = 24 * 60 * 60 * 1000;

/** Since when the vulnerability is known. */
export function knownSince(finding: Pick<WeighedFinding, "publishedAt" | "firstObservedAt">) {
  return finding.publishedAt ?? finding.firstObservedAt;
}

/** The facts of one finding, by name in lower case. */
export function factsOf(finding: WeighedFinding, now: number): ConditionValues {
  const { package: of, kev } = finding;
  const score = severityChoice(finding).score?.value;
  const names = [finding.vulnerabilityId, ...finding.aliases, ...finding.advisories];
  const facts = new Map<string, string | readonly string[]>([
    ["severity", finding.severity],
    ["priority", String(finding.priority.number)],
    ["knownexploited", String(kev !== undefined)],
    ["ransomware", String(kev?.isUsedByRansomware === true)],
    ["fixavailable", String(finding.fixedVersion !== undefined)],
    ["cve", names],
    ["package", of.name],
    ["packageversion", of.version],
    ["packagemanager", of.packageManager],
    ["agedays", String(Math.max(0, Math.floor((now - knownSince(finding)) / dayMs)))],
  ]);
  if (score !== undefined) facts.set("cvssscore", String(score));
  if (finding.epss !== undefined) facts.set("epss", String(finding.epss.score));
  return facts;
}

/** Whether all of it holds. An absent fact makes a condition false, as in policies. */
export type CompiledFindingCondition = (facts: ConditionValues) => boolean;

/** Compiles a condition that `checkCondition` has let pass. Takes time linear in values and facts. */
export function compileFindingCondition(condition: FindingCondition): CompiledFindingCondition {
  const compiled: CompiledCondition[] = [];
  for (const [operator, keys] of Object.entries(condition)) {
    for (const [key, values] of Object.entries(keys)) {
      compiled.push(compileCondition({ operator, key, values }, false));
    }
  }
  return (facts) => compiled.every(({ holds }) => holds(facts));
}

/**
 * A block of conditions as IAM's policies have them, over facts of findings.
 * @throws InvalidParameter for what could never hold as it is meant: an unknown operator or fact, an
 *   operator of another type than the fact, a value that it can not read, or nothing at all
 */
export function checkCondition(condition: FindingCondition): void {
  let count = 0;
  for (const [operator, keys] of Object.entries(condition)) {
    const parsed = parseOperator(operator);
    if (parsed === undefined) throw refused(`'${shown(operator)}' is no operator`);
    for (const [key, values] of Object.entries(keys)) {
      count += 1;
      checkOne(parsed.test, operator, key, values);
    }
  }
  if (count === 0) throw refused("a block has at least one condition");
  if (count > gateLimits.conditionsPerBlock) {
    throw refused(`a block has at most ${gateLimits.conditionsPerBlock} conditions`);
  }
}

const typesByKey = new Map<string, FactType>(
  Object.entries(findingFacts).map(([name, type]) => [name.toLowerCase(), type]),
);

function checkOne(
  test: ConditionTest,
  operator: string,
  key: string,
  values: readonly string[],
): void {
  const type = typesByKey.get(key.toLowerCase());
  if (type === undefined) {
    const known = Object.keys(findingFacts).join(", ");
    throw refused(`'${shown(key)}' is no fact of a finding; there are ${known}`);
  }
  if (!testsOf[type].includes(test)) throw refused(`${operator} does not go with ${key}`);
  if (values.length === 0) throw refused(`${key} is compared with nothing`);
  if (values.length > gateLimits.valuesPerCondition) {
    throw refused(`${key} has more than ${gateLimits.valuesPerCondition} values`);
  }
  for (const value of values) {
    if (value.length > gateLimits.valueCharacters) {
      throw refused(`a value of ${key} is longer than ${gateLimits.valueCharacters} characters`);
    }
    if (isReadable(test, type, value)) continue;
    throw refused(`'${shown(value)}' is no value for ${operator} of ${key}`);
  }
}

function isReadable(test: ConditionTest, type: FactType, value: string): boolean {
  if (test === "Null" || type === "boolean") return /^(true|false)$/i.test(value);
  return type === "text" || parseDecimal(value) !== undefined;
}

function shown(text: string): string {
  return text.slice(0, 64);
}

function refused(sentence: string) {
  return invalidParameter("blockWhen", sentence);
}
