import { afterEach, beforeEach, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { decoded, openTestIam, type TestIam, trustPolicy } from "../../../test/support/iam.ts";
import { getRole } from "./get-role.ts";
import { updateAssumeRolePolicy } from "./update-assume-role-policy.ts";
import { updateRole } from "./update-role.ts";
import { updateRoleDescription } from "./update-role-description.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.role("app", { Description: "old" });
});
afterEach(() => iam.registry.close());

const RoleName = "app";
const shown = async () => (await iam.ask(getRole, { RoleName })).Role;

it("UpdateRole changes what is given, and leaves the rest", async () => {
  expect(await iam.ask(updateRole, { RoleName, MaxSessionDuration: "43200" })).toEqual({});
  expect(await shown()).toMatchObject({ Description: "old", MaxSessionDuration: 43_200 });
  await iam.ask(updateRole, { RoleName, Description: "" });
  const role = await shown();
  expect(role).toMatchObject({ MaxSessionDuration: 43_200 });
  expect(role).not.toHaveProperty("Description");
});

it("UpdateRoleDescription answers with the role", async () => {
  const { Role } = await iam.ask(updateRoleDescription, { RoleName, Description: "new" });
  expect(Role).toMatchObject({ RoleName, Description: "new" });
  const tooOdd = iam.ask(updateRoleDescription, { RoleName, Description: "\u{1f511}" });
  await expect(tooOdd).rejects.toMatchObject({ kind: "Validation" });
  expect(await shown()).toMatchObject({ Description: "new" });
});

it("UpdateAssumeRolePolicy puts another trust policy in place of the first, or changes nothing", async () => {
  const PolicyDocument = trustPolicy("arn:aws:iam::222222222222:root");
  await iam.ask(updateAssumeRolePolicy, { RoleName, PolicyDocument });
  const document = async () => decoded((await shown())?.AssumeRolePolicyDocument);
  expect(await document()).toEqual(JSON.parse(PolicyDocument));
  for (const wrong of ["{}", trustPolicy(`arn:aws:iam::${account}:role/none`)]) {
    const asked = iam.ask(updateAssumeRolePolicy, { RoleName, PolicyDocument: wrong });
    await expect(asked).rejects.toMatchObject({ kind: "MalformedPolicyDocument" });
  }
  expect(await document()).toEqual(JSON.parse(PolicyDocument));
});

it("a role that is not there cannot be changed", async () => {
  const none = { RoleName: "none", Description: "x", PolicyDocument: trustPolicy(account) };
  for (const operation of [updateRole, updateRoleDescription, updateAssumeRolePolicy]) {
    await expect(iam.ask(operation, none)).rejects.toMatchObject({
      kind: "NoSuchEntity",
      message: "The role with name none cannot be found.",
    });
  }
});
