import type { Ports } from "../../ports/ports.ts";
import type { ConditionValues } from "../policy/condition-values.ts";
import { entityArn, type ResourceTag, type Role, type User } from "./entity.ts";
import { identityPolicies, sessionPolicies } from "./identity-policies.ts";
import { type Organization, organizationRootId } from "./organization.ts";
import { type Principal, type PrincipalSession, rootPrincipal } from "./principal.ts";
import { rootRevokedBefore } from "./root-revocation.ts";
import type { Session } from "./stored-credential.ts";

type Conditions = Map<string, string | readonly string[]>;
type PrincipalPorts = Pick<Ports, "metadata" | "memory">;

/** The user behind one of its own access keys. */
export async function userPrincipal(
  ports: PrincipalPorts,
  organization: Organization,
  user: User,
  accessKeyId: string,
): Promise<Principal> {
  return {
    ...userBase(user),
    accessKeyId,
    conditions: conditionsOf(organization, user, { arn: entityArn(user), session: undefined }),
    policies: await identityPolicies(ports, user, undefined),
    expiresAt: undefined,
  };
}

/**
 * Who a session acts as. `undefined` where its user, role or account is gone, or revoked what was
 * issued before some time.
 */
export async function sessionPrincipal(
  ports: PrincipalPorts,
  organization: Organization,
  session: Session,
): Promise<Principal | undefined> {
  const { owner, accessKeyId, claims } = session;
  if (owner.id === owner.account) return rootSession(ports, organization, session);
  const entity = await ports.metadata.identity.entities.findById(owner.id);
  if (entity === undefined || entity.kind === "group" || entity.account !== owner.account) {
    return undefined;
  }
  if (entity.revokedBefore !== undefined && session.createdAt < entity.revokedBefore) {
    return undefined;
  }
  const base = entity.kind === "user" ? userBase(entity) : roleBase(entity, session.name);
  return {
    ...base,
    accessKeyId,
    conditions: conditionsOf(organization, entity, { arn: base.arn, session }),
    policies: await identityPolicies(ports, entity, claims),
    expiresAt: session.expiresAt,
    session: toldBy(session),
  };
}

async function rootSession(
  ports: PrincipalPorts,
  organization: Organization,
  session: Session,
): Promise<Principal | undefined> {
  const { account } = session.owner;
  const { expiresAt, accessKeyId, claims } = session;
  const revokedBefore = await rootRevokedBefore(ports, account);
  if (revokedBefore !== undefined && session.createdAt < revokedBefore) return undefined;
  const conditions = rootConditions(organization, account);
  addSessionConditions(conditions, session);
  const root = rootPrincipal(account, accessKeyId, conditions);
  const policies = {
    ...root.policies,
    session: await sessionPolicies(ports, account, claims),
  };
  return { ...root, policies, expiresAt, revokedBefore, session: toldBy(session) };
}

function toldBy({ kind, claims }: Session): PrincipalSession {
  const { tags, transitiveTagKeys, sourceIdentity, assumedBy } = claims;
  return { kind, tags, transitiveTagKeys, sourceIdentity, assumedBy };
}

function userBase(user: User) {
  return {
    type: "User",
    account: user.account,
    arn: entityArn(user),
    userId: user.id,
    uniqueId: user.id,
    revokedBefore: user.revokedBefore,
  } as const;
}

function roleBase(role: Role, sessionName: string) {
  const uniqueId = `${role.id}:${sessionName}`;
  return {
    type: "AssumedRole",
    account: role.account,
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    roleArn: entityArn(role),
    userId: uniqueId,
    uniqueId,
    revokedBefore: role.revokedBefore,
  } as const;
}

/** Condition keys about an account's root. */
export function rootConditions(organization: Organization, account: string): Conditions {
  const conditions = accountConditions(organization, account);
  conditions.set("aws:principalarn", `arn:aws:iam::${account}:root`);
  conditions.set("aws:principaltype", "Account");
  conditions.set("aws:userid", account);
  return conditions;
}

function accountConditions(organization: Organization, account: string): Conditions {
  return new Map<string, string | readonly string[]>([
    ["aws:principalaccount", account],
    ["aws:principalorgid", organization.id],
    ["aws:principalorgpaths", [`${organization.id}/${organizationRootId(organization)}/`]],
    ["aws:principalorgmasteraccountid", organization.managementAccount],
  ]);
}

/** Source: IAM, "AWS global condition context keys", properties of the principal and the session. */
function conditionsOf(
  organization: Organization,
  entity: User | Role,
  { arn, session }: { readonly arn: string; readonly session: Session | undefined },
): ConditionValues {
  const conditions = accountConditions(organization, entity.account);
  if (entity.kind === "user") {
    conditions.set("aws:principalarn", arn);
    conditions.set("aws:principaltype", "User");
    conditions.set("aws:userid", entity.id);
    conditions.set("aws:username", entity.name);
  } else {
    // The role's own ARN, not the session's.
    conditions.set("aws:principalarn", entityArn(entity));
    conditions.set("aws:principaltype", "AssumedRole");
    conditions.set("aws:userid", `${entity.id}:${session?.name ?? ""}`);
  }
  for (const { key, value } of tagsOf(entity, session)) {
    conditions.set(`aws:principaltag/${key.toLowerCase()}`, value);
  }
  if (session !== undefined) addSessionConditions(conditions, session);
  return conditions;
}

function addSessionConditions(conditions: Conditions, { claims, createdAt, kind }: Session): void {
  conditions.set("aws:tokenissuetime", new Date(createdAt).toISOString());
  // Long-lived credentials do not have the key at all, and a pull secret is as good as one.
  if (kind === "assumed-role" || kind === "session-token" || kind === "console") {
    conditions.set("aws:multifactorauthpresent", "false");
  }
  if (claims.sourceIdentity !== undefined) {
    conditions.set("aws:sourceidentity", claims.sourceIdentity);
  }
  if (claims.federatedProvider !== undefined) {
    conditions.set("aws:federatedprovider", claims.federatedProvider);
  }
  for (const [key, values] of Object.entries(claims.federation)) {
    conditions.set(key.toLowerCase(), values.length === 1 ? (values[0] ?? "") : values);
  }
}

/** A session's tags take the place of its role's, whatever the case of their keys. */
function tagsOf(entity: User | Role, session: Session | undefined): readonly ResourceTag[] {
  return [...entity.tags, ...(session?.claims.tags ?? [])];
}
