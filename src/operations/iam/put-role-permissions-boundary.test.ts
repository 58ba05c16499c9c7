import { afterEach, beforeEach, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { deletePolicy } from "./delete-policy.ts";
import { deleteRolePermissionsBoundary } from "./delete-role-permissions-boundary.ts";
import { getPolicy } from "./get-policy.ts";
import { getRole } from "./get-role.ts";
import { putRolePermissionsBoundary } from "./put-role-permissions-boundary.ts";

let iam: TestIam;
let edge: string;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.role("app");
  edge = await iam.policy("edge", { Effect: "Allow", Action: "ecr:*", Resource: "*" });
});
afterEach(() => iam.registry.close());

const RoleName = "app";
const put = (PermissionsBoundary: string) =>
  iam.ask(putRolePermissionsBoundary, { RoleName, PermissionsBoundary });
const shown = async () => (await iam.ask(getRole, { RoleName })).Role?.PermissionsBoundary;

it("bounds the role by one policy, until another takes its place or it is lifted", async () => {
  await put(edge);
  const PermissionsBoundaryType = "Policy";
  expect(await shown()).toEqual({ PermissionsBoundaryType, PermissionsBoundaryArn: edge });
  const ofAws = "arn:aws:iam::aws:policy/PowerUserAccess";
  await put(ofAws);
  expect(await shown()).toEqual({ PermissionsBoundaryType, PermissionsBoundaryArn: ofAws });
  await iam.ask(deleteRolePermissionsBoundary, { RoleName });
  await iam.ask(deleteRolePermissionsBoundary, { RoleName });
  expect(await shown()).toBeUndefined();
});

it("counts as a use of the policy, which can not be deleted meanwhile", async () => {
  await put(edge);
  const { Policy } = await iam.ask(getPolicy, { PolicyArn: edge });
  expect(Policy).toMatchObject({ AttachmentCount: 0, PermissionsBoundaryUsageCount: 1 });
  const remove = () => iam.ask(deletePolicy, { PolicyArn: edge });
  await expect(remove()).rejects.toMatchObject({ kind: "DeleteConflict" });
  await iam.ask(deleteRolePermissionsBoundary, { RoleName });
  await remove();
});

it("is refused where it is not there, or is no policy", async () => {
  const none = `arn:aws:iam::${account}:policy/none`;
  await expect(put(none)).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: `Scope ARN: ${none} does not exist or is not attachable.`,
  });
  await expect(put(`arn:aws:iam::${account}:role/app`)).rejects.toMatchObject({
    kind: "InvalidInput",
  });
  const ofService = "arn:aws:iam::aws:policy/aws-service-role/ECRTemplateServiceRolePolicy";
  await expect(put(ofService)).rejects.toMatchObject({ kind: "PolicyNotAttachable" });
  expect(await shown()).toBeUndefined();
});

it("is judged by the boundary that is wanted, and lifted by the one that there is", async () => {
  const admin = await iam.user("admin", {
    ...{ Effect: "Allow", Action: "iam:*RolePermissionsBoundary", Resource: "*" },
    Condition: { ArnEquals: { "iam:PermissionsBoundary": edge } },
  });
  const as = { RoleName, PermissionsBoundary: edge };
  await iam.ask(putRolePermissionsBoundary, as, admin);
  const other = { RoleName, PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess" };
  await expect(iam.ask(putRolePermissionsBoundary, other, admin)).rejects.toMatchObject({
    kind: "AccessDenied",
  });
  await put(other.PermissionsBoundary);
  const lift = () => iam.ask(deleteRolePermissionsBoundary, { RoleName }, admin);
  await expect(lift()).rejects.toMatchObject({ kind: "AccessDenied" });
  await put(edge);
  await lift();
});
