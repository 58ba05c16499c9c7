import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { isPassword } from "../../registry/identity/password-hash.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { changePassword } from "./change-password.ts";
import { createLoginProfile } from "./create-login-profile.ts";
import { getAccountPasswordPolicy } from "./get-account-password-policy.ts";
import { getLoginProfile } from "./get-login-profile.ts";
import { putUserPolicy } from "./put-user-policy.ts";
import { updateAccountPasswordPolicy } from "./update-account-password-policy.ts";

let iam: TestIam;
let alice: Caller;
const UserName = "alice";
const OldPassword = "Correct-horse-1";
const NewPassword = "Battery-staple-2";
const both = { OldPassword, NewPassword };
beforeEach(async () => {
  iam = await openTestIam();
  alice = await iam.user(UserName, {
    ...{ Effect: "Allow", Action: "iam:ChangePassword" },
    Resource: `arn:aws:iam::${account}:user/\${aws:username}`,
  });
  await iam.ask(createLoginProfile, {
    ...{ UserName, Password: OldPassword, PasswordResetRequired: "true" },
  });
});
afterEach(() => iam.registry.close());

test("changes the caller's own password, and what had to be reset is reset", async () => {
  await iam.ask(changePassword, both, alice);
  const user = await iam.ports.metadata.identity.entities.find(account, "user", UserName);
  expect(await isPassword(NewPassword, user?.login?.hash ?? "")).toBe(true);
  expect((await iam.ask(getLoginProfile, { UserName })).LoginProfile).toMatchObject({
    PasswordResetRequired: false,
  });
  await expect(iam.ask(changePassword, both, alice)).rejects.toMatchObject({
    kind: "AccessDenied",
    message: "The old password was incorrect.",
  });
});

test("refuses a password that the account's policy does not take", async () => {
  const weak = { OldPassword, NewPassword: "short" };
  await expect(iam.ask(changePassword, weak, alice)).rejects.toMatchObject({
    kind: "PasswordPolicyViolation",
  });
});

test("is for users alone, and for those that have a password", async () => {
  await expect(iam.ask(changePassword, both)).rejects.toMatchObject({ kind: "InvalidUserType" });
  const bob = await iam.user("bob", {
    ...{ Effect: "Allow", Action: "iam:ChangePassword", Resource: "*" },
  });
  await expect(iam.ask(changePassword, both, bob)).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: "Login Profile for User bob cannot be found.",
  });
});

test("is every user's right where the password policy says so, unless a policy denies it", async () => {
  const carol = await iam.user("carol");
  await iam.ask(createLoginProfile, { UserName: "carol", Password: OldPassword });
  await expect(iam.ask(changePassword, both, carol)).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining("is not authorized to perform: iam:ChangePassword"),
  });
  await iam.ask(updateAccountPasswordPolicy, { AllowUsersToChangePassword: "true" });
  await iam.ask(getAccountPasswordPolicy, {}, carol);
  await iam.ask(changePassword, both, carol);
  const PolicyDocument = policyText({ Effect: "Deny", Action: "iam:*", Resource: "*" });
  await iam.ask(putUserPolicy, { UserName: "carol", PolicyName: "no", PolicyDocument });
  const denied = await iam.holderOf(carol.principal.accessKeyId);
  await expect(iam.ask(changePassword, both, denied)).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining("with an explicit deny"),
  });
});

test("lets one of two changes at once win, and tells the other", async () => {
  const outcomes = await Promise.allSettled(
    ["Battery-staple-2", "Battery-staple-3"].map((NewPassword) =>
      iam.ask(changePassword, { OldPassword, NewPassword }, alice),
    ),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.map(({ reason }) => reason.kind)).toEqual(["EntityTemporarilyUnmodifiable"]);
});
