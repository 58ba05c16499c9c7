import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { addAccounts } from "../../../test/support/sessions.ts";
import { getAccessKeyInfo } from "./get-access-key-info.ts";
import { getSessionToken } from "./get-session-token.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account, otherAccount);
});
afterEach(() => registry.close());

it("names the account of keys of every kind, whether they are good or not", async () => {
  const { ports } = registry.environment;
  const id = "AKIAIOSFODNN7EXAMPLE";
  await ports.metadata.transaction(({ identity }) =>
    identity.accessKeys.insert({
      ...{ id, owner: { account: otherAccount, id: "AIDAX" }, sealedSecret: new Uint8Array() },
      ...{ status: "Inactive", createdAt: 0, lastUse: undefined },
    }),
  );
  const { Credentials } = await registry.ask(getSessionToken, {}, callerOf(account));
  const rootAccessKeyId = "AKIAROOTOFMANAGEMENT";
  Object.assign(registry.environment, { organization: { ...testOrganization, rootAccessKeyId } });
  const accountOf = async (AccessKeyId: string | undefined) =>
    (await registry.ask(getAccessKeyInfo, { AccessKeyId }, callerOf(otherAccount))).Account;
  expect(await accountOf(id)).toBe(otherAccount);
  expect(await accountOf(Credentials?.AccessKeyId)).toBe(account);
  expect(await accountOf(rootAccessKeyId)).toBe(account);
  await expect(accountOf("AKIAIOSFODNN7UNKNOWN")).rejects.toMatchObject({ kind: "Validation" });
  await expect(accountOf("short")).rejects.toMatchObject({ kind: "Validation" });
});

it("is refused to users without sts:GetAccessKeyInfo", async () => {
  const ann = await userWith(registry.environment.ports, { account, name: "ann" });
  const input = { AccessKeyId: "AKIAIOSFODNN7EXAMPLE" };
  await expect(registry.ask(getAccessKeyInfo, input, ann)).rejects.toMatchObject({
    kind: "AccessDenied",
  });
});
