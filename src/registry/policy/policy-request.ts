import type { CompiledPolicy, CompiledStatement } from "./compiled-policy.ts";
import type { ConditionValues } from "./condition-values.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";

/** What an action is asked on: its ARN ("*" where the action takes no resource) and whose it is. */
export interface PolicyResource {
  readonly arn: string;
  readonly account: string;
}

export interface PolicyRequest {
  readonly principal: PolicyPrincipal;
  /** `ecr:PutImage`. */
  readonly action: string;
  readonly resource: PolicyResource;
  readonly context: ConditionValues;
}

/** A compiled policy and where it comes from. */
export interface Attached {
  /** An ARN, or a name such as "inline policy X of role Y". */
  readonly source: string;
  /** What the source is to people: "IAM Policy", "inline policy", "repository policy". */
  readonly type: string;
  readonly compiled: CompiledPolicy;
}

/** Every policy that may have a say in a request. */
export interface PolicySet {
  readonly identity: readonly Attached[];
  readonly boundary?: Attached | undefined;
  /** Together they limit a session to what any of them allows. None, or an empty list: no limit. */
  readonly session?: readonly Attached[] | undefined;
  /** Of the resource itself: repository and registry policy, key policy, trust policy. */
  readonly resource: readonly Attached[];
}

/**
 * Which side can grant an action within one account:
 * - `either`: an identity policy or a resource policy;
 * - `identity-only`: resource policies can deny but not grant (ecr:GetAuthorizationToken);
 * - `resource-required`: identity policies count only where a resource policy names the account
 *   (KMS keys, roles to assume).
 */
export type GrantRule = "either" | "identity-only" | "resource-required";

export interface EvaluateOptions {
  readonly grants?: GrantRule;
}

/** Where a policy stands in the evaluation. */
export type PolicySide = "identity" | "boundary" | "session" | "resource";

/** The statement that decided, and the policy that it is in. */
export interface DecidingStatement {
  readonly side: PolicySide;
  readonly policy: Attached;
  readonly statement: CompiledStatement;
}

export interface Allowed {
  readonly allowed: true;
  /** Absent when no statement was needed: root on what its account owns. */
  readonly by: DecidingStatement | undefined;
}

export interface Denied {
  readonly allowed: false;
  readonly reason: "explicit-deny" | "implicit-deny";
  /** The side whose policy denies, or the side that does not allow. */
  readonly side: PolicySide;
  /** The statement of an explicit deny. */
  readonly by: DecidingStatement | undefined;
  /**
   * The end of AWS's sentence: "because no identity-based policy allows the ecr:PutImage action",
   * "with an explicit deny in a resource-based policy". To a principal of another account it never
   * tells a resource policy that denies from one that is absent (I7).
   */
  readonly because: string;
}

export type Decision = Allowed | Denied;
