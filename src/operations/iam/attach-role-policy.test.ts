import { afterEach, beforeEach, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { decoded, openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { deleteRole } from "./delete-role.ts";
import { deleteRolePolicy } from "./delete-role-policy.ts";
import { detachRolePolicy } from "./detach-role-policy.ts";
import { getRolePolicy } from "./get-role-policy.ts";
import { listAttachedRolePolicies } from "./list-attached-role-policies.ts";
import { listRolePolicies } from "./list-role-policies.ts";
import { putRolePolicy } from "./put-role-policy.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.role("app");
});
afterEach(() => iam.registry.close());

const RoleName = "app";
const allowed = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
const ofAws = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const attach = (PolicyArn: string) => iam.ask(attachRolePolicy, { RoleName, PolicyArn });
const put = (PolicyName: string, PolicyDocument: string) =>
  iam.ask(putRolePolicy, { RoleName, PolicyName, PolicyDocument });

it("attaches policies once, lists them by ARN and path, and detaches them", async () => {
  const own = await iam.policy("own", allowed);
  for (const arn of [ofAws, own, own]) await attach(arn);
  expect(await iam.ask(listAttachedRolePolicies, { RoleName })).toEqual({
    AttachedPolicies: [
      { PolicyName: "own", PolicyArn: own },
      { PolicyName: "AmazonEC2ContainerRegistryReadOnly", PolicyArn: ofAws },
    ],
    IsTruncated: false,
  });
  const inPath = { RoleName, PathPrefix: "/team/" };
  expect(await iam.ask(listAttachedRolePolicies, inPath)).toMatchObject({ AttachedPolicies: [] });
  await iam.ask(detachRolePolicy, { RoleName, PolicyArn: own });
  await expect(iam.ask(detachRolePolicy, { RoleName, PolicyArn: own })).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: `Policy ${own} was not found.`,
  });
});

it("pages through attached policies", async () => {
  for (const name of ["a", "b", "c"]) await attach(await iam.policy(name, allowed));
  const first = await iam.ask(listAttachedRolePolicies, { RoleName, MaxItems: "2" });
  expect(first.AttachedPolicies?.map(({ PolicyName }) => PolicyName)).toEqual(["a", "b"]);
  const rest = await iam.ask(listAttachedRolePolicies, { RoleName, Marker: first.Marker });
  expect(rest).toMatchObject({ AttachedPolicies: [{ PolicyName: "c" }], IsTruncated: false });
});

it.each([
  [`arn:aws:iam::${account}:policy/none`, "NoSuchEntity", "does not exist or is not attachable."],
  ["arn:aws:iam::aws:policy/None", "NoSuchEntity", "does not exist or is not attachable."],
  ["arn:aws:iam::111111111111:policy/x", "NoSuchEntity", "does not exist or is not attachable."],
  [`arn:aws:iam::${account}:role/app`, "InvalidInput", "is not valid."],
  [
    "arn:aws:iam::aws:policy/aws-service-role/ECRReplicationServiceRolePolicy",
    "PolicyNotAttachable",
    "Cannot attach a Service Role Policy to a Customer Role.",
  ],
])("refuses to attach %s", async (arn, kind, message) => {
  await expect(attach(arn)).rejects.toMatchObject({
    kind,
    message: expect.stringContaining(message),
  });
});

it("attaches twenty policies at most", async () => {
  for (let n = 0; n < 20; n += 1) await attach(await iam.policy(`p${n}`, allowed));
  await expect(attach(ofAws)).rejects.toMatchObject({
    kind: "LimitExceeded",
    message: "Cannot exceed quota for PoliciesPerRole: 20",
  });
});

it("keeps an inline policy as it was put, until another takes its place or it is deleted", async () => {
  const spacious = `{\n  "Version": "2012-10-17", "Statement": ${JSON.stringify(allowed)} }`;
  await put("mine", policyText(allowed));
  await put("mine", spacious);
  const { PolicyDocument, ...named } = await iam.ask(getRolePolicy, {
    ...{ RoleName, PolicyName: "mine" },
  });
  expect(named).toEqual({ RoleName, PolicyName: "mine" });
  expect(decodeURIComponent(PolicyDocument ?? "")).toBe(spacious);
  expect(decoded(PolicyDocument)).toEqual(JSON.parse(spacious));
  await put("also", policyText(allowed));
  expect(await iam.ask(listRolePolicies, { RoleName })).toEqual({
    ...{ PolicyNames: ["also", "mine"], IsTruncated: false },
  });
  const first = await iam.ask(listRolePolicies, { RoleName, MaxItems: "1" });
  const { Marker } = first;
  expect(await iam.ask(listRolePolicies, { RoleName, Marker })).toMatchObject({
    PolicyNames: ["mine"],
  });
  await iam.ask(deleteRolePolicy, { RoleName, PolicyName: "mine" });
  for (const operation of [getRolePolicy, deleteRolePolicy]) {
    await expect(iam.ask(operation, { RoleName, PolicyName: "mine" })).rejects.toMatchObject({
      kind: "NoSuchEntity",
      message: "The role policy with name mine cannot be found.",
    });
  }
});

it("bounds inline policies by their size together, without blanks", async () => {
  const sized = (characters: number) => {
    const text = policyText({ ...allowed, Sid: "x" });
    return text.replace('"x"', `"${"x".repeat(characters - text.length + 1)}"`);
  };
  await put("a", `${sized(5_000)}${" ".repeat(9_000)}`);
  await put("b", sized(5_240));
  await put("b", sized(5_239));
  await expect(put("c", sized(200))).rejects.toMatchObject({
    kind: "LimitExceeded",
    message: "Maximum policy size of 10240 bytes exceeded for role app",
  });
});

it("refuses what is no policy of an identity", async () => {
  for (const document of ["{}", policyText({ ...allowed, Principal: "*" })]) {
    await expect(put("mine", document)).rejects.toMatchObject({ kind: "MalformedPolicyDocument" });
  }
});

it("keeps a role from being deleted that has policies", async () => {
  await attach(ofAws);
  await put("mine", policyText(allowed));
  const remove = () => iam.ask(deleteRole, { RoleName });
  await expect(remove()).rejects.toMatchObject({
    kind: "DeleteConflict",
    message: "Cannot delete entity, must detach all policies first.",
  });
  await iam.ask(detachRolePolicy, { RoleName, PolicyArn: ofAws });
  await expect(remove()).rejects.toMatchObject({
    kind: "DeleteConflict",
    message: "Cannot delete entity, must delete policies first.",
  });
  await iam.ask(deleteRolePolicy, { RoleName, PolicyName: "mine" });
  await remove();
});

it("is judged by the policy that is attached, and by the boundary that the role has", async () => {
  const edge = await iam.policy("edge", allowed);
  await iam.role("bounded", { PermissionsBoundary: edge });
  const admin = await iam.user("admin", {
    ...{ Effect: "Allow", Action: ["iam:AttachRolePolicy", "iam:PutRolePolicy"], Resource: "*" },
    Condition: { ArnEquals: { "iam:PermissionsBoundary": edge } },
  });
  const asked = { RoleName: "bounded", PolicyArn: ofAws };
  await iam.ask(attachRolePolicy, asked, admin);
  await expect(iam.ask(attachRolePolicy, { ...asked, RoleName }, admin)).rejects.toMatchObject({
    kind: "AccessDenied",
  });
  const picky = await iam.user("picky", {
    ...{ Effect: "Allow", Action: "iam:DetachRolePolicy", Resource: "*" },
    Condition: { ArnNotEquals: { "iam:PolicyARN": ofAws } },
  });
  await expect(iam.ask(detachRolePolicy, asked, picky)).rejects.toMatchObject({
    kind: "AccessDenied",
  });
});
