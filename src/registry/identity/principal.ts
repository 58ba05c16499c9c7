import type { AccountId, Region, Registry } from "../names.ts";
import type { ConditionValues } from "../policy/condition-values.ts";
import type { PolicyPrincipal } from "../policy/policy-principal.ts";
import type { Attached } from "../policy/policy-request.ts";
import type { PrivateEndpoint } from "../private-endpoint.ts";
import type { RequestSubject } from "../usage/request-subject.ts";
import type { Session, SessionClaims } from "./stored-credential.ts";

/** What limits and what grants, of who asks: the side of the identity. */
export interface IdentityPolicies {
  readonly identity: readonly Attached[];
  readonly boundary: Attached | undefined;
  /** Empty: the session is not limited. */
  readonly session: readonly Attached[];
}

/** What the temporary credentials say that a principal asks with. */
export interface PrincipalSession
  extends Pick<SessionClaims, "tags" | "transitiveTagKeys" | "sourceIdentity" | "assumedBy"> {
  readonly kind: Session["kind"];
}

/** Who asks, with everything that is asked about them: loaded at once, at most seconds old (I8). */
export interface Principal extends PolicyPrincipal {
  readonly type: "Root" | "User" | "AssumedRole" | "Anonymous";
  readonly account: AccountId;
  /** `arn:aws:iam::<account>:root`, `…:user/<name>`, `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly arn: string;
  /** What GetCallerIdentity calls UserId. */
  readonly userId: string;
  readonly uniqueId: string;
  readonly accessKeyId: string;
  /** Condition keys about the principal: aws:PrincipalArn, aws:PrincipalTag/… and the like. */
  readonly conditions: ConditionValues;
  readonly policies: IdentityPolicies;
  /** Of temporary credentials: when they end. Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
  /** Absent for long-lived credentials. */
  readonly session?: PrincipalSession | undefined;
  /** Tokens from before this time are void. */
  readonly revokedBefore: number | undefined;
}

export function rootArn(account: AccountId): string {
  return `arn:aws:iam::${account}:root`;
}

const unlimited: IdentityPolicies = { identity: [], boundary: undefined, session: [] };

export function rootPrincipal(
  account: AccountId,
  accessKeyId: string,
  conditions: ConditionValues = new Map(),
): Principal {
  return {
    type: "Root",
    account,
    arn: rootArn(account),
    userId: account,
    uniqueId: account,
    accessKeyId,
    conditions,
    policies: unlimited,
    expiresAt: undefined,
    revokedBefore: undefined,
  };
}

/**
 * Whether what was issued to the principal at that time is still good as far as the principal goes: its
 * session has not ended, and nothing from then was revoked (I8).
 */
export function isStillGood(principal: Principal, issuedAt: number, now: number): boolean {
  const { expiresAt = Number.POSITIVE_INFINITY, revokedBefore = 0 } = principal;
  return now < expiresAt && issuedAt >= revokedBefore;
}

/** Nobody that is known yet. No policy of an identity grants it anything. */
export function anonymousPrincipal(account: AccountId): Principal {
  const nobody = rootPrincipal(account, "");
  return { ...nobody, type: "Anonymous", arn: "", userId: "", uniqueId: "" };
}

/** A principal at a door: who, from where, and for which registry by default. */
export interface Caller {
  readonly principal: Principal;
  /** The region that the credential scope or the host name selects. */
  readonly region: Region;
  /** The account that the host name selects, else the principal's own. */
  readonly account: AccountId;
  readonly requestId: string;
  readonly sourceIp: string;
  /** By which the caller came, where it was not an ordinary listener. */
  readonly endpoint?: PrivateEndpoint | undefined;
  readonly userAgent: string;
  /** `scheme://host[:port]` under which the caller reached this server. */
  readonly origin: string;
  /** Filled in as it is found; absent where nobody counts the request. */
  readonly subject?: RequestSubject | undefined;
}

/** The registry that a request means: the given registry id, else the caller's default. */
export function registryOf(caller: Caller, registryId?: AccountId): Registry {
  return { account: registryId ?? caller.account, region: caller.region };
}
