import { createHash } from "node:crypto";
import type {
  EvaluationResult,
  ResourceSpecificResult,
  SimulatePolicyResponse,
  Statement,
} from "@aws-sdk/client-iam";
import type { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId } from "../../registry/names.ts";
import type { StatementOf } from "../../registry/policy/explanation.ts";
import {
  mostRestrictive,
  type SimulatedAccess,
  type SimulatedDecision,
  type Simulation,
  simulateAccess,
} from "../../registry/policy/simulate-access.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage } from "./page.ts";
import type { simulationMembers } from "./simulation-shapes.ts";

export type SimulationInput = z.output<z.ZodObject<typeof simulationMembers>>;

/** One page of what would become of each action on all of the resources: a result for each action. */
export async function simulationPage(
  ports: Pick<Ports, "keys">,
  { operation, account }: { readonly operation: string; readonly account: AccountId },
  input: SimulationInput,
  simulation: Simulation,
): Promise<QueryWire<SimulatePolicyResponse>> {
  const { Marker, MaxItems = limits.pageDefault, ...asked } = input;
  const actions = input.ActionNames.map((action, index) => ({ action, index }));
  const resources = input.ResourceArns.length === 0 ? ["*"] : input.ResourceArns;
  const most = Math.max(1, Math.floor(limits.simulationsPerPage / resources.length));
  const { items, end } = await iamPage(
    ports,
    {
      ...{ operation, account, narrowedBy: [digestOf(asked)] },
      fetch: async ({ after, limit }) =>
        actions.filter(({ index }) => after === undefined || index > Number(after)).slice(0, limit),
      key: ({ index }) => String(index),
    },
    { Marker, MaxItems: Math.min(MaxItems, most) },
  );
  return {
    EvaluationResults: items.map(({ action }) => resultOf(simulation, action, resources)),
    ...end,
  };
}

/** A page goes on with the very simulation that it belongs to. */
function digestOf(asked: object): string {
  return createHash("sha256").update(JSON.stringify(asked)).digest("base64url");
}

interface OnResource {
  readonly arn: string;
  readonly access: SimulatedAccess;
}

/**
 * IAM's answer for one action: what is allowed on each of the resources is allowed. Differs from IAM:
 * a resource that stands alone is named, as IAM did once, and not by the form of its ARN.
 */
function resultOf(
  simulation: Simulation,
  action: string,
  resources: readonly string[],
): QueryWire<EvaluationResult> {
  const on = resources.map((arn) => ({ arn, access: simulateAccess(simulation, action, arn) }));
  const decision = mostRestrictive(on.map(({ access }) => access.decision));
  const deciding = on.filter(({ access }) => access.decision === decision);
  const isAny = resources.length === 1 && resources[0] === "*";
  const { organization, boundary } = limitsOf(on.map(({ access }) => access));
  return {
    EvalActionName: action,
    EvalResourceName: resources.length === 1 ? resources[0] : "*",
    EvalDecision: decision,
    MatchedStatements: statementsOf(deciding),
    MissingContextValues: [...new Set(on.flatMap(({ access }) => access.missing))],
    OrganizationsDecisionDetail: organization,
    PermissionsBoundaryDecisionDetail: boundary,
    // Where every resource is meant, none can be another account's.
    EvalDecisionDetails: isAny ? undefined : detailsOf(on),
    ResourceSpecificResults: isAny ? undefined : on.map(resourceResult),
  };
}

function resourceResult(on: OnResource): QueryWire<ResourceSpecificResult> {
  const { arn, access } = on;
  return {
    EvalResourceName: arn,
    EvalResourceDecision: access.decision,
    MatchedStatements: statementsOf([on]),
    MissingContextValues: [...access.missing],
    PermissionsBoundaryDecisionDetail: limitsOf([access]).boundary,
    EvalDecisionDetails: access.sides && detailsOf([on]),
  };
}

/** What a boundary and an organization allow, on all of the resources. */
function limitsOf(all: readonly SimulatedAccess[]) {
  const bounded = all.every(({ withinBoundary }) => withinBoundary !== false);
  const permitted = all.every(({ withinOrganization }) => withinOrganization !== false);
  const has = (member: "withinBoundary" | "withinOrganization") => all[0]?.[member] !== undefined;
  return {
    boundary: has("withinBoundary") ? { AllowedByPermissionsBoundary: bounded } : undefined,
    organization: has("withinOrganization") ? { AllowedByOrganizations: permitted } : undefined,
  };
}

/** Of each side the most restrictive decision, as AWS Query writes maps; empty within one account. */
function detailsOf(on: readonly OnResource[]): QueryWire<Record<string, SimulatedDecision>> {
  const sides = on.map(({ access }) => access.sides).filter((each) => each !== undefined);
  const details = new Map<string, SimulatedDecision>();
  if (sides.length > 0) {
    details.set("IAM Policy", mostRestrictive(sides.map(({ identity }) => identity)));
    details.set("Resource Policy", mostRestrictive(sides.map(({ resource }) => resource)));
  }
  return details as unknown as QueryWire<Record<string, SimulatedDecision>>;
}

/** Each statement once, on however many of the resources it matched. */
function statementsOf(on: readonly OnResource[]): QueryWire<Statement>[] {
  const seen = new Map<string, StatementOf>();
  for (const each of on.flatMap(({ access }) => access.matched)) {
    seen.set(`${each.side} ${each.policy.source} ${each.statement.index}`, each);
  }
  return [...seen.values()].map(statementAnswer);
}

function statementAnswer({ policy, statement }: StatementOf): QueryWire<Statement> {
  const { start, end } = statement.simulatorSpan;
  return {
    SourcePolicyId: policy.source,
    // IAM's model has other words for it than IAM itself.
    SourcePolicyType: policy.type as NonNullable<Statement["SourcePolicyType"]>,
    StartPosition: { Line: start.line, Column: start.column },
    EndPosition: { Line: end.line, Column: end.column },
  };
}
