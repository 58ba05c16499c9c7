import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { attachUserPolicy } from "./attach-user-policy.ts";
import { createAccessKey } from "./create-access-key.ts";
import { createGroup } from "./create-group.ts";
import { createLoginProfile } from "./create-login-profile.ts";
import { createUser } from "./create-user.ts";
import { deleteAccessKey } from "./delete-access-key.ts";
import { deleteLoginProfile } from "./delete-login-profile.ts";
import { deleteUser } from "./delete-user.ts";
import { deleteUserPolicy } from "./delete-user-policy.ts";
import { detachUserPolicy } from "./detach-user-policy.ts";
import { getUser } from "./get-user.ts";
import { putUserPolicy } from "./put-user-policy.ts";
import { removeUserFromGroup } from "./remove-user-from-group.ts";

let iam: TestIam;
const UserName = "alice";
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName });
});
afterEach(() => iam.registry.close());

const statement = { Effect: "Allow", Action: "*", Resource: "*" };

test("refuses while anything hangs on the user, and says what", async () => {
  const PolicyArn = await iam.policy("all", statement);
  await iam.ask(attachUserPolicy, { UserName, PolicyArn });
  const policy = { UserName, PolicyName: "p" };
  await iam.ask(putUserPolicy, { ...policy, PolicyDocument: policyText(statement) });
  await iam.ask(createGroup, { GroupName: "devs" });
  await iam.ask(addUserToGroup, { UserName, GroupName: "devs" });
  await iam.ask(createLoginProfile, { UserName, Password: "Correct-horse-1" });
  const { AccessKey } = await iam.ask(createAccessKey, { UserName });
  const { AccessKeyId } = AccessKey;
  const steps = [
    ["must detach all policies first.", () => iam.ask(detachUserPolicy, { UserName, PolicyArn })],
    ["must delete policies first.", () => iam.ask(deleteUserPolicy, policy)],
    [
      "must remove users from group first.",
      () => iam.ask(removeUserFromGroup, { UserName, GroupName: "devs" }),
    ],
    ["must delete login profile first.", () => iam.ask(deleteLoginProfile, { UserName })],
    ["must delete access keys first.", () => iam.ask(deleteAccessKey, { UserName, AccessKeyId })],
  ] as const;
  for (const [what, remedy] of steps) {
    await expect(iam.ask(deleteUser, { UserName })).rejects.toMatchObject({
      kind: "DeleteConflict",
      message: `Cannot delete entity, ${what}`,
    });
    await remedy();
  }
  await iam.ask(deleteUser, { UserName });
  await expect(iam.ask(getUser, { UserName })).rejects.toMatchObject({ kind: "NoSuchEntity" });
  await expect(iam.ask(deleteUser, { UserName })).rejects.toMatchObject({ kind: "NoSuchEntity" });
});

test("takes the user's temporary credentials with it", async () => {
  const user = await iam.ports.metadata.identity.entities.find(account, "user", UserName);
  const accessKeyId = "ASIAEXAMPLE";
  await iam.ports.metadata.transaction(({ identity }) =>
    identity.sessions.insert({
      ...{ accessKeyId, kind: "session-token", owner: { account, id: user?.id ?? "" }, name: "" },
      ...{ sealedSecret: Uint8Array.of(1), createdAt: 1, expiresAt: 2, lastUse: undefined },
      claims: {} as never,
    }),
  );
  await iam.ask(deleteUser, { UserName });
  expect(await iam.ports.metadata.identity.sessions.find(accessKeyId)).toBeUndefined();
});

test("makes room for another of the name, who has another id and none of the rights", async () => {
  const policy = { UserName, PolicyName: "p" };
  await iam.ask(putUserPolicy, { ...policy, PolicyDocument: policyText(statement) });
  const { User: first } = await iam.ask(getUser, { UserName });
  await iam.ask(deleteUserPolicy, policy);
  await iam.ask(deleteUser, { UserName });
  const second = await iam.user(UserName);
  expect(second.principal.uniqueId).not.toBe(first?.UserId);
  expect(second.principal.policies.identity).toEqual([]);
});
