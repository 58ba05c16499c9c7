import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { isPassword } from "../../registry/identity/password-hash.ts";
import { createLoginProfile } from "./create-login-profile.ts";
import { createUser } from "./create-user.ts";
import { deleteLoginProfile } from "./delete-login-profile.ts";
import { getLoginProfile } from "./get-login-profile.ts";
import { updateAccountPasswordPolicy } from "./update-account-password-policy.ts";
import { updateLoginProfile } from "./update-login-profile.ts";

let iam: TestIam;
const UserName = "alice";
const Password = "Correct-horse-1";
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName });
});
afterEach(() => iam.registry.close());

async function login() {
  const user = await iam.ports.metadata.identity.entities.find(account, "user", UserName);
  return user?.login;
}

test("gives a user a password that the store can verify and nobody can read", async () => {
  const made = await iam.ask(createLoginProfile, {
    ...{ UserName, Password, PasswordResetRequired: "true" },
  });
  expect(made.LoginProfile).toEqual({
    UserName,
    CreateDate: "2023-11-14T22:13:20Z",
    PasswordResetRequired: true,
  });
  expect(await iam.ask(getLoginProfile, { UserName })).toEqual(made);
  expect(await isPassword(Password, (await login())?.hash ?? "")).toBe(true);
  expect(await iam.registry.dump()).not.toContain(Password);
});

test("has one password for a user, and says so in IAM's words", async () => {
  await iam.ask(createLoginProfile, { UserName, Password });
  await expect(iam.ask(createLoginProfile, { UserName, Password })).rejects.toMatchObject({
    kind: "EntityAlreadyExists",
    message: "Login Profile for user alice already exists.",
  });
  await iam.ask(deleteLoginProfile, { UserName });
  const refusal = {
    kind: "NoSuchEntity",
    message: "Login Profile for User alice cannot be found.",
  };
  await expect(iam.ask(getLoginProfile, { UserName })).rejects.toMatchObject(refusal);
  await expect(iam.ask(deleteLoginProfile, { UserName })).rejects.toMatchObject(refusal);
  await expect(iam.ask(updateLoginProfile, { UserName, Password })).rejects.toMatchObject(refusal);
});

test("changes what is given and leaves the rest", async () => {
  await iam.ask(createLoginProfile, { UserName, Password });
  const before = await login();
  await iam.ask(updateLoginProfile, { UserName, PasswordResetRequired: "true" });
  expect(await login()).toEqual({ ...before, resetRequired: true });
  await iam.ask(updateLoginProfile, { UserName, Password: "Battery-staple-2" });
  const after = await login();
  expect(after).toMatchObject({ resetRequired: true, formerHashes: [before?.hash] });
  expect(await isPassword("Battery-staple-2", after?.hash ?? "")).toBe(true);
});

test("keeps to IAM's default where the account has no policy", async () => {
  const weak = ["Short-1", "only lower case", "Nodigitsorsymbols", `account ${account}`];
  for (const Password of weak) {
    await expect(iam.ask(createLoginProfile, { UserName, Password })).rejects.toMatchObject({
      kind: "PasswordPolicyViolation",
      message: "Password does not conform to the account password policy.",
    });
  }
  expect(await login()).toBeUndefined();
});

test("takes none of the last passwords again, as many as the account's policy says", async () => {
  await iam.ask(updateAccountPasswordPolicy, { PasswordReusePrevention: "2" });
  const set = (Password: string) => iam.ask(updateLoginProfile, { UserName, Password });
  await iam.ask(createLoginProfile, { UserName, Password: "first one" });
  await expect(set("first one")).rejects.toMatchObject({ kind: "PasswordPolicyViolation" });
  await set("second one");
  await expect(set("first one")).rejects.toMatchObject({ kind: "PasswordPolicyViolation" });
  await set("third one");
  await set("first one");
});

test("says nothing of the password in a refusal", async () => {
  const Password = `secret ${"x".repeat(200)}`;
  const refusal = await iam.ask(createLoginProfile, { UserName, Password }).catch(String);
  expect(refusal).toContain("1 validation error detected: Value at 'password'");
  expect(refusal).not.toContain("secret");
});
