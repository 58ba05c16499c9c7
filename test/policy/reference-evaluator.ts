/**
 * A slow evaluator of IAM policies, to hold the engine against. It works on plain JSON and shares
 * nothing with the engine but types. Written from the IAM User Guide alone: "Policy evaluation
 * logic", "Cross-account policy evaluation logic", "IAM JSON policy element reference", "Condition
 * operators", "Multivalued context keys", "Policy variables".
 */

import type { PolicyPrincipal } from "../../src/registry/policy/policy-principal.ts";
import type { GrantRule, PolicySide } from "../../src/registry/policy/policy-request.ts";
import { type Context, conditionHolds } from "./reference-conditions.ts";
import { arnFits, textFits } from "./reference-patterns.ts";

export interface PlainStatement {
  Effect: string;
  Principal?: unknown;
  NotPrincipal?: unknown;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

export interface PlainPolicy {
  Version?: string;
  Statement: PlainStatement | PlainStatement[];
}

export interface PlainRequest {
  principal: PolicyPrincipal;
  action: string;
  resource: { arn: string; account: string };
  context: Context;
}

export interface PlainPolicies {
  identity: PlainPolicy[];
  boundary?: PlainPolicy;
  session?: PlainPolicy[];
  resource: PlainPolicy[];
}

export interface ReferenceDecision {
  allowed: boolean;
  reason?: "explicit-deny" | "implicit-deny";
  side?: PolicySide;
}

/** By which of its names a resource policy allows a principal. */
type Name = "everyone" | "itself" | "role" | "account";

export function referenceDecision(
  request: PlainRequest,
  policies: PlainPolicies,
  grants: GrantRule,
): ReferenceDecision {
  const sides = ["identity", "boundary", "session", "resource"] as const;
  const effects = Object.fromEntries(
    sides.map((side) => [side, effectsOf(request, policies, side)]),
  ) as Record<PolicySide, ReturnType<typeof effectsOf>>;
  // 1. "If the code finds even one explicit deny that applies, the code returns a final decision of Deny."
  for (const side of sides) {
    if (effects[side].some(({ effect }) => effect === "Deny")) {
      return { allowed: false, reason: "explicit-deny", side };
    }
  }
  const allows = (side: PolicySide) => effects[side].some(({ effect }) => effect === "Allow");

  const { principal, resource } = request;
  const hasAccount = principal.account !== undefined;
  const isRoot = principal.type === "Root";
  const identity = isRoot || allows("identity");
  const boundary = policies.boundary === undefined || allows("boundary");
  const passed = policies.session ?? [];
  // "Session policies – [without one] if the principal is a role session, then the request is
  // Allowed. Otherwise, the request is implicitly denied."
  const session = passed.length === 0 ? principal.type !== "FederatedUser" : allows("session");
  const resourceNames =
    grants === "identity-only"
      ? []
      : effects.resource.filter(({ effect }) => effect === "Allow").flatMap(({ names }) => names);
  const denied = (side: PolicySide): ReferenceDecision => {
    return { allowed: false, reason: "implicit-deny", side };
  };

  if (!hasAccount) return resourceNames.length > 0 ? { allowed: true } : denied("resource");

  if (principal.account !== resource.account) {
    // "The request is allowed only if both evaluations return a decision of Allow."
    if (!identity) return denied("identity");
    if (!boundary) return denied("boundary");
    if (!session) return denied("session");
    return resourceNames.length > 0 ? { allowed: true } : denied("resource");
  }

  // "If a resource-based policy grants permission directly to the IAM user or the session principal
  // [...], then an implicit deny in an identity-based policy, a permissions boundary, or a session
  // policy does not impact the final decision."
  if (resourceNames.includes("everyone") || resourceNames.includes("itself")) {
    return { allowed: true };
  }
  // "IAM role trust policies and KMS key policies [...] must explicitly allow access."
  const resourceOpen = grants !== "resource-required" || resourceNames.length > 0;
  const granted = (identity && resourceOpen) || resourceNames.includes("role");
  if (!granted) return denied(resourceOpen ? "identity" : "resource");
  if (!boundary) return denied("boundary");
  if (!session) return denied("session");
  return { allowed: true };
}

function effectsOf(
  request: PlainRequest,
  policies: PlainPolicies,
  side: PolicySide,
): { effect: string; names: Name[] }[] {
  const attached =
    side === "boundary"
      ? [policies.boundary]
      : side === "session"
        ? policies.session
        : policies[side];
  return (attached ?? []).flatMap((policy) =>
    policy === undefined ? [] : statementEffects(request, policies, policy, side),
  );
}

function statementEffects(
  request: PlainRequest,
  policies: PlainPolicies,
  policy: PlainPolicy,
  side: PolicySide,
): { effect: string; names: Name[] }[] {
  const variables = policy.Version === "2012-10-17";
  return list(policy.Statement).flatMap((statement) => {
    const names =
      side === "resource"
        ? principalNames(statement, request.principal, policies)
        : ["itself" as const];
    const fits =
      names.length > 0 &&
      actionFits(statement, request.action) &&
      resourceFits(statement, request, variables) &&
      conditionsFit(statement, request.context, variables);
    return fits ? [{ effect: statement.Effect, names }] : [];
  });
}

export function list<Item>(value: Item | readonly Item[] | undefined): Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? [...value] : [value as Item];
}

function actionFits(statement: PlainStatement, action: string): boolean {
  const named = (patterns: string | string[] | undefined) =>
    list(patterns).some((pattern) =>
      textFits(pattern.toLowerCase(), action.toLowerCase(), false, {}),
    );
  return statement.Action === undefined ? !named(statement.NotAction) : named(statement.Action);
}

function resourceFits(
  statement: PlainStatement,
  { resource, context }: PlainRequest,
  variables: boolean,
): boolean {
  const named = (patterns: string | string[]) =>
    list(patterns).some((pattern) => arnFits(pattern, resource.arn, variables, context));
  if (statement.Resource !== undefined) return named(statement.Resource);
  if (statement.NotResource !== undefined) return !named(statement.NotResource);
  return true;
}

function conditionsFit(statement: PlainStatement, context: Context, variables: boolean): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, block]) =>
    Object.entries(block).every(([key, values]) =>
      conditionHolds(
        operator,
        key,
        list(values as string | string[]).map(String),
        context,
        variables,
      ),
    ),
  );
}

function principalNames(
  { Principal, NotPrincipal }: PlainStatement,
  principal: PolicyPrincipal,
  policies: PlainPolicies,
): Name[] {
  if (Principal !== undefined) return namesIn(Principal, principal);
  const bounded =
    policies.boundary !== undefined && ["User", "AssumedRole"].includes(principal.type);
  // "…will always deny any IAM principal that has a permissions boundary policy attached."
  if (bounded) return ["everyone"];
  const listed = namesIn(NotPrincipal, principal);
  if (listed.includes("everyone")) return [];
  // "AWS verifies the account, then the role, and then the assumed-role user": each is to be listed.
  const needed: Record<PolicyPrincipal["type"], Name[]> = {
    Root: ["account"],
    User: ["account", "itself"],
    FederatedUser: ["account", "itself"],
    AssumedRole: ["account", "role", "itself"],
    Service: ["itself"],
    WebIdentity: ["itself"],
    Anonymous: ["everyone"],
  };
  return needed[principal.type].every((name) => listed.includes(name)) ? [] : ["everyone"];
}

/** Every name by which an element lists the principal. */
function namesIn(element: unknown, principal: PolicyPrincipal): Name[] {
  const lists: Record<string, string | string[]> =
    typeof element === "string" ? { AWS: element } : (element as Record<string, string | string[]>);
  const names: Name[] = [];
  const { type, account, arn, roleArn, userArn, uniqueId } = principal;
  for (const value of list(lists.AWS)) {
    if (value === "*") names.push("everyone");
    const ofAccount =
      account !== undefined && value.replace(/^arn:aws:iam::(\d+):root$/, "$1") === account;
    if (ofAccount) names.push("account");
    if (ofAccount && type === "Root") names.push("itself");
    if (["User", "AssumedRole", "FederatedUser"].includes(type)) {
      if (value === arn || value === uniqueId) names.push("itself");
    }
    if (type === "AssumedRole" && (value === roleArn || value === uniqueId?.split(":")[0])) {
      names.push("role");
    }
    // "…if a resource-based policy grants permission to the ARN of the IAM user who federated, then
    // requests [...] are limited by an implicit deny in a permission boundary or session policy."
    if (type === "FederatedUser" && value === userArn) names.push("role");
  }
  if (type === "Service" && list(lists.Service).includes(principal.service ?? "-")) {
    names.push("itself");
  }
  if (type === "WebIdentity" && list(lists.Federated).includes(principal.federated ?? "-")) {
    names.push("itself");
  }
  return names;
}
