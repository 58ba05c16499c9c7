import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { decoded, openTestIam, type TestIam, trustPolicy } from "../../../test/support/iam.ts";
import { createRole } from "./create-role.ts";
import { createUser } from "./create-user.ts";
import { deleteRole } from "./delete-role.ts";
import { deleteUser } from "./delete-user.ts";
import { getRole } from "./get-role.ts";
import { listRoleTags } from "./list-role-tags.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const create = (RoleName: string, more: object = {}) =>
  iam.ask(createRole, { RoleName, AssumeRolePolicyDocument: trustPolicy(account), ...more });

describe("CreateRole", () => {
  it("answers with the role, and GetRole with its last use as well", async () => {
    iam.registry.clock.set(Date.parse("2026-11-28T00:45:15.678Z"));
    const PermissionsBoundary = await iam.policy("edge", {
      ...{ Effect: "Allow", Action: "*", Resource: "*" },
    });
    const { Role } = await create("App", {
      ...{ Path: "/team/", Description: "builds", MaxSessionDuration: "7200", PermissionsBoundary },
      Tags: [{ Key: "Team", Value: "core" }],
    });
    expect(Role).toEqual({
      Path: "/team/",
      RoleName: "App",
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Arn: `arn:aws:iam::${account}:role/team/App`,
      CreateDate: "2026-11-28T00:45:15Z",
      AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22%3A/),
      Description: "builds",
      MaxSessionDuration: 7200,
      PermissionsBoundary: {
        PermissionsBoundaryType: "Policy",
        PermissionsBoundaryArn: PermissionsBoundary,
      },
      Tags: [{ Key: "Team", Value: "core" }],
    });
    expect(decoded(Role?.AssumeRolePolicyDocument)).toEqual(
      JSON.parse(trustPolicy(`arn:aws:iam::${account}:root`)),
    );
    expect(await iam.ask(getRole, { RoleName: "aPP" })).toEqual({
      Role: { ...Role, RoleLastUsed: {} },
    });
    expect(await iam.ask(listRoleTags, { RoleName: "App" })).toEqual({
      ...{ Tags: [{ Key: "Team", Value: "core" }], IsTruncated: false },
    });
  });

  it("has IAM's defaults, and says nothing of what there is not", async () => {
    const { Role } = await create("app");
    expect(Role).toMatchObject({ Path: "/", MaxSessionDuration: 3600 });
    for (const member of ["Description", "Tags", "PermissionsBoundary", "RoleLastUsed"]) {
      expect(Role).not.toHaveProperty(member);
    }
  });

  it("refuses a name that is taken, whatever its letters, and only in this account", async () => {
    await create("app");
    await expect(create("APP", { Path: "/other/" })).rejects.toMatchObject({
      kind: "EntityAlreadyExists",
      message: "Role with name APP already exists.",
    });
    await iam.ask(
      createRole,
      { RoleName: "app", AssumeRolePolicyDocument: trustPolicy(account) },
      callerOf(otherAccount),
    );
  });

  it.each([
    [{ AssumeRolePolicyDocument: "{" }, "MalformedPolicyDocument", /Json/],
    [
      { AssumeRolePolicyDocument: trustPolicy(`arn:aws:iam::${account}:user/none`) },
      "MalformedPolicyDocument",
      /^Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:user\/none"$/,
    ],
    [{ Path: "/aws-service-role/x/" }, "InvalidInput", /reserved/],
    [
      { PermissionsBoundary: `arn:aws:iam::${account}:policy/none` },
      "NoSuchEntity",
      /^Scope ARN: arn:aws:iam::000000000000:policy\/none does not exist or is not attachable\.$/,
    ],
    [{ PermissionsBoundary: `arn:aws:iam::${account}:user/none` }, "InvalidInput", /not valid/],
    [
      {
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "A", Value: "2" },
        ],
      },
      "InvalidInput",
      /Duplicate tag keys/,
    ],
    [{ MaxSessionDuration: "3599" }, "Validation", /3600/],
    [{ MaxSessionDuration: "43201" }, "Validation", /43200/],
    [{ RoleName: "x".repeat(65) }, "Validation", /64/],
    [{ RoleName: "a b" }, "Validation", /roleName/],
  ])("makes nothing of %j", async (more, kind, message) => {
    const before = await iam.registry.dump();
    const asked = create("app", more);
    await expect(asked).rejects.toMatchObject({ kind });
    await expect(asked).rejects.toThrow(message);
    expect(await iam.registry.dump()).toBe(before);
  });

  it("takes trust policies of 4,096 characters that are no blanks, and no more", async () => {
    const accounts = (n: number) => Array<string>(n).fill(`arn:aws:iam::${account}:root`);
    const spacious = trustPolicy(...accounts(110)).replaceAll(",", ", \n        ");
    await create("app", { AssumeRolePolicyDocument: spacious });
    const AssumeRolePolicyDocument = trustPolicy(...accounts(130));
    await expect(create("other", { AssumeRolePolicyDocument })).rejects.toMatchObject({
      kind: "LimitExceeded",
      message: "Cannot exceed quota for ACLSizePerRole: 4096",
    });
  });

  it("needs iam:TagRole for tags, and is judged by them and by the boundary", async () => {
    const PermissionsBoundary = await iam.policy("edge", {
      ...{ Effect: "Allow", Action: "*", Resource: "*" },
    });
    const maker = await iam.user(
      "maker",
      {
        ...{ Effect: "Allow", Action: "iam:CreateRole", Resource: `arn:aws:iam::*:role/team/*` },
        Condition: { ArnEquals: { "iam:PermissionsBoundary": PermissionsBoundary } },
      },
      {
        ...{ Effect: "Allow", Action: "iam:TagRole", Resource: "*" },
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["Team"] } },
      },
    );
    const make = (RoleName: string, more: object) =>
      iam.ask(
        createRole,
        { RoleName, Path: "/team/", AssumeRolePolicyDocument: trustPolicy(account), ...more },
        maker,
      );
    await make("a", { PermissionsBoundary });
    await make("b", { PermissionsBoundary, Tags: [{ Key: "Team", Value: "x" }] });
    for (const more of [
      {},
      { PermissionsBoundary, Path: "/" },
      { PermissionsBoundary, Tags: [{ Key: "Other", Value: "x" }] },
    ]) {
      await expect(make("c", more)).rejects.toMatchObject({ kind: "AccessDenied" });
    }
  });

  it("47: trusts a user by its unique id, not whoever has its name later", async () => {
    const user = `arn:aws:iam::${account}:user/alice`;
    const { User } = await iam.ask(createUser, { UserName: "alice" });
    await create("app", { AssumeRolePolicyDocument: trustPolicy(user) });
    const shown = async () => {
      const { Role } = await iam.ask(getRole, { RoleName: "app" });
      return decoded(Role?.AssumeRolePolicyDocument);
    };
    expect(await shown()).toEqual(JSON.parse(trustPolicy(user)));
    await iam.ask(deleteUser, { UserName: "alice" });
    await iam.ask(createUser, { UserName: "alice" });
    expect(await shown()).toEqual(JSON.parse(trustPolicy(User?.UserId ?? "")));
  });
});

describe("DeleteRole", () => {
  it("frees the name, and the next of that name is another", async () => {
    const first = await create("app");
    await iam.ask(deleteRole, { RoleName: "app" });
    await expect(iam.ask(getRole, { RoleName: "app" })).rejects.toMatchObject({
      kind: "NoSuchEntity",
      message: "The role with name app cannot be found.",
    });
    const second = await create("app");
    expect(second.Role?.RoleId).not.toBe(first.Role?.RoleId);
  });
});
