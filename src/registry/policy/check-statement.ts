import { splitArnPattern } from "./arn-pattern.ts";
import { parseOperator } from "./condition-operators.ts";
import { parseDecimal } from "./conditions.ts";
import { parseInstant } from "./instant.ts";
import { parseIpRange } from "./ip-range.ts";
import type { StatementDraft } from "./parse-statement.ts";
import type { ConditionElement, PatternElement } from "./policy-document.ts";
import type { KindRules } from "./policy-kinds.ts";
import { legacyParsing, PolicyRefusal } from "./policy-refusal.ts";

/** What IAM's older parser refuses, wherever it stands, before anything else is looked at. */
export function checkLegacy(draft: StatementDraft, variables: boolean): void {
  const { path, conditions, resource } = draft;
  if (!draft.effectExact) throw refusal(`${path}.Effect`, "Effect is spelled Allow or Deny");
  for (const condition of conditions) checkConditionValues(condition, path);
  for (const pattern of resource?.patterns ?? []) {
    const fault = legacyArnFault(pattern, variables);
    if (fault !== undefined) throw refusal(`${path}.${nameOf("Resource", resource)}`, fault);
  }
}

function refusal(path: string, detail: string): PolicyRefusal {
  return new PolicyRefusal("grammar", legacyParsing, path, detail);
}

/** What reads the values of operators that cannot make sense of every text. */
const readers: readonly (readonly [family: string, read: (text: string) => unknown])[] = [
  ["Date", parseInstant],
  ["Numeric", parseDecimal],
  ["IpAddress", parseIpRange],
];

function checkConditionValues({ operator, values }: ConditionElement, path: string): void {
  const test = parseOperator(operator)?.test;
  const read = readers.find(([family]) => test?.startsWith(family))?.[1];
  if (read === undefined) return;
  for (const value of values) {
    if (read(value) !== undefined) continue;
    const detail = `'${value}' cannot be read as ${operator} needs it`;
    throw refusal(`${path}.Condition.${operator}`, detail);
  }
}

const partitions = new Set([
  "*",
  "aws",
  "aws-cn",
  "aws-eusc",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
  "aws-us-gov",
]);
const accountCharacters = /^[\d*?]*$/;
const wholeAccount = /^(?:aws|\d{12})?$/;

/** An ARN of a known partition whose further parts are wrong. Three parts are an abridged ARN. */
function legacyArnFault(pattern: string, variables: boolean): string | undefined {
  const parts = splitArnPattern(pattern, variables);
  const [prefix, partition = "", service, , account = ""] = parts;
  if (prefix !== "arn" || !partitions.has(partition) || parts.length < 3) return undefined;
  if (service === "") return `the ARN '${pattern}' names no service`;
  if (parts.length === 4 || parts.length === 5) return `the ARN '${pattern}' has too few parts`;
  if (parts.length === 3) return undefined;
  const open = accountCharacters.test(account) && /[*?]/.test(account);
  if (!open && !wholeAccount.test(account)) return `the ARN '${pattern}' has no account id`;
  if (variables && parts.slice(0, 5).some((part) => part.includes("${"))) {
    return `the ARN '${pattern}' has a variable before its resource`;
  }
  return undefined;
}

/** What a statement must and must not have, in the order in which IAM finds fault with it. */
export function checkStatement(draft: StatementDraft, rules: KindRules): void {
  if (rules.voice === "permissions") checkPermissions(draft);
  else checkResourceStatement(draft, rules);
}

function checkPermissions(draft: StatementDraft): void {
  const { path, action, resource } = draft;
  for (const pattern of resource?.patterns ?? []) {
    const fault = resourceFault(pattern);
    if (fault !== undefined) throw fail(fault, path, "Resource", resource);
  }
  if (action === undefined) throw grammar("Policy statement must contain actions.", path);
  for (const pattern of action.patterns) {
    const fault = actionFault(pattern);
    if (fault !== undefined) throw fail(fault, path, "Action", action);
  }
  if (resource === undefined) throw grammar("Policy statement must contain resources.", path);
}

function checkResourceStatement(draft: StatementDraft, rules: KindRules): void {
  const { path, action, resource, principal } = draft;
  checkNotPrincipal(draft, rules);
  if (principal === undefined) throw grammar("Missing required field Principal", path);
  if (action === undefined) throw grammar("Missing required field Action", path);
  for (const pattern of action.patterns) {
    const fault = actionFault(pattern);
    if (fault !== undefined) throw fail(fault, path, "Action", action);
    const forbidden = forbiddenAction(pattern, action, rules);
    if (forbidden !== undefined) throw fail(forbidden, path, "Action", action, "forbidden");
  }
  if (rules.resource === "forbidden" && resource !== undefined) {
    const sentence = resource.negated
      ? "AssumeRole policy must not contain resources."
      : "Has prohibited field Resource";
    throw fail(sentence, path, "Resource", resource, "forbidden");
  }
  if (rules.resource === "required" && resource === undefined) {
    throw grammar("Missing required field Resource", path);
  }
  for (const pattern of resource?.patterns ?? []) {
    const fault = resourceFault(pattern);
    if (fault !== undefined) throw fail(fault, path, "Resource", resource);
  }
}

function checkNotPrincipal({ principal, effect, path }: StatementDraft, rules: KindRules): void {
  if (principal === undefined || !principal.negated) return;
  // "NotPrincipal must be used with "Effect":"Deny". Using it with "Effect":"Allow" is not supported."
  if (effect === "Allow") {
    const sentence = "Allow with NotPrincipal is not allowed.";
    throw new PolicyRefusal("forbidden", sentence, `${path}.NotPrincipal`);
  }
  if (!rules.notPrincipal) {
    const sentence = "AssumeRole policy must not contain NotPrincipal field.";
    throw new PolicyRefusal("forbidden", sentence, `${path}.NotPrincipal`);
  }
}

function grammar(sentence: string, path: string): PolicyRefusal {
  return new PolicyRefusal("grammar", sentence, path);
}

function fail(
  sentence: string,
  path: string,
  element: "Action" | "Resource",
  patterns: PatternElement | undefined,
  fault: "grammar" | "forbidden" = "grammar",
): PolicyRefusal {
  return new PolicyRefusal(fault, sentence, `${path}.${nameOf(element, patterns)}`);
}

function nameOf(element: "Action" | "Resource", patterns: PatternElement | undefined): string {
  return patterns?.negated === true ? `Not${element}` : element;
}

const vendorShape = /^[A-Za-z0-9.-]+$/;

function actionFault(action: string): string | undefined {
  if (action === "*") return undefined;
  const [vendor, name, more] = action.split(":", 3);
  if (name === undefined) {
    return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  }
  if (!vendorShape.test(vendor!)) return `Vendor ${vendor} is not valid`;
  return more === undefined ? undefined : "Actions/Condition can contain only one colon.";
}

function forbiddenAction(
  action: string,
  element: PatternElement,
  rules: KindRules,
): string | undefined {
  const lowered = action.toLowerCase();
  if (rules.onlyActions !== undefined && !rules.onlyActions.has(lowered)) {
    return rules.resource === "forbidden"
      ? "AssumeRole policy may only specify STS AssumeRole actions."
      : `Policy has invalid action ${action}`;
  }
  const service = lowered.slice(0, lowered.indexOf(":"));
  const known = action === "*" || (rules.services?.includes(service) ?? true);
  if (!known || (!element.negated && rules.neverActions?.has(lowered) === true)) {
    return `Policy has invalid action ${action}`;
  }
  return undefined;
}

const iamPaths =
  "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/";

function resourceFault(resource: string): string | undefined {
  if (resource === "*") return undefined;
  if (!resource.includes(":")) return `Resource ${resource} must be in ARN format or "*".`;
  const parts = splitArnPattern(resource, true);
  const [prefix, partition = "", service = "", region = "", , path = "*"] = parts;
  if (prefix !== "arn" || !partitions.has(partition)) {
    const shown = [2, 3, 4, 5].map((index) => parts[index] ?? "*").join(":");
    return `Partition "${partition}" is not valid for resource "arn:${partition}:${shown}".`;
  }
  if (!vendorShape.test(service)) {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  if (service !== "iam") return undefined;
  if (region !== "") return `IAM resource ${resource} cannot contain region information.`;
  if (path === "*" || iamPaths.split(", ").some((start) => path.startsWith(start))) {
    return undefined;
  }
  return `IAM resource path must either be "*" or start with ${iamPaths}.`;
}
