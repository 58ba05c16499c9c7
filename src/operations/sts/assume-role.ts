import type { AssumeRoleRequest, AssumeRoleResponse } from "@aws-sdk/client-sts";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { assumableRole, requireMayAssume } from "../../registry/identity/assumable-role.ts";
import { issueRoleSession } from "../../registry/identity/issue-role-session.ts";
import { personOf } from "../../registry/identity/person.ts";
import type { Principal } from "../../registry/identity/principal.ts";
import { inheritedTags, sessionTags } from "../../registry/identity/session-tags.ts";
import { limits } from "../../registry/limits.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { list, request, tag } from "../iam/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { tagConditions } from "../tag-conditions.ts";
import { assumedRoleUser } from "./assumed-role-user.ts";
import { toCredentials } from "./credentials.ts";
import { noSuchDevice } from "./no-such-device.ts";
import * as shapes from "./shapes.ts";

const input = request({
  RoleArn: shapes.roleArn,
  RoleSessionName: shapes.roleSessionName,
  PolicyArns: shapes.policyArns,
  Policy: shapes.policy,
  DurationSeconds: shapes.roleDurationSeconds,
  Tags: list(tag, limits.iamTagsPerResource).optional(),
  TransitiveTagKeys: list(z.string().min(1).max(128), limits.iamTagsPerResource).optional(),
  ExternalId: shapes.externalId,
  SerialNumber: shapes.serialNumber,
  TokenCode: shapes.tokenCode,
  SourceIdentity: shapes.sourceIdentity,
  ProvidedContexts: list(z.object({})).optional(),
  MinimumSessionTokenSize: shapes.minimumSessionTokenSize,
} satisfies Members<AssumeRoleRequest>);

type Input = z.output<typeof input>;

/** What the caller was judged by: a role that is made under the same name meanwhile has another trust policy. */
interface Judged extends Resource {
  readonly roleId: string | undefined;
}

/**
 * Temporary credentials of a role, for whom its trust policy lets in and, from another account, who is
 * allowed to at home as well. Source: STS API, AssumeRole.
 */
export const assumeRole = operation("sts:AssumeRole", {
  input,
  async resource({ RoleArn }, { principal }, { ports, organization }) {
    requireMayAssume(principal, organization, RoleArn);
    const { resource, role } = await assumableRole(ports, RoleArn);
    return { ...resource, roleId: role?.id } satisfies Judged;
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
  async handle(asked, { ports, caller, target }): Promise<QueryWire<AssumeRoleResponse>> {
    const { principal } = caller;
    refuseWhatIsNotThere(asked);
    const { role } = await assumableRole(ports, asked.RoleArn);
    const { roleId } = target as Judged;
    if (role === undefined || role.id !== roleId) throw goneMeanwhile(principal, asked.RoleArn);
    const sourceIdentity = sourceIdentityFor(asked, principal);
    const issued = await issueRoleSession(ports, {
      kind: "assumed-role",
      role,
      name: asked.RoleSessionName,
      durationSeconds: asked.DurationSeconds,
      policy: {
        document: asked.Policy,
        arns: (asked.PolicyArns ?? []).map(({ arn }) => arn),
      },
      claims: {
        ...sessionTags(asked.Tags ?? [], asked.TransitiveTagKeys ?? [], principal.session),
        sourceIdentity,
        isChained: principal.type === "AssumedRole",
        assumedBy: principal.session?.assumedBy ?? personOf(principal).as,
      },
      tokenCharacters: asked.MinimumSessionTokenSize,
    });
    return {
      Credentials: toCredentials(issued),
      AssumedRoleUser: assumedRoleUser(role, asked.RoleSessionName),
      PackedPolicySize: issued.packedPercent,
      SourceIdentity: sourceIdentity,
    };
  },
});

/**
 * Once a session has one, those that come of it have the same.
 * @throws Validation
 */
function sourceIdentityFor({ SourceIdentity }: Input, { session }: Principal): string | undefined {
  const kept = session?.sourceIdentity;
  if (kept === undefined || SourceIdentity === undefined || kept === SourceIdentity) {
    return SourceIdentity ?? kept;
  }
  throw new RegistryError("Validation", "The source identity of a session cannot be changed.");
}

/**
 * There are no devices for one-time codes here, and no contexts to be trusted.
 * @throws AccessDenied, Validation
 */
function refuseWhatIsNotThere({ SerialNumber, TokenCode, ProvidedContexts = [] }: Input): void {
  if (SerialNumber !== undefined || TokenCode !== undefined) throw noSuchDevice();
  if (ProvidedContexts.length === 0) return;
  throw new RegistryError("Validation", "There is no provider of contexts to be trusted.");
}

/** The role was deleted, and maybe another one made under its name, while it was being judged who may be it. */
function goneMeanwhile({ arn }: Principal, roleArn: string): RegistryError {
  return new RegistryError(
    "AccessDenied",
    `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
  );
}
