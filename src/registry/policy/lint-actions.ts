import { limits } from "../limits.ts";
import { editDistance, nearest } from "./edit-distance.ts";
import type { LintSubject } from "./lint-subject.ts";
import type { PolicyKind } from "./policy-document.ts";
import type { FindingCode, PolicyFinding } from "./policy-finding.ts";
import { kindRules } from "./policy-kinds.ts";
import type { PlacedStatement, PlacedText } from "./policy-text.ts";
import { compilePattern } from "./text-pattern.ts";

/** Actions of ECR on a registry as a whole: a repository's policy has no say in them. */
const registryActions = new Set(
  [
    "CreatePullThroughCacheRule",
    "CreateRepositoryCreationTemplate",
    "DeletePullThroughCacheRule",
    "DeleteRegistryPolicy",
    "DeleteRepositoryCreationTemplate",
    "DeleteSigningConfiguration",
    "DeregisterPullTimeUpdateExclusion",
    "DescribePullThroughCacheRules",
    "DescribeRegistry",
    "DescribeRepositoryCreationTemplates",
    "GetAccountSetting",
    "GetRegistryPolicy",
    "GetRegistryScanningConfiguration",
    "GetSigningConfiguration",
    "ListPullTimeUpdateExclusions",
    "PutAccountSetting",
    "PutRegistryPolicy",
    "PutRegistryScanningConfiguration",
    "PutReplicationConfiguration",
    "PutSigningConfiguration",
    "RegisterPullTimeUpdateExclusion",
    "UpdatePullThroughCacheRule",
    "UpdateRepositoryCreationTemplate",
    "ValidatePullThroughCacheRule",
  ].map((name) => `ecr:${name}`.toLowerCase()),
);

/** Services of AWS whose names are one letter from those of services that are here. */
const neighbours = new Set(["dms", "ec2", "ecs", "ram", "ses", "sms", "sns", "sqs", "ssm", "sso"]);

type Report = (
  code: FindingCode,
  severity: PolicyFinding["severity"],
  sentence: string,
  corrected?: string,
) => void;

/** Faults of single actions. */
export function lintActions(subject: LintSubject): PolicyFinding[] {
  const { policy } = subject;
  const findings: PolicyFinding[] = [];
  const known = new KnownActions(subject.knownActions);
  for (const statement of policy.statements) {
    for (const element of ["Action", "NotAction"]) {
      for (const action of policy.texts(statement.members, element)) {
        if (findings.length >= limits.policyFindings) return findings;
        const report: Report = (code, severity, sentence, corrected) =>
          findings.push({
            code,
            severity,
            sentence,
            statement: statement.index,
            element,
            line: policy.line(action.start),
            corrected,
          });
        // One that is in the list already is not put there twice.
        const mended = (meant: string) =>
          isBeside(policy.texts(statement.members, element), action, meant)
            ? policy.without(statement.members, element, action)
            : policy.replaced(action, meant);
        if (/\s/.test(action.value)) {
          const meant = action.value.replace(/\s+/g, "");
          report(
            "blank-in-action",
            "error",
            `The action '${action.value}' has a blank in it and matches nothing`,
            mended(known.spelled(meant) ?? meant),
          );
        } else {
          lintAction(known, action, mended, report);
          lintPlace(subject, statement, element, action, report);
        }
      }
    }
  }
  return findings;
}

class KnownActions {
  readonly #byLowerCase: ReadonlyMap<string, string>;
  readonly #services: ReadonlySet<string>;

  constructor(actions: readonly string[]) {
    this.#byLowerCase = new Map(actions.map((action) => [action.toLowerCase(), action]));
    this.#services = new Set([...this.#byLowerCase.keys()].map(serviceOf));
  }

  spelled(action: string): string | undefined {
    return this.#byLowerCase.get(action.toLowerCase());
  }

  hasService(service: string): boolean {
    return this.#services.has(service);
  }

  /** Whether a service was hardly meant as it is written: one letter off, and none of AWS's own. */
  isSlip(service: string): boolean {
    if (service.length > 32 || neighbours.has(service)) return false;
    return [...this.#services].some((known) => editDistance(service, known) === 1);
  }

  /** Whether any action matches a pattern. */
  matches(pattern: string): boolean {
    const options = { variables: false, wildcards: true };
    const { matches } = compilePattern(pattern.toLowerCase(), options);
    const context = new Map<string, string>();
    return [...this.#byLowerCase.keys()].some((action) => matches(action, context));
  }

  nearest(action: string): string | undefined {
    // Longer than any action by far: nothing is near.
    return action.length > 128 ? undefined : nearest(action, this.#byLowerCase.values());
  }
}

function serviceOf(action: string): string {
  return action.slice(0, Math.max(0, action.indexOf(":"))).toLowerCase();
}

/** Whether another string of the list is the same action. */
function isBeside(list: readonly PlacedText[], { start }: PlacedText, action: string): boolean {
  const wanted = action.toLowerCase();
  return list.some((other) => other.start !== start && other.value.toLowerCase() === wanted);
}

function lintAction(
  known: KnownActions,
  action: PlacedText,
  mended: (meant: string) => string,
  report: Report,
): void {
  const { value } = action;
  if (value === "*" || known.spelled(value) !== undefined) return;
  const isPattern = /[*?]/.test(value);
  if (isPattern && known.matches(value)) return;
  const service = serviceOf(value);
  // Policies may name services that are elsewhere; but a slip of the pen is told.
  if (!known.hasService(service) && !known.isSlip(service)) return;
  const meant = isPattern ? undefined : known.nearest(value);
  if (!known.hasService(service) && meant === undefined) return;
  const what = isPattern ? `No action matches '${value}'` : `There is no action '${value}'`;
  if (meant === undefined) report("unknown-action", "warning", what);
  else {
    report("unknown-action", "error", `${what}; the nearest is '${meant}'`, mended(meant));
  }
}

const registryKinds: ReadonlySet<PolicyKind> = new Set([
  ...(["repository", "public-repository", "registry", "registry-v1"] as const),
]);

/** Actions that this kind of policy cannot grant. */
function lintPlace(
  { policy, kind }: LintSubject,
  statement: PlacedStatement,
  element: string,
  action: PlacedText,
  report: Report,
): void {
  if (!registryKinds.has(kind)) return;
  const { services, onlyActions, neverActions } = kindRules[kind];
  const lowered = action.value.toLowerCase();
  const without = () =>
    action.among > 1 ? policy.without(statement.members, element, action) : undefined;
  const foreign = lowered !== "*" && services?.includes(serviceOf(lowered)) !== true;
  const excluded = onlyActions !== undefined && !onlyActions.has(lowered);
  if (foreign || excluded || neverActions?.has(lowered) === true) {
    const sentence = `The action '${action.value}' cannot be in a ${kind === "registry" || kind === "registry-v1" ? "registry" : "repository"} policy`;
    report("action-not-in-repository-policy", "error", sentence, without());
  } else if (kind === "repository" && registryActions.has(lowered)) {
    const sentence = `The action '${action.value}' is asked of a registry, so that a repository policy has no say in it`;
    report("action-not-in-repository-policy", "warning", sentence, without());
  }
}
