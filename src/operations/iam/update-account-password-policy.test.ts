import { afterEach, beforeEach, expect, test } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { deleteAccountPasswordPolicy } from "./delete-account-password-policy.ts";
import { getAccountPasswordPolicy } from "./get-account-password-policy.ts";
import { updateAccountPasswordPolicy } from "./update-account-password-policy.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const asDefault = {
  MinimumPasswordLength: 6,
  RequireSymbols: false,
  RequireNumbers: false,
  RequireUppercaseCharacters: false,
  RequireLowercaseCharacters: false,
  AllowUsersToChangePassword: false,
  ExpirePasswords: false,
  HardExpiry: false,
};

test("sets the whole policy at once: what is not given is IAM's default", async () => {
  const full = {
    ...{ MinimumPasswordLength: 14, RequireSymbols: true, RequireNumbers: true },
    ...{ RequireUppercaseCharacters: true, RequireLowercaseCharacters: true },
    ...{ AllowUsersToChangePassword: true, MaxPasswordAge: 90, PasswordReusePrevention: 24 },
    HardExpiry: true,
  };
  const asText = Object.entries(full).map(([name, value]) => [name, String(value)]);
  await iam.ask(updateAccountPasswordPolicy, Object.fromEntries(asText));
  expect((await iam.ask(getAccountPasswordPolicy)).PasswordPolicy).toEqual({
    ...{ ...full, ExpirePasswords: true },
  });
  await iam.ask(updateAccountPasswordPolicy);
  expect((await iam.ask(getAccountPasswordPolicy)).PasswordPolicy).toEqual(asDefault);
});

test("belongs to one account, and is none after it was deleted", async () => {
  await iam.ask(updateAccountPasswordPolicy);
  const none = (id: string) => ({
    kind: "NoSuchEntity",
    message: `The Password Policy with domain name ${id} cannot be found.`,
  });
  await expect(iam.ask(getAccountPasswordPolicy, {}, callerOf(otherAccount))).rejects.toMatchObject(
    none(otherAccount),
  );
  await iam.ask(deleteAccountPasswordPolicy);
  await expect(iam.ask(getAccountPasswordPolicy)).rejects.toMatchObject(none(account));
  await expect(iam.ask(deleteAccountPasswordPolicy)).rejects.toMatchObject(none(account));
});

test.each([
  { MinimumPasswordLength: "5" },
  { MinimumPasswordLength: "129" },
  { MaxPasswordAge: "1096" },
  { PasswordReusePrevention: "25" },
  { RequireSymbols: "yes" },
])("refuses %j", async (input) => {
  await expect(iam.ask(updateAccountPasswordPolicy, input)).rejects.toMatchObject({
    kind: "Validation",
  });
});
