import { afterEach, beforeEach, expect, test } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { findAccessKey } from "../../registry/identity/find-access-key.ts";
import { createAccessKey } from "./create-access-key.ts";
import { createUser } from "./create-user.ts";
import { deleteAccessKey } from "./delete-access-key.ts";
import { listAccessKeys } from "./list-access-keys.ts";
import { updateAccessKey } from "./update-access-key.ts";

let iam: TestIam;
const UserName = "alice";
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName });
});
afterEach(() => iam.registry.close());

const find = (id: string) => findAccessKey(iam.ports, testOrganization, id);

test("makes a key that signs for the user, whose secret only the answer tells", async () => {
  const { AccessKey } = await iam.ask(createAccessKey, { UserName: "Alice" });
  expect(AccessKey).toEqual({
    UserName: "Alice",
    AccessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
    Status: "Active",
    CreateDate: "2023-11-14T22:13:20Z",
    SecretAccessKey: expect.stringMatching(/^[\w+/]{40}$/),
  });
  const { SecretAccessKey, ...metadata } = AccessKey;
  const key = await find(AccessKey.AccessKeyId ?? "");
  expect(key?.secretAccessKey).toBe(SecretAccessKey);
  expect(key?.principal.arn).toBe(`arn:aws:iam::${account}:user/alice`);
  expect(await iam.ask(listAccessKeys, { UserName: "Alice" })).toEqual({
    AccessKeyMetadata: [metadata],
    IsTruncated: false,
  });
  expect(await iam.registry.dump()).not.toContain(SecretAccessKey);
});

test("makes two keys for a user and no third, however many ask at once", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, () => iam.ask(createAccessKey, { UserName })),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.map(({ reason }) => reason.message)).toEqual(
    Array.from({ length: 3 }, () => "Cannot exceed quota for AccessKeysPerUser: 2"),
  );
  expect((await iam.ask(listAccessKeys, { UserName })).AccessKeyMetadata).toHaveLength(2);
});

test("means the caller where nobody is named: a user by its own key, or the account's root", async () => {
  const bob = await iam.user("bob", { Effect: "Allow", Action: "iam:*", Resource: "*" });
  const { AccessKey: another } = await iam.ask(createAccessKey, {}, bob);
  expect(another.UserName).toBe("bob");
  expect((await iam.ask(listAccessKeys, {}, bob)).AccessKeyMetadata).toHaveLength(2);

  const { AccessKey: ofRoot } = await iam.ask(createAccessKey);
  const AccessKeyId = ofRoot.AccessKeyId ?? "";
  expect((await find(AccessKeyId))?.principal).toMatchObject({ type: "Root", account });
  await iam.ask(updateAccessKey, { AccessKeyId, Status: "Inactive" });
  expect(await find(AccessKeyId)).toBeUndefined();
  expect((await iam.ask(listAccessKeys)).AccessKeyMetadata).toMatchObject([
    { AccessKeyId, Status: "Inactive" },
  ]);
  await iam.ask(deleteAccessKey, { AccessKeyId });
  expect((await iam.ask(listAccessKeys)).AccessKeyMetadata).toEqual([]);
});

test("39: an inactive or deleted key is nobody's from the next request on", async () => {
  const { AccessKey } = await iam.ask(createAccessKey, { UserName });
  const AccessKeyId = AccessKey.AccessKeyId ?? "";
  const set = (Status: string) => iam.ask(updateAccessKey, { UserName, AccessKeyId, Status });
  // As a door has it that saw the key a moment ago.
  const { principals } = iam.ports.memory.access;
  const remembered = () => principals.get(iam.ports.clock, AccessKeyId, () => find(AccessKeyId));
  expect(await remembered()).toBeDefined();
  await set("Inactive");
  expect(await remembered()).toBeUndefined();
  await set("Active");
  principals.forget(AccessKeyId);
  expect(await remembered()).toBeDefined();
  await iam.ask(deleteAccessKey, { UserName, AccessKeyId });
  expect(await remembered()).toBeUndefined();
});

test("changes no key of another user or account", async () => {
  const { AccessKey } = await iam.ask(createAccessKey, { UserName });
  const { AccessKeyId } = AccessKey;
  await iam.ask(createUser, { UserName: "bob" });
  await iam.ask(createUser, { UserName }, callerOf(otherAccount));
  const refusal = {
    kind: "NoSuchEntity",
    message: `The Access Key with id ${AccessKeyId} cannot be found.`,
  };
  for (const [named, caller] of [
    ["bob", callerOf(account)],
    [UserName, callerOf(otherAccount)],
    [undefined, callerOf(account)],
  ] as const) {
    const input = { UserName: named, AccessKeyId };
    await expect(iam.ask(deleteAccessKey, input, caller)).rejects.toMatchObject(refusal);
    const off = { ...input, Status: "Inactive" };
    await expect(iam.ask(updateAccessKey, off, caller)).rejects.toMatchObject(refusal);
  }
  expect(await find(AccessKeyId ?? "")).toBeDefined();
});
