import type {
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from "@aws-sdk/client-iam";
import type { Ports } from "../../ports/ports.ts";
import {
  type Entity,
  entityArn,
  type Group,
  type Role,
  type User,
} from "../../registry/identity/entity.ts";
import { type AnyPolicy, policyVersions } from "../../registry/identity/find-managed-policy.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { attachedAnswer } from "./attached-page.ts";
import { encodedDocument } from "./encoded-document.ts";
import { listedPolicy, type PolicyUsage, versionAnswer } from "./policy-answer.ts";
import { lastUsedAnswer, trustPolicyAnswer } from "./role-answer.ts";
import { boundaryAnswer, tagsAnswer } from "./tags-and-boundary.ts";

type DetailPorts = Pick<Ports, "metadata">;

/** A user with its policies and groups, as GetAccountAuthorizationDetails tells of one. */
export async function userDetail(ports: DetailPorts, user: User): Promise<QueryWire<UserDetail>> {
  const { inline, attached } = await policiesOf(ports, user);
  const groups = await ports.metadata.identity.entities.groupsOf(user);
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: entityArn(user),
    CreateDate: isoTime(user.createdAt),
    UserPolicyList: inline,
    GroupList: groups.map(({ name }) => name),
    AttachedManagedPolicies: attached,
    PermissionsBoundary: boundaryAnswer(user.boundary),
    Tags: tagsAnswer(user.tags),
  };
}

/** A group with its policies, likewise. */
export async function groupDetail(
  ports: DetailPorts,
  group: Group,
): Promise<QueryWire<GroupDetail>> {
  const { inline, attached } = await policiesOf(ports, group);
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: entityArn(group),
    CreateDate: isoTime(group.createdAt),
    GroupPolicyList: inline,
    AttachedManagedPolicies: attached,
  };
}

/** A role with its policies, likewise. */
export async function roleDetail(ports: DetailPorts, role: Role): Promise<QueryWire<RoleDetail>> {
  const { inline, attached } = await policiesOf(ports, role);
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: entityArn(role),
    CreateDate: isoTime(role.createdAt),
    AssumeRolePolicyDocument: await trustPolicyAnswer(ports, role),
    InstanceProfileList: [],
    RolePolicyList: inline,
    AttachedManagedPolicies: attached,
    PermissionsBoundary: boundaryAnswer(role.boundary),
    Tags: tagsAnswer(role.tags),
    RoleLastUsed: lastUsedAnswer(role),
  };
}

/** A managed policy with its versions and what they say, likewise. */
export async function policyDetail(
  ports: DetailPorts,
  policy: AnyPolicy,
  usage: PolicyUsage,
): Promise<QueryWire<ManagedPolicyDetail>> {
  const versions = await policyVersions(ports, policy);
  return {
    ...listedPolicy(policy, usage),
    PolicyVersionList: versions.map((version) => versionAnswer(version, policy.defaultVersion)),
  };
}

async function policiesOf({ metadata }: DetailPorts, entity: Entity) {
  const { policies } = metadata.identity;
  const [inline, attached] = await Promise.all([
    policies.inline(entity),
    policies.attached(entity),
  ]);
  return {
    inline: inline.map(
      ({ name, document }): QueryWire<PolicyDetail> => ({
        PolicyName: name,
        PolicyDocument: encodedDocument(document),
      }),
    ),
    attached: attached.map(attachedAnswer),
  };
}
