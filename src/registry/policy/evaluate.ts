import { type ArnParts, splitArn } from "./arn-pattern.ts";
import { type CompiledStatement, type Reach, reach } from "./compiled-policy.ts";
import type {
  Attached,
  DecidingStatement,
  Decision,
  Denied,
  EvaluateOptions,
  GrantRule,
  PolicyRequest,
  PolicySet,
  PolicySide,
} from "./policy-request.ts";

/** The first statement that denies and the strongest that allows, of the policies of one side. */
interface Verdict {
  deny: DecidingStatement | undefined;
  allow: DecidingStatement | undefined;
  /** What the allow is worth, in a resource policy. */
  reach: Reach;
}

/**
 * Decides a request. Default deny; an explicit deny in any policy wins. Within one account an
 * identity policy or a resource policy allows; from another account both sides must; services, web
 * identities and the anonymous need the resource's side alone. A boundary and session policies
 * limit identity policies, and resource policies that name a role, but not those that name the
 * user, the session or everyone. An account's root needs no identity policy.
 * Source: IAM, "Policy evaluation logic". Time is linear in statements at worst; nothing is read.
 */
export function evaluate(
  request: PolicyRequest,
  policies: PolicySet,
  options: EvaluateOptions = {},
): Decision {
  // Of what no policy is attached to, nothing asks for them.
  const parts = hasStatements(policies) ? splitArn(request.resource.arn) : undefined;
  const hasBoundary = policies.boundary !== undefined;
  const judge = (side: PolicySide, attached: readonly Attached[]) =>
    verdictOf(request, parts, side, attached, hasBoundary);
  const verdicts: Verdicts = {
    identity: judge("identity", policies.identity),
    boundary: hasBoundary ? judge("boundary", [policies.boundary!]) : undefined,
    session: hasSessionPolicy(policies) ? judge("session", policies.session!) : undefined,
    resource: judge("resource", policies.resource),
  };
  return combine(request, verdicts, options.grants ?? "either");
}

interface Verdicts {
  readonly identity: Verdict;
  /** Absent without a boundary, which then limits nothing; the same for session policies. */
  readonly boundary: Verdict | undefined;
  readonly session: Verdict | undefined;
  readonly resource: Verdict;
}

function hasStatements({ identity, boundary, session, resource }: PolicySet): boolean {
  return (
    identity.length > 0 || resource.length > 0 || boundary !== undefined || session !== undefined
  );
}

function hasSessionPolicy(policies: PolicySet): boolean {
  return policies.session !== undefined && policies.session.length > 0;
}

function verdictOf(
  request: PolicyRequest,
  parts: ArnParts | undefined,
  side: PolicySide,
  attached: readonly Attached[],
  hasBoundary: boolean,
): Verdict {
  const verdict: Verdict = { deny: undefined, allow: undefined, reach: reach.none };
  for (const policy of attached) {
    const { action, resource } = request;
    for (const statement of policy.compiled.statementsOn(action, resource.arn, parts)) {
      const reached = reachOf(statement, side, request, parts, hasBoundary);
      if (reached === reach.none) continue;
      if (statement.statement.effect === "Deny") {
        verdict.deny = { side, policy, statement };
        return verdict; // Nothing outweighs it.
      }
      if (reached > verdict.reach) {
        verdict.allow = { side, policy, statement };
        verdict.reach = reached;
      }
    }
  }
  return verdict;
}

/** How a statement that names the action reaches the request; `none` if it does not match. */
function reachOf(
  statement: CompiledStatement,
  side: PolicySide,
  request: PolicyRequest,
  parts: ArnParts | undefined,
  hasBoundary: boolean,
): Reach {
  const { reaches, conditions } = statement;
  let reached: Reach = reach.direct;
  if (reaches !== undefined) {
    reached = reaches(request.principal, hasBoundary);
  } else if (side === "resource" && statement.statement.effect === "Allow") {
    // A resource policy without principals cannot be: if it were, it would open to everyone.
    return reach.none;
  }
  if (reached === reach.none) return reach.none;
  const { context } = request;
  if (!statement.matchesResource(request.resource.arn, parts, context)) return reach.none;
  for (const condition of conditions) if (!condition.holds(context)) return reach.none;
  return reached;
}

function combine(request: PolicyRequest, verdicts: Verdicts, grants: GrantRule): Decision {
  const { principal, resource } = request;
  const { identity, boundary, session } = verdicts;
  const isOwner = principal.account !== undefined && principal.account === resource.account;
  const deny = identity.deny ?? boundary?.deny ?? session?.deny ?? verdicts.resource.deny;
  if (deny !== undefined) return explicitDeny(request, verdicts, deny, isOwner);
  const granted = grants === "identity-only" ? reach.none : verdicts.resource.reach;
  if (isOwner) return withinAccount(request, verdicts, granted, grants === "resource-required");
  const lacking =
    lackOfPrincipal(request, verdicts) ?? (granted === reach.none ? "resource" : undefined);
  if (lacking !== undefined) return implicitDeny(request, lacking);
  return { allowed: true, by: verdicts.resource.allow };
}

function withinAccount(
  request: PolicyRequest,
  verdicts: Verdicts,
  granted: Reach,
  resourceRequired: boolean,
): Decision {
  const { identity, resource } = verdicts;
  if (granted === reach.direct) return { allowed: true, by: resource.allow };
  const identityCounts = !resourceRequired || granted !== reach.none;
  const byIdentity = identityCounts && allowsByIdentity(request, identity);
  if (!byIdentity && granted !== reach.role) {
    return implicitDeny(request, identityCounts ? "identity" : "resource");
  }
  const limit = lackOfLimits(request, verdicts);
  if (limit !== undefined) return implicitDeny(request, limit);
  return { allowed: true, by: byIdentity ? identity.allow : resource.allow };
}

/** Which of the principal's own policies does not allow. Who has no account has none that could. */
function lackOfPrincipal(request: PolicyRequest, verdicts: Verdicts): PolicySide | undefined {
  if (request.principal.account === undefined) return undefined;
  if (!allowsByIdentity(request, verdicts.identity)) return "identity";
  return lackOfLimits(request, verdicts);
}

function allowsByIdentity(request: PolicyRequest, identity: Verdict): boolean {
  return identity.allow !== undefined || request.principal.type === "Root";
}

function lackOfLimits(request: PolicyRequest, verdicts: Verdicts): PolicySide | undefined {
  const { boundary, session } = verdicts;
  if (boundary !== undefined && boundary.allow === undefined) return "boundary";
  if (session !== undefined && session.allow === undefined) return "session";
  // A federated user has what session policies give, so without one nothing.
  return session === undefined && request.principal.type === "FederatedUser"
    ? "session"
    : undefined;
}

const names: Readonly<Record<PolicySide, string>> = {
  identity: "identity-based policy",
  boundary: "permissions boundary",
  session: "session policy",
  resource: "resource-based policy",
};

function explicitDeny(
  request: PolicyRequest,
  verdicts: Verdicts,
  by: DecidingStatement,
  isOwner: boolean,
): Denied {
  const { side } = by;
  // To other accounts a resource that forbids looks like one that is absent (I7).
  const told = isOwner || side !== "resource";
  const because = told
    ? `with an explicit deny in ${side === "identity" ? "an" : "a"} ${names[side]}`
    : becauseNoneAllows(request, lackOfPrincipal(request, verdicts) ?? "resource");
  return { allowed: false, reason: "explicit-deny", side, by, because };
}

function implicitDeny(request: PolicyRequest, side: PolicySide): Denied {
  const because = becauseNoneAllows(request, side);
  return { allowed: false, reason: "implicit-deny", side, by: undefined, because };
}

function becauseNoneAllows(request: PolicyRequest, side: PolicySide): string {
  return `because no ${names[side]} allows the ${request.action} action`;
}
