import { afterEach, beforeEach, expect, test } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { recordUse } from "../../registry/identity/record-use.ts";
import { createAccessKey } from "./create-access-key.ts";
import { getAccessKeyLastUsed } from "./get-access-key-last-used.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

test("says whose key it is, and nothing of a use before there was one", async () => {
  const { accessKeyId: AccessKeyId } = (await iam.user("alice")).principal;
  expect(await iam.ask(getAccessKeyLastUsed, { AccessKeyId })).toEqual({
    UserName: "alice",
    AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" },
  });
});

test("says when, where and for what the key signed last", async () => {
  const { principal } = await iam.user("alice");
  await recordUse(iam.ports, principal, { region: "eu-west-1", service: "ecr" });
  const { accessKeyId: AccessKeyId } = principal;
  expect((await iam.ask(getAccessKeyLastUsed, { AccessKeyId })).AccessKeyLastUsed).toEqual({
    LastUsedDate: "2023-11-14T22:13:20Z",
    ServiceName: "ecr",
    Region: "eu-west-1",
  });
});

test("tells of root's keys without a name", async () => {
  const { AccessKey } = await iam.ask(createAccessKey);
  const { AccessKeyId } = AccessKey;
  expect(await iam.ask(getAccessKeyLastUsed, { AccessKeyId })).not.toHaveProperty("UserName");
});

test("looks the same for another account's key and for nobody's", async () => {
  const { AccessKey } = await iam.ask(createAccessKey, {}, callerOf(otherAccount));
  for (const AccessKeyId of [AccessKey.AccessKeyId, "AKIAABCDEFGHIJKLMNOP"]) {
    await expect(iam.ask(getAccessKeyLastUsed, { AccessKeyId })).rejects.toMatchObject({
      kind: "NoSuchEntity",
      message: `The Access Key with id ${AccessKeyId} cannot be found.`,
    });
  }
});

test("is judged on the key's user", async () => {
  const { principal } = await iam.user("alice");
  const { accessKeyId: AccessKeyId } = principal;
  const auditor = await iam.user("auditor", {
    ...{ Effect: "Allow", Action: "iam:GetAccessKeyLastUsed" },
    Resource: `arn:aws:iam::${account}:user/alice`,
  });
  await iam.ask(getAccessKeyLastUsed, { AccessKeyId }, auditor);
  for (const id of [auditor.principal.accessKeyId, "AKIAABCDEFGHIJKLMNOP"]) {
    await expect(iam.ask(getAccessKeyLastUsed, { AccessKeyId: id }, auditor)).rejects.toMatchObject(
      { kind: "AccessDenied" },
    );
  }
});
