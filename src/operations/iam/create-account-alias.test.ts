import { afterEach, beforeEach, expect, test } from "vitest";
import { callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { createAccountAlias } from "./create-account-alias.ts";
import { deleteAccountAlias } from "./delete-account-alias.ts";
import { listAccountAliases } from "./list-account-aliases.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const other = callerOf(otherAccount);

test("gives an account one alias at a time, and an alias to one account", async () => {
  expect(await iam.ask(listAccountAliases)).toEqual({ AccountAliases: [], IsTruncated: false });
  await iam.ask(createAccountAlias, { AccountAlias: "acme" });
  await iam.ask(createAccountAlias, { AccountAlias: "acme" });
  await expect(iam.ask(createAccountAlias, { AccountAlias: "acme" }, other)).rejects.toMatchObject({
    kind: "EntityAlreadyExists",
    message: "The account alias acme already exists.",
  });
  await iam.ask(createAccountAlias, { AccountAlias: "acme-eu" });
  expect((await iam.ask(listAccountAliases)).AccountAliases).toEqual(["acme-eu"]);
  await iam.ask(createAccountAlias, { AccountAlias: "acme" }, other);
});

test("takes an alias only from the account whose it is", async () => {
  await iam.ask(createAccountAlias, { AccountAlias: "acme" });
  const asked = { AccountAlias: "acme" };
  const refusal = { kind: "NoSuchEntity", message: "The account alias acme cannot be found." };
  await expect(iam.ask(deleteAccountAlias, asked, other)).rejects.toMatchObject(refusal);
  await iam.ask(deleteAccountAlias, asked);
  await expect(iam.ask(deleteAccountAlias, asked)).rejects.toMatchObject(refusal);
  expect((await iam.ask(listAccountAliases)).AccountAliases).toEqual([]);
});

test.each(["ab", "Acme", "-acme", "acme-", "a--b", "123456789012", "a".repeat(64)])(
  "refuses %s as an alias",
  async (AccountAlias) => {
    await expect(iam.ask(createAccountAlias, { AccountAlias })).rejects.toMatchObject({
      kind: "Validation",
    });
  },
);
