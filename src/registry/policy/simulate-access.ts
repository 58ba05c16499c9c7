import { isAccountId } from "../names.ts";
import type { ConditionValues } from "./condition-values.ts";
import { evaluate } from "./evaluate.ts";
import { explainDecision } from "./explain-decision.ts";
import type { Explanation, StatementOf } from "./explanation.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";
import type { Attached, Decision, PolicyRequest, PolicySet } from "./policy-request.ts";

export type SimulatedDecision = "allowed" | "explicitDeny" | "implicitDeny";

/** A request that nobody makes, but for its action and resource. */
export interface Simulation {
  readonly principal: PolicyPrincipal;
  readonly policies: PolicySet;
  readonly context: ConditionValues;
  /** Whose the resources are that do not name their account. */
  readonly owner: string;
  /** Policies of an organization, level by level: each has to allow. None, or an empty list: no limit. */
  readonly organization?: readonly (readonly Attached[])[] | undefined;
}

export interface SimulatedAccess {
  readonly decision: SimulatedDecision;
  /** The statements that determine the decision: where one denies, none that allows. */
  readonly matched: readonly StatementOf[];
  /** Condition keys that statements ask for and that the simulation does not have. */
  readonly missing: readonly string[];
  /** Whether the boundary allows it; `undefined` without one. */
  readonly withinBoundary: boolean | undefined;
  /** Whether the organization allows it; `undefined` where it says nothing. */
  readonly withinOrganization: boolean | undefined;
  /** What either side says, where the resource is another account's. */
  readonly sides: { identity: SimulatedDecision; resource: SimulatedDecision } | undefined;
}

/** What would become of a request. Source: IAM API, SimulateCustomPolicy and EvaluationResult. */
export function simulateAccess(
  simulation: Simulation,
  action: string,
  arn: string,
): SimulatedAccess {
  const { principal, policies, context, owner } = simulation;
  const named = arn.split(":")[4] ?? "";
  const resource = { arn, account: isAccountId(named) ? named : owner };
  const request: PolicyRequest = { principal, action, resource, context };
  const explanation = explainDecision(request, policies);
  const above = organizationDecision(request, simulation.organization ?? []);
  const withinOrganization = above && above === "allowed";
  const decision =
    above === undefined || above === "allowed" ? inOneWord(explanation.decision) : above;
  const isForeign = resource.account !== principal.account && withinOrganization !== false;
  return {
    decision,
    matched: decisive(explanation, decision),
    missing: explanation.missingContextKeys,
    withinBoundary: policies.boundary && sideOf(explanation, "boundary") === "allowed",
    withinOrganization,
    sides: isForeign
      ? { identity: identitySide(request, policies), resource: sideOf(explanation, "resource") }
      : undefined,
  };
}

/** Statements that made the decision: none says that nothing allows. */
function decisive({ matched }: Explanation, decision: SimulatedDecision): readonly StatementOf[] {
  if (decision === "implicitDeny") return [];
  if (decision === "explicitDeny") {
    return matched.filter(({ statement }) => statement.effect === "Deny");
  }
  // What a boundary allows decides nothing on its own.
  return matched.filter(
    ({ side, statement }) => statement.effect === "Allow" && side !== "boundary",
  );
}

/** Of the levels together; `undefined` without any. */
function organizationDecision(
  request: PolicyRequest,
  levels: readonly (readonly Attached[])[],
): SimulatedDecision | undefined {
  const decisions = levels.map((identity) => identitySide(request, { identity, resource: [] }));
  return decisions.length === 0 ? undefined : mostRestrictive(decisions);
}

/** What is allowed only where all of them allow it. */
export function mostRestrictive(decisions: readonly SimulatedDecision[]): SimulatedDecision {
  if (decisions.includes("explicitDeny")) return "explicitDeny";
  return decisions.includes("implicitDeny") ? "implicitDeny" : "allowed";
}

/** As if the resource were the principal's own account's, and had no policy. */
function identitySide(request: PolicyRequest, policies: PolicySet): SimulatedDecision {
  const account = request.principal.account ?? "";
  const own = { ...request, resource: { ...request.resource, account } };
  return inOneWord(evaluate(own, { ...policies, resource: [] }));
}

function sideOf({ matched }: Explanation, side: StatementOf["side"]): SimulatedDecision {
  const effects = matched
    .filter((each) => each.side === side)
    .map(({ statement }) => statement.effect);
  if (effects.includes("Deny")) return "explicitDeny";
  return effects.includes("Allow") ? "allowed" : "implicitDeny";
}

function inOneWord(decision: Decision): SimulatedDecision {
  if (decision.allowed) return "allowed";
  return decision.reason === "explicit-deny" ? "explicitDeny" : "implicitDeny";
}
