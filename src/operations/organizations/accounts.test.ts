import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { addAccounts, callerWith } from "../../../test/support/sessions.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId } from "../../registry/names.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { assumeRole } from "../sts/assume-role.ts";
import { closeAccount } from "./close-account.ts";
import { createAccount } from "./create-account.ts";
import { describeAccount } from "./describe-account.ts";
import { describeCreateAccountStatus } from "./describe-create-account-status.ts";
import { listAccounts } from "./list-accounts.ts";
import { listCreateAccountStatus } from "./list-create-account-status.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account);
});
afterEach(() => registry.close());

const ports = () => registry.environment.ports;

async function create(name: string, more: object = {}) {
  const input = { AccountName: name, Email: `${name}@example.com`, ...more };
  return (await registry.ask(createAccount, input)).CreateAccountStatus ?? {};
}

const enter = (id: string | undefined, name = "OrganizationAccountAccessRole") =>
  registry.ask(assumeRole, {
    RoleArn: `arn:aws:iam::${id}:role/${name}`,
    RoleSessionName: "operator",
  });

describe("CreateAccount", () => {
  it("makes an account at once, and the role by which the management account enters it", async () => {
    const status = await create("team");
    const now = registry.clock.now() / 1000;
    expect(status).toEqual({
      Id: expect.stringMatching(/^car-[a-z0-9]{32}$/),
      AccountName: "team",
      State: "SUCCEEDED",
      RequestedTimestamp: now,
      CompletedTimestamp: now,
      AccountId: expect.stringMatching(/^[1-9][0-9]{11}$/),
    });
    const input = { CreateAccountRequestId: status.Id };
    const again = await registry.ask(describeCreateAccountStatus, input);
    expect(again.CreateAccountStatus).toEqual(status);
    const { Account } = await registry.ask(describeAccount, { AccountId: status.AccountId });
    expect(Account).toEqual({
      Id: status.AccountId,
      Arn: `arn:aws:organizations::${account}:account/${testOrganization.id}/${status.AccountId}`,
      Email: "team@example.com",
      Name: "team",
      Status: "ACTIVE",
      State: "ACTIVE",
      JoinedMethod: "CREATED",
      JoinedTimestamp: now,
    });
    const { Credentials } = await enter(status.AccountId);
    const operator = await callerWith(ports(), Credentials);
    expect(operator.principal.account).toBe(status.AccountId);
    expect(await registry.ask(describeRepositories, {}, operator)).toEqual({ repositories: [] });
  });

  it("lets users of the management account in who are allowed sts:AssumeRole, by the name that it was given", async () => {
    const { AccountId } = await create("team", { RoleName: "Admins" });
    const assume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
    const ann = await userWith(ports(), { account, name: "ann" }, assume);
    const asked = { RoleArn: `arn:aws:iam::${AccountId}:role/Admins`, RoleSessionName: "ann" };
    expect((await registry.ask(assumeRole, asked, ann)).Credentials).toBeDefined();
    await expect(enter(AccountId, "Admins")).rejects.toMatchObject({
      message: "Roles may not be assumed by root accounts.",
    });
  });

  it("fails for an email that another account has, whatever its letters, and makes nothing", async () => {
    await create("team");
    const count = async () => (await registry.ask(listAccounts, {})).Accounts?.length;
    const failed = await create("other", { Email: "TEAM@Example.com" });
    expect(failed).toMatchObject({ State: "FAILED", FailureReason: "EMAIL_ALREADY_EXISTS" });
    expect(failed.AccountId).toBeUndefined();
    expect(await count()).toBe(2);
    const failures = await registry.ask(listCreateAccountStatus, { States: ["FAILED"] });
    expect(failures.CreateAccountStatuses).toEqual([failed]);
    const all = await registry.ask(listCreateAccountStatus, {});
    expect(all.CreateAccountStatuses).toHaveLength(2);
  });

  it("makes one account of two that want one email at once", async () => {
    const made = await Promise.all([create("a"), create("b", { Email: "a@example.com" })]);
    expect(made.map(({ State }) => State).toSorted()).toEqual(["FAILED", "SUCCEEDED"]);
  });

  it("fails once there are as many accounts as there may be", async () => {
    const ids = Array.from({ length: limits.accounts - 1 }, (_, n) =>
      String(n + 1).padStart(12, "0"),
    );
    await addAccounts(ports(), ...(ids as AccountId[]));
    expect(await create("more")).toMatchObject({
      State: "FAILED",
      FailureReason: "ACCOUNT_LIMIT_EXCEEDED",
    });
  });

  it("takes no name, email or role that is none", async () => {
    for (const more of [
      { Email: "nobody" },
      { Email: "a b@example.com" },
      { AccountName: "" },
      { AccountName: "x".repeat(51) },
      { RoleName: "a b" },
      { Tags: [{ Key: "a" }] },
    ]) {
      await expect(create("team", more)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    const Tags = [
      { Key: "a", Value: "1" },
      { Key: "A", Value: "2" },
    ];
    await expect(create("team", { Tags })).rejects.toMatchObject({ kind: "InvalidInput" });
  });
});

describe("CloseAccount", () => {
  it("ends what comes in with the account's credentials, and is told of as suspended", async () => {
    const { AccountId } = await create("team");
    const { Credentials } = await enter(AccountId);
    expect(await callerWith(ports(), Credentials)).toBeDefined();
    await registry.ask(closeAccount, { AccountId });
    await expect(callerWith(ports(), Credentials)).rejects.toThrow("nobody has");
    await expect(enter(AccountId)).rejects.toMatchObject({ kind: "AccessDenied" });
    const { Account } = await registry.ask(describeAccount, { AccountId });
    expect(Account).toMatchObject({ Status: "SUSPENDED" });
    await expect(registry.ask(closeAccount, { AccountId })).rejects.toMatchObject({
      kind: "AccountAlreadyClosed",
    });
  });

  it("closes neither the management account nor one that is not there", async () => {
    await expect(registry.ask(closeAccount, { AccountId: account })).rejects.toMatchObject({
      kind: "ConstraintViolation",
      details: { Reason: "CANNOT_CLOSE_MANAGEMENT_ACCOUNT" },
    });
    for (const operation of [closeAccount, describeAccount]) {
      const asked = registry.ask(operation, { AccountId: "999999999999" });
      await expect(asked).rejects.toMatchObject({
        kind: "AccountNotFound",
        message: "You specified an account that doesn't exist.",
      });
    }
  });
});

describe("ListAccounts", () => {
  it("lists every account, twenty on a page at most", async () => {
    for (let n = 0; n < 24; n += 1) await create(`team${n}`);
    const first = await registry.ask(listAccounts, {});
    expect(first.Accounts).toHaveLength(20);
    const rest = await registry.ask(listAccounts, { NextToken: first.NextToken, MaxResults: 20 });
    expect(rest.Accounts).toHaveLength(5);
    expect(rest.NextToken).toBeUndefined();
    const names = [...(first.Accounts ?? []), ...(rest.Accounts ?? [])].map(({ Name }) => Name);
    expect(new Set(names).size).toBe(25);
    const other = { NextToken: first.NextToken };
    await expect(registry.ask(listCreateAccountStatus, other)).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
  });
});

describe("tags of an account", () => {
  const tagsOf = async (ResourceId: string | undefined) =>
    (await registry.ask(listTagsForResource, { ResourceId })).Tags;

  it("are set with it, changed and taken away", async () => {
    const { AccountId } = await create("team", { Tags: [{ Key: "Team", Value: "core" }] });
    expect(await tagsOf(AccountId)).toEqual([{ Key: "Team", Value: "core" }]);
    const Tags = [
      { Key: "team", Value: "edge" },
      { Key: "stage", Value: "test" },
    ];
    await registry.ask(tagResource, { ResourceId: AccountId, Tags });
    expect(await tagsOf(AccountId)).toEqual(Tags);
    await registry.ask(untagResource, { ResourceId: AccountId, TagKeys: ["TEAM", "absent"] });
    expect(await tagsOf(AccountId)).toEqual([{ Key: "stage", Value: "test" }]);
  });

  it("are no more than fifty, and of nothing else", async () => {
    const many = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ Key: `k${from + n}`, Value: "" }));
    const { AccountId } = await create("team", { Tags: many(0, 50) });
    const more = { ResourceId: AccountId, Tags: many(50, 1) };
    await expect(registry.ask(tagResource, more)).rejects.toMatchObject({
      kind: "ConstraintViolation",
      details: { Reason: "MAX_TAG_LIMIT_EXCEEDED" },
    });
    for (const ResourceId of ["999999999999", "ou-abcd-12345678", "r-abcd"]) {
      await expect(tagsOf(ResourceId)).rejects.toMatchObject({ kind: "TargetNotFound" });
      const asked = registry.ask(tagResource, { ResourceId, Tags: many(0, 1) });
      await expect(asked).rejects.toMatchObject({ kind: "TargetNotFound" });
    }
  });

  it("decide for who is allowed by them", async () => {
    const { AccountId } = await create("team", { Tags: [{ Key: "Team", Value: "core" }] });
    const other = await create("other");
    const ann = await userWith(
      ports(),
      { account, name: "ann" },
      {
        ...{ Effect: "Allow", Action: "organizations:DescribeAccount", Resource: "*" },
        Condition: { StringEquals: { "aws:ResourceTag/team": "core" } },
      },
    );
    expect((await registry.ask(describeAccount, { AccountId }, ann)).Account?.Name).toBe("team");
    const asked = registry.ask(describeAccount, { AccountId: other.AccountId }, ann);
    await expect(asked).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

it("nobody of another account may look at accounts or change them, its root neither", async () => {
  const { AccountId } = await create("team");
  const stranger = callerOf(AccountId as AccountId);
  const asked = [
    [createAccount, { AccountName: "x", Email: "x@example.com" }],
    [closeAccount, { AccountId }],
    [describeAccount, { AccountId }],
    [listAccounts, {}],
    [listTagsForResource, { ResourceId: AccountId }],
    [listCreateAccountStatus, {}],
  ] as const;
  const before = await registry.dump();
  for (const [operation, input] of asked) {
    await expect(registry.ask(operation, input, stranger)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
  }
  expect(await registry.dump()).toBe(before);
});
