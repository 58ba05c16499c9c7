import type { Caller, Principal } from "../identity/principal.ts";
import type { AuditActor, AuditObject } from "./audit-entry.ts";
import { auditLimits } from "./audit-limits.ts";

const types = {
  Root: "Root",
  User: "IAMUser",
  AssumedRole: "AssumedRole",
  Anonymous: "Unknown",
} as const satisfies Record<Principal["type"], string>;

/** Who asks, as CloudTrail says it. Source: CloudTrail, "userIdentity element". */
export function userIdentity(principal: Principal): AuditObject {
  const { type, account, arn, userId, accessKeyId } = principal;
  if (type === "Anonymous") return { type: types[type], accountId: account };
  const session = sessionContext(principal);
  const identity = {
    type: types[type],
    principalId: userId,
    arn,
    accountId: account,
    ...(accessKeyId === "" ? {} : { accessKeyId }),
  };
  return {
    ...identity,
    ...(type === "User" ? { userName: nameIn(arn) } : {}),
    ...(session === undefined ? {} : { sessionContext: session }),
  };
}

function sessionContext(principal: Principal): AuditObject | undefined {
  const { session, conditions, account } = principal;
  if (session === undefined) return undefined;
  const provider = conditions.get("aws:federatedprovider");
  const { sourceIdentity } = session;
  return {
    ...(principal.type === "AssumedRole" ? { sessionIssuer: roleOf(principal, account) } : {}),
    ...(provider === undefined ? {} : { webIdFederationData: { federatedProvider: provider } }),
    attributes: {
      creationDate: conditions.get("aws:tokenissuetime"),
      mfaAuthenticated: conditions.get("aws:multifactorauthpresent") ?? "false",
    },
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

function roleOf({ roleArn = "", userId }: Principal, accountId: string): AuditObject {
  const principalId = userId.slice(0, userId.indexOf(":"));
  return { type: "Role", principalId, arn: roleArn, accountId, userName: nameIn(roleArn) };
}

function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The caller, and where the request came from. */
export function actorOf(caller: Caller): AuditActor {
  return {
    userIdentity: userIdentity(caller.principal),
    sourceIPAddress: caller.sourceIp,
    userAgent: caller.userAgent.slice(0, auditLimits.userAgentCharacters),
    ...(caller.endpoint === undefined ? {} : { vpcEndpointId: caller.endpoint.id }),
  };
}

/** Callers with the same one have the same actor: it is made once for many pulls. */
export function actorKey({ principal, sourceIp, userAgent, endpoint }: Caller): string {
  return `${principal.accessKeyId} ${principal.arn} ${sourceIp} ${endpoint?.id ?? ""} ${userAgent}`;
}

/** The same without making keys. */
export function isSameActor(one: Caller, other: Caller): boolean {
  return (
    one.principal === other.principal &&
    one.sourceIp === other.sourceIp &&
    one.userAgent === other.userAgent &&
    one.endpoint === other.endpoint
  );
}

/** A service that acts by itself, or for somebody. */
export function serviceActor(accountId: string, invokedBy: string): AuditActor {
  return {
    userIdentity: { type: "AWSService", accountId, invokedBy },
    sourceIPAddress: invokedBy,
    userAgent: invokedBy,
  };
}
