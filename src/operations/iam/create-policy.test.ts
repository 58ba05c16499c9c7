import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { attachUserPolicy } from "./attach-user-policy.ts";
import { createPolicy } from "./create-policy.ts";
import { createPolicyVersion } from "./create-policy-version.ts";
import { deletePolicy } from "./delete-policy.ts";
import { deletePolicyVersion } from "./delete-policy-version.ts";
import { detachRolePolicy } from "./detach-role-policy.ts";
import { getPolicy } from "./get-policy.ts";
import { getPolicyVersion } from "./get-policy-version.ts";
import { listPolicyTags } from "./list-policy-tags.ts";
import { listPolicyVersions } from "./list-policy-versions.ts";
import { listUsers } from "./list-users.ts";
import { setDefaultPolicyVersion } from "./set-default-policy-version.ts";
import { tagPolicy } from "./tag-policy.ts";
import { untagPolicy } from "./untag-policy.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const text = (action: string) => policyText({ Effect: "Allow", Action: action, Resource: "*" });
const create = (PolicyName: string, more: object = {}) =>
  iam.ask(createPolicy, { PolicyName, PolicyDocument: text("ecr:*"), ...more });
const ofAws = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser";

describe("CreatePolicy", () => {
  it("answers with the policy, and GetPolicy with its description as well", async () => {
    iam.registry.clock.set(Date.parse("2026-11-28T00:45:15.678Z"));
    const { Policy } = await create("pull", {
      ...{ Path: "/team/", Description: "may pull", Tags: [{ Key: "Team", Value: "core" }] },
    });
    const PolicyArn = `arn:aws:iam::${account}:policy/team/pull`;
    expect(Policy).toEqual({
      PolicyName: "pull",
      PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/),
      Arn: PolicyArn,
      Path: "/team/",
      DefaultVersionId: "v1",
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      CreateDate: "2026-11-28T00:45:15Z",
      UpdateDate: "2026-11-28T00:45:15Z",
      Tags: [{ Key: "Team", Value: "core" }],
    });
    expect(await iam.ask(getPolicy, { PolicyArn })).toEqual({
      Policy: { ...Policy, Description: "may pull" },
    });
  });

  it.each([
    [
      { PolicyName: "PULL" },
      "EntityAlreadyExists",
      "A policy called PULL already exists. Duplicate names are not allowed.",
    ],
    [{ PolicyDocument: "{}" }, "MalformedPolicyDocument", ""],
    [
      { PolicyDocument: text("ecr:*").replaceAll('"Version":"2012-10-17",', "") },
      "MalformedPolicyDocument",
      "",
    ],
    [
      { PolicyDocument: text(`ecr:${"x".repeat(6_144)}`) },
      "LimitExceeded",
      "Cannot exceed quota for PolicySize: 6144",
    ],
    [{ Path: "/a b/" }, "Validation", ""],
    [{ Path: "/no" }, "Validation", ""],
    [{ Tags: [{ Key: "aws:x", Value: "" }] }, "InvalidInput", ""],
  ])("makes nothing of %j", async (more, kind, message) => {
    await create("pull");
    const before = await iam.registry.dump();
    await expect(create("other", more)).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(message),
    });
    expect(await iam.registry.dump()).toBe(before);
  });

  it("needs iam:TagPolicy for tags", async () => {
    const maker = await iam.user("maker", {
      ...{ Effect: "Allow", Action: "iam:CreatePolicy", Resource: "*" },
    });
    const input = { PolicyName: "a", PolicyDocument: text("ecr:*") };
    const Tags = [{ Key: "a", Value: "b" }];
    await expect(iam.ask(createPolicy, { ...input, Tags }, maker)).rejects.toMatchObject({
      kind: "AccessDenied",
      message: expect.stringContaining("iam:TagPolicy"),
    });
    await iam.ask(createPolicy, input, maker);
  });
});

describe("versions of a policy", () => {
  const PolicyArn = `arn:aws:iam::${account}:policy/pull`;
  const add = (action: string, more: object = {}) =>
    iam.ask(createPolicyVersion, { PolicyArn, PolicyDocument: text(action), ...more });
  const versions = async () =>
    (await iam.ask(listPolicyVersions, { PolicyArn })).Versions?.map(
      ({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion ? "*" : ""}`,
    );
  beforeEach(() => create("pull"));

  it("are five at most, listed with the newest first, and never numbered twice", async () => {
    iam.registry.clock.set(Date.parse("2026-11-28T01:00:00Z"));
    expect(await add("ecr:a")).toEqual({
      PolicyVersion: {
        ...{ VersionId: "v2", IsDefaultVersion: false, CreateDate: "2026-11-28T01:00:00Z" },
      },
    });
    for (const action of ["ecr:b", "ecr:c", "ecr:d"]) await add(action);
    await expect(add("ecr:e")).rejects.toMatchObject({
      kind: "LimitExceeded",
      message:
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    });
    await iam.ask(deletePolicyVersion, { PolicyArn, VersionId: "v5" });
    await add("ecr:e", { SetAsDefault: "true" });
    expect(await versions()).toEqual(["v6*", "v4", "v3", "v2", "v1"]);
    const first = await iam.ask(listPolicyVersions, { PolicyArn, MaxItems: "2" });
    expect(first.Versions?.map(({ VersionId }) => VersionId)).toEqual(["v6", "v4"]);
    const rest = await iam.ask(listPolicyVersions, { PolicyArn, Marker: first.Marker });
    expect(rest.Versions?.map(({ VersionId }) => VersionId)).toEqual(["v3", "v2", "v1"]);
    const { Policy } = await iam.ask(getPolicy, { PolicyArn });
    expect(Policy).toMatchObject({ DefaultVersionId: "v6", UpdateDate: "2026-11-28T01:00:00Z" });
  });

  it("come back as they were put", async () => {
    const PolicyDocument = `{ "Version" : "2012-10-17",\n"Statement": [{"Effect":"Deny","Action":"*","Resource":"*"}]}`;
    await iam.ask(createPolicyVersion, { PolicyArn, PolicyDocument });
    const { PolicyVersion } = await iam.ask(getPolicyVersion, { PolicyArn, VersionId: "v2" });
    expect(decodeURIComponent(PolicyVersion?.Document ?? "")).toBe(PolicyDocument);
    expect(PolicyVersion).toMatchObject({ VersionId: "v2", IsDefaultVersion: false });
  });

  it("count as soon as they are the default, for everyone who has the policy", async () => {
    const { accessKeyId } = (await iam.user("alice")).principal;
    await iam.ask(attachUserPolicy, { UserName: "alice", PolicyArn });
    const list = async () => iam.ask(listUsers, {}, await iam.holderOf(accessKeyId));
    await expect(list()).rejects.toMatchObject({ kind: "AccessDenied" });
    await add("iam:ListUsers");
    await expect(list()).rejects.toMatchObject({ kind: "AccessDenied" });
    await iam.ask(setDefaultPolicyVersion, { PolicyArn, VersionId: "v2" });
    await list();
    await iam.ask(setDefaultPolicyVersion, { PolicyArn, VersionId: "v1" });
    await expect(list()).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("can be removed but for the default, and none that is not there", async () => {
    await expect(
      iam.ask(deletePolicyVersion, { PolicyArn, VersionId: "v1" }),
    ).rejects.toMatchObject({
      kind: "DeleteConflict",
      message: "Cannot delete the default version of a policy.",
    });
    for (const operation of [deletePolicyVersion, setDefaultPolicyVersion, getPolicyVersion]) {
      await expect(iam.ask(operation, { PolicyArn, VersionId: "v9" })).rejects.toMatchObject({
        kind: "NoSuchEntity",
        message: `Policy ${PolicyArn} version v9 does not exist or is not attachable.`,
      });
      await expect(iam.ask(operation, { PolicyArn, VersionId: "9" })).rejects.toMatchObject({
        kind: "Validation",
      });
    }
  });

  it("keep the policy from being deleted, as those do who have it", async () => {
    await iam.role("app");
    await iam.ask(attachRolePolicy, { RoleName: "app", PolicyArn });
    const remove = () => iam.ask(deletePolicy, { PolicyArn });
    await expect(remove()).rejects.toMatchObject({
      kind: "DeleteConflict",
      message: "Cannot delete a policy attached to entities.",
    });
    await iam.ask(detachRolePolicy, { RoleName: "app", PolicyArn });
    await add("ecr:a");
    await expect(remove()).rejects.toMatchObject({
      kind: "DeleteConflict",
      message:
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    });
    await iam.ask(deletePolicyVersion, { PolicyArn, VersionId: "v2" });
    await remove();
    await expect(iam.ask(getPolicy, { PolicyArn })).rejects.toMatchObject({
      kind: "NoSuchEntity",
      message: `Policy ${PolicyArn} was not found.`,
    });
  });
});

it("sets, lists and removes tags of a policy", async () => {
  await create("pull");
  const PolicyArn = `arn:aws:iam::${account}:policy/pull`;
  const Tags = [
    { Key: "b", Value: "1" },
    { Key: "a", Value: "2" },
  ];
  await iam.ask(tagPolicy, { PolicyArn, Tags });
  expect(await iam.ask(listPolicyTags, { PolicyArn })).toEqual({
    ...{ Tags: Tags.toReversed(), IsTruncated: false },
  });
  await iam.ask(untagPolicy, { PolicyArn, TagKeys: ["B"] });
  expect(await iam.ask(listPolicyTags, { PolicyArn })).toMatchObject({ Tags: [Tags[1]] });
});

describe("policies of AWS", () => {
  it("can be read in every account", async () => {
    for (const caller of [callerOf(account), callerOf(otherAccount)]) {
      const { Policy } = await iam.ask(getPolicy, { PolicyArn: ofAws }, caller);
      expect(Policy).toMatchObject({
        ...{ PolicyName: "AmazonEC2ContainerRegistryPowerUser", Path: "/", DefaultVersionId: "v3" },
        ...{ CreateDate: "2015-12-21T17:05:33Z", IsAttachable: true },
      });
      const input = { PolicyArn: ofAws, VersionId: "v3" };
      const { PolicyVersion } = await iam.ask(getPolicyVersion, input, caller);
      expect(decodeURIComponent(PolicyVersion?.Document ?? "")).toContain("ecr:PutImage");
    }
  });

  it("count who has them in each account on its own", async () => {
    await iam.role("app");
    await iam.ask(attachRolePolicy, { RoleName: "app", PolicyArn: ofAws });
    const count = async (caller = callerOf(account)) =>
      (await iam.ask(getPolicy, { PolicyArn: ofAws }, caller)).Policy?.AttachmentCount;
    expect([await count(), await count(callerOf(otherAccount))]).toEqual([1, 0]);
  });

  it("cannot be changed, even by root", async () => {
    const before = await iam.registry.dump();
    const input = {
      ...{ PolicyArn: ofAws, VersionId: "v3", PolicyDocument: text("*") },
      ...{ Tags: [{ Key: "a", Value: "b" }], TagKeys: ["a"] },
    };
    for (const operation of [
      ...[createPolicyVersion, deletePolicyVersion, setDefaultPolicyVersion],
      ...[deletePolicy, tagPolicy, untagPolicy],
    ]) {
      await expect(iam.ask(operation, input)).rejects.toMatchObject({ kind: "AccessDenied" });
    }
    expect(await iam.registry.dump()).toBe(before);
  });
});

it("keeps an account's policies from every other account, whether they are there or not", async () => {
  await create("pull");
  const stranger = callerOf(otherAccount);
  const answers: string[] = [];
  for (const name of ["pull", "none"]) {
    const PolicyArn = `arn:aws:iam::${account}:policy/${name}`;
    answers.push(await iam.ask(getPolicy, { PolicyArn }, stranger).then(String, String));
  }
  expect(answers[0]).toContain("is not authorized to perform: iam:GetPolicy");
  expect(answers[1]?.replaceAll("none", "pull")).toBe(answers[0]);
});

it("finds a policy by its whole ARN alone", async () => {
  await create("pull", { Path: "/team/" });
  for (const wrong of ["policy/pull", "policy/team/Pull", "policy/other/pull"]) {
    const PolicyArn = `arn:aws:iam::${account}:${wrong}`;
    await expect(iam.ask(getPolicy, { PolicyArn })).rejects.toMatchObject({ kind: "NoSuchEntity" });
    await expect(iam.ask(deletePolicy, { PolicyArn })).rejects.toMatchObject({
      kind: "NoSuchEntity",
    });
  }
  const PolicyArn = `arn:aws:iam::${account}:role/team/pull`;
  await expect(iam.ask(getPolicy, { PolicyArn })).rejects.toMatchObject({
    kind: "InvalidInput",
    message: `ARN ${PolicyArn} is not valid.`,
  });
});
