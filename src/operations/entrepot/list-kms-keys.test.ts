import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText, userWith } from "../../../test/support/identity.ts";
import { createAlias } from "../kms/create-alias.ts";
import { createKey } from "../kms/create-key.ts";
import { disableKey } from "../kms/disable-key.ts";
import { enableKeyRotation } from "../kms/enable-key-rotation.ts";
import { scheduleKeyDeletion } from "../kms/schedule-key-deletion.ts";
import { listKmsKeys } from "./list-kms-keys.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

async function newKey(more: object = {}): Promise<string> {
  return (await iam.ask(createKey, more)).KeyMetadata?.KeyId ?? "";
}

it("tells of each key what DescribeKey and ListAliases tell, page by page", async () => {
  const [one, two, three] = [await newKey({ Description: "mine" }), await newKey(), await newKey()];
  for (const AliasName of ["alias/b", "alias/a"]) {
    await iam.ask(createAlias, { AliasName, TargetKeyId: one });
  }
  await iam.ask(enableKeyRotation, { KeyId: one });
  await iam.ask(disableKey, { KeyId: two });
  await iam.ask(scheduleKeyDeletion, { KeyId: three, PendingWindowInDays: 7 });
  const createdAt = iam.registry.clock.now() / 1000;
  const found = [];
  let nextToken: string | undefined;
  do {
    const page = await iam.ask(listKmsKeys, { maxResults: 1, nextToken });
    expect(page.keys.length).toBeLessThanOrEqual(1);
    found.push(...page.keys);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const rowOf = (keyId: string, more: object) => ({
    ...{ keyId, keyArn: `arn:aws:kms:us-east-1:${account}:key/${keyId}`, createdAt },
    ...{ aliases: [], description: "", keyState: "Enabled", keyManager: "CUSTOMER" },
    ...{ rotates: false, ...more },
  });
  const rows = [
    rowOf(one, { aliases: ["alias/a", "alias/b"], description: "mine", rotates: true }),
    rowOf(two, { keyState: "Disabled" }),
    rowOf(three, { keyState: "PendingDeletion", deletionAt: createdAt + 7 * 86_400 }),
  ];
  expect(found).toEqual(rows.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1)));
  expect(await iam.ask(listKmsKeys, {}, callerOf(otherAccount))).toEqual({ keys: [] });
});

it("leaves out what the caller may not describe", async () => {
  const { ports } = iam;
  const may = (name: string, ...actions: string[]) =>
    userWith(ports, { account, name }, { Effect: "Allow", Action: actions, Resource: "*" });
  const lister = await may("lister", "kms:ListKeys");
  const reader = await may("reader", "kms:ListKeys", "kms:DescribeKey");
  const open = await newKey();
  const root = { AWS: `arn:aws:iam::${account}:root` };
  const Policy = policyText(
    { Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" },
    {
      ...{ Effect: "Deny", Principal: { AWS: reader.principal.arn } },
      ...{ Action: "kms:DescribeKey", Resource: "*" },
    },
  );
  await newKey({ Policy });
  expect((await iam.ask(listKmsKeys, {}, lister)).keys).toEqual([]);
  expect((await iam.ask(listKmsKeys, {}, reader)).keys).toMatchObject([{ keyId: open }]);
  const stranger = await may("stranger", "kms:DescribeKey", "entrepot:*");
  await expect(iam.ask(listKmsKeys, {}, stranger)).rejects.toMatchObject({ kind: "AccessDenied" });
});
