import type { AssumeRoleRequest, AssumeRoleResponse } from "@aws-sdk/client-sts";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import {
  assumableRole,
  requireMayAssume,
  roleSessionSeconds,
} from "../../registry/identity/assumable-role.ts";
import type { Role } from "../../registry/identity/entity.ts";
import { issueSession } from "../../registry/identity/issue-session.ts";
import type { Principal } from "../../registry/identity/principal.ts";
import {
  packedPolicyPercent,
  sessionPolicyClaims,
} from "../../registry/identity/session-policies.ts";
import { inheritedTags, sessionTags } from "../../registry/identity/session-tags.ts";
import type { SessionClaims } from "../../registry/identity/stored-credential.ts";
import { list, request, tags } from "../iam/shapes.ts";
import type { Members } from "../members.ts";
import { type HandlerContext, operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { tagConditions } from "../tag-conditions.ts";
import { toCredentials } from "./credentials.ts";
import * as shapes from "./shapes.ts";

const input = request({
  RoleArn: shapes.roleArn,
  RoleSessionName: shapes.roleSessionName,
  PolicyArns: shapes.policyArns,
  Policy: shapes.policy,
  DurationSeconds: shapes.roleDurationSeconds,
  Tags: tags.optional(),
  TransitiveTagKeys: list(z.string().min(1).max(128)).optional(),
  ExternalId: shapes.externalId,
  SerialNumber: shapes.serialNumber,
  TokenCode: shapes.tokenCode,
  SourceIdentity: shapes.sourceIdentity,
  ProvidedContexts: list(z.object({})).optional(),
  MinimumSessionTokenSize: shapes.minimumSessionTokenSize,
} satisfies Members<AssumeRoleRequest>);

type Input = z.output<typeof input>;

/**
 * Temporary credentials of a role, for whom its trust policy lets in and, from another account, who is
 * allowed to at home as well. Source: STS API, AssumeRole.
 */
export const assumeRole = operation("sts:AssumeRole", {
  input,
  async resource({ RoleArn }, { principal }, { ports, organization }) {
    requireMayAssume(principal, organization, RoleArn);
    return (await assumableRole(ports, RoleArn)).resource;
  },
  // What a calling session hands down is set anew on the next one, and needs leave as much as that.
  further({ Tags = [], SourceIdentity }, { principal: { session } }, _environment, resource) {
    const isTagged = Tags.length > 0 || inheritedTags(session).length > 0;
    const isNamed = (SourceIdentity ?? session?.sourceIdentity) !== undefined;
    return [
      ...(isTagged ? [{ action: "sts:TagSession", resource }] : []),
      ...(isNamed ? [{ action: "sts:SetSourceIdentity", resource }] : []),
    ];
  },
  conditions: ({ Tags = [], TransitiveTagKeys = [], ...asked }) => ({
    ...tagConditions(Tags),
    "sts:ExternalId": asked.ExternalId,
    "sts:RoleSessionName": asked.RoleSessionName,
    "sts:SourceIdentity": asked.SourceIdentity,
    "sts:TransitiveTagKeys": TransitiveTagKeys.length === 0 ? undefined : TransitiveTagKeys,
  }),
  access: "Write",
  errors: [
    "AccessDenied",
    "InvalidInput",
    "MalformedPolicyDocument",
    "PackedPolicyTooLarge",
    "Validation",
  ],
  async handle(asked, context): Promise<QueryWire<AssumeRoleResponse>> {
    const { ports, caller } = context;
    refuseWhatIsNotThere(asked);
    const { role } = await assumableRole(ports, asked.RoleArn);
    if (role === undefined) throw goneMeanwhile(caller.principal, asked.RoleArn);
    const isChained = caller.principal.type === "AssumedRole";
    const seconds = roleSessionSeconds(role, asked.DurationSeconds, { isChained });
    const claims = await claimsOf(asked, role, context);
    const packed = packedPolicyPercent(claims);
    const createdAt = ports.clock.now();
    const issued = await issueSession(ports, {
      kind: "assumed-role",
      owner: { account: role.account, id: role.id },
      name: asked.RoleSessionName,
      claims: { ...claims, isChained },
      createdAt,
      expiresAt: createdAt + seconds * 1000,
      tokenCharacters: asked.MinimumSessionTokenSize,
    });
    return {
      Credentials: toCredentials(issued),
      AssumedRoleUser: assumedRoleUser(role, asked.RoleSessionName),
      PackedPolicySize: packed,
      SourceIdentity: claims.sourceIdentity,
    };
  },
});

/** The session as STS names it. */
export function assumedRoleUser({ account, id, name }: Role, sessionName: string) {
  return {
    AssumedRoleId: `${id}:${sessionName}`,
    Arn: `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`,
  };
}

async function claimsOf(
  asked: Input,
  role: Role,
  { ports, caller }: HandlerContext,
): Promise<
  Pick<SessionClaims, "policies" | "policyArns" | "tags" | "transitiveTagKeys" | "sourceIdentity">
> {
  const { session } = caller.principal;
  const sourceIdentity = asked.SourceIdentity ?? session?.sourceIdentity;
  if ((session?.sourceIdentity ?? sourceIdentity) !== sourceIdentity) {
    throw new RegistryError("Validation", "The source identity of a session cannot be changed.");
  }
  return {
    ...(await sessionPolicyClaims(ports, role.account, {
      document: asked.Policy,
      arns: (asked.PolicyArns ?? []).map(({ arn }) => arn),
    })),
    ...sessionTags(asked.Tags ?? [], asked.TransitiveTagKeys ?? [], session),
    sourceIdentity,
  };
}

/**
 * Nobody has a device for codes here, and there are no contexts to be trusted.
 * @throws AccessDenied, Validation
 */
function refuseWhatIsNotThere({ SerialNumber, TokenCode, ProvidedContexts = [] }: Input): void {
  if (SerialNumber !== undefined || TokenCode !== undefined) throw noSuchDevice();
  if (ProvidedContexts.length === 0) return;
  throw new RegistryError("Validation", "There is no provider of contexts to be trusted.");
}

export function noSuchDevice(): RegistryError {
  return new RegistryError(
    "AccessDenied",
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
  );
}

/** The role was deleted while it was being judged who may be it. */
function goneMeanwhile({ arn }: Principal, roleArn: string): RegistryError {
  return new RegistryError(
    "AccessDenied",
    `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
  );
}
