import { afterEach, beforeEach, expect, test } from "vitest";
import { account, callerOf } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { createLoginProfile } from "./create-login-profile.ts";
import { createUser } from "./create-user.ts";
import { getUser } from "./get-user.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

test("finds a user whatever the case of its name, and says what CreateUser said", async () => {
  const Tags = [{ Key: "k", Value: "v" }];
  const made = await iam.ask(createUser, { UserName: "Alice", Path: "/a/", Tags });
  expect(await iam.ask(getUser, { UserName: "aLICE" })).toEqual(made);
});

test("says when the password was used last, once it was", async () => {
  await iam.ask(createUser, { UserName: "alice" });
  await iam.ask(createLoginProfile, { UserName: "alice", Password: "Correct-horse-1" });
  const asked = { UserName: "alice" };
  expect((await iam.ask(getUser, asked)).User).not.toHaveProperty("PasswordLastUsed");
  await iam.ports.metadata.transaction(async ({ identity: { entities } }) => {
    const user = await entities.lock(account, "user", "alice");
    if (user?.login === undefined) throw new Error("there is no password");
    const login = { ...user.login, usedAt: iam.ports.clock.now() };
    await entities.replace({ ...user, login });
  });
  expect((await iam.ask(getUser, asked)).User).toMatchObject({
    PasswordLastUsed: "2023-11-14T22:13:20Z",
  });
});

test("means the caller where nobody is named: the user, or the account's root", async () => {
  const self = { Effect: "Allow", Action: "iam:GetUser", Resource: "*" };
  const alice = await iam.user("alice", self);
  expect((await iam.ask(getUser, {}, alice)).User).toMatchObject({ UserName: "alice" });
  expect((await iam.ask(getUser)).User).toEqual({
    UserId: account,
    Arn: `arn:aws:iam::${account}:root`,
    CreateDate: "2023-11-14T22:13:20Z",
  });
  const { principal } = callerOf(account);
  const role = { ...callerOf(account), principal: { ...principal, type: "AssumedRole" as const } };
  await expect(iam.ask(getUser, {}, role)).rejects.toMatchObject({
    kind: "Validation",
    message: "Must specify userName when calling with non-User credentials",
  });
});

test("lets a user see itself alone where its policy says so by a variable", async () => {
  const alice = await iam.user("alice", {
    ...{ Effect: "Allow", Action: "iam:GetUser" },
    Resource: `arn:aws:iam::${account}:user/\${aws:username}`,
  });
  await iam.ask(createUser, { UserName: "bob" });
  await iam.ask(getUser, { UserName: "alice" }, alice);
  await expect(iam.ask(getUser, { UserName: "bob" }, alice)).rejects.toMatchObject({
    kind: "AccessDenied",
  });
});

test("refuses a user that is not there in IAM's words", async () => {
  await expect(iam.ask(getUser, { UserName: "nobody" })).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: "The user with name nobody cannot be found.",
  });
});
