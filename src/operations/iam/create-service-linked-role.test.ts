import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { decoded, openTestIam, type TestIam, trustPolicy } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { createServiceLinkedRole } from "./create-service-linked-role.ts";
import { deleteRole } from "./delete-role.ts";
import { deleteRolePermissionsBoundary } from "./delete-role-permissions-boundary.ts";
import { deleteRolePolicy } from "./delete-role-policy.ts";
import { deleteServiceLinkedRole } from "./delete-service-linked-role.ts";
import { detachRolePolicy } from "./detach-role-policy.ts";
import { getRole } from "./get-role.ts";
import { getServiceLinkedRoleDeletionStatus } from "./get-service-linked-role-deletion-status.ts";
import { listAttachedRolePolicies } from "./list-attached-role-policies.ts";
import { putRolePermissionsBoundary } from "./put-role-permissions-boundary.ts";
import { putRolePolicy } from "./put-role-policy.ts";
import { tagRole } from "./tag-role.ts";
import { updateAssumeRolePolicy } from "./update-assume-role-policy.ts";
import { updateRole } from "./update-role.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const create = (AWSServiceName: string, more: object = {}) =>
  iam.ask(createServiceLinkedRole, { AWSServiceName, ...more });

describe.each([
  [
    "replication.ecr.amazonaws.com",
    "AWSServiceRoleForECRReplication",
    "ECRReplicationServiceRolePolicy",
  ],
  [
    "pullthroughcache.ecr.amazonaws.com",
    "AWSServiceRoleForECRPullThroughCache",
    "AWSECRPullThroughCache_ServiceRolePolicy",
  ],
  ["ecr.amazonaws.com", "AWSServiceRoleForECRTemplate", "ECRTemplateServiceRolePolicy"],
])("the role of %s", (service, RoleName, policy) => {
  it("trusts its service alone, and has its policy alone", async () => {
    const { Role } = await create(service, { Description: "for ECR" });
    expect(Role).toMatchObject({
      ...{ RoleName, Path: `/aws-service-role/${service}/`, Description: "for ECR" },
      Arn: `arn:aws:iam::${account}:role/aws-service-role/${service}/${RoleName}`,
    });
    expect(decoded(Role?.AssumeRolePolicyDocument)).toMatchObject({
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    });
    const PolicyArn = `arn:aws:iam::aws:policy/aws-service-role/${policy}`;
    expect(await iam.ask(listAttachedRolePolicies, { RoleName })).toMatchObject({
      AttachedPolicies: [{ PolicyName: policy, PolicyArn }],
    });
  });
});

const service = "replication.ecr.amazonaws.com";
const RoleName = "AWSServiceRoleForECRReplication";

it("is made once, and only for services that have one", async () => {
  await create(service);
  await expect(create(service)).rejects.toMatchObject({
    kind: "InvalidInput",
    message: `Service role name ${RoleName} has been taken in this account, please try a different suffix.`,
  });
  await expect(create("ecr.amazonaws.com", { CustomSuffix: "x" })).rejects.toMatchObject({
    kind: "InvalidInput",
    message: "Custom suffix is not allowed for ecr.amazonaws.com",
  });
  await expect(create("ec2.amazonaws.com")).rejects.toMatchObject({ kind: "InvalidInput" });
});

it("can be described and tagged, and is otherwise its service's affair", async () => {
  await create(service);
  await iam.ask(updateRole, { RoleName, Description: "mine" });
  await iam.ask(tagRole, { RoleName, Tags: [{ Key: "a", Value: "b" }] });
  const before = await iam.registry.dump();
  const input = {
    ...{ RoleName, PolicyName: "x", PolicyArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
    ...{
      MaxSessionDuration: "7200",
      PermissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess",
    },
  };
  const document = policyText({ Effect: "Allow", Action: "*", Resource: "*" });
  const trust = { ...input, PolicyDocument: trustPolicy(account) };
  for (const [operation, asked] of [
    [updateRole, input],
    [updateAssumeRolePolicy, trust],
    [putRolePolicy, { ...input, PolicyDocument: document }],
    [deleteRolePolicy, input],
    [attachRolePolicy, input],
    [detachRolePolicy, input],
    [putRolePermissionsBoundary, input],
    [deleteRolePermissionsBoundary, input],
    [deleteRole, input],
  ] as const) {
    await expect(iam.ask(operation, asked)).rejects.toMatchObject({
      kind: "UnmodifiableEntity",
      message: `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`,
    });
  }
  expect(await iam.registry.dump()).toBe(before);
});

it("is gone once its deletion has a name, by which only its account can ask", async () => {
  await create(service);
  const { DeletionTaskId } = await iam.ask(deleteServiceLinkedRole, { RoleName });
  expect(DeletionTaskId).toMatch(
    new RegExp(`^task/aws-service-role/${service}/${RoleName}/[\\w-]+$`),
  );
  await expect(iam.ask(getRole, { RoleName })).rejects.toMatchObject({ kind: "NoSuchEntity" });
  const status = (id: string, caller = callerOf(account)) =>
    iam.ask(getServiceLinkedRoleDeletionStatus, { DeletionTaskId: id }, caller);
  const task = DeletionTaskId ?? "";
  expect(await status(task)).toEqual({ Status: "SUCCEEDED" });
  const stranger = callerOf(otherAccount);
  await expect(status(task, stranger)).rejects.toMatchObject({ kind: "NoSuchEntity" });
  for (const other of [`${task}x`, task.replace("Replication", "Template"), "x"]) {
    await expect(status(other)).rejects.toMatchObject({ kind: "NoSuchEntity" });
  }
  await create(service);
});

it("cannot be taken for by another role", async () => {
  await iam.role("app");
  for (const name of ["app", "none"]) {
    await expect(iam.ask(deleteServiceLinkedRole, { RoleName: name })).rejects.toMatchObject({
      kind: "NoSuchEntity",
    });
  }
  await iam.ask(getRole, { RoleName: "app" });
});

it("is judged by the name of its service", async () => {
  const operator = await iam.user("operator", {
    ...{ Effect: "Allow", Action: "iam:CreateServiceLinkedRole", Resource: "*" },
    Condition: { StringEquals: { "iam:AWSServiceName": service } },
  });
  await iam.ask(createServiceLinkedRole, { AWSServiceName: service }, operator);
  await expect(
    iam.ask(createServiceLinkedRole, { AWSServiceName: "ecr.amazonaws.com" }, operator),
  ).rejects.toMatchObject({ kind: "AccessDenied" });
});
