import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { attachGroupPolicy } from "./attach-group-policy.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { deleteGroup } from "./delete-group.ts";
import { deleteGroupPolicy } from "./delete-group-policy.ts";
import { detachGroupPolicy } from "./detach-group-policy.ts";
import { getGroup } from "./get-group.ts";
import { putGroupPolicy } from "./put-group-policy.ts";
import { removeUserFromGroup } from "./remove-user-from-group.ts";
import { updateGroup } from "./update-group.ts";

let iam: TestIam;
const GroupName = "devs";
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createGroup, { GroupName });
});
afterEach(() => iam.registry.close());

const statement = { Effect: "Allow", Action: "*", Resource: "*" };

test("refuses while anything hangs on the group, and says what", async () => {
  const PolicyArn = await iam.policy("all", statement);
  await iam.ask(createUser, { UserName: "alice" });
  await iam.ask(addUserToGroup, { GroupName, UserName: "alice" });
  await iam.ask(attachGroupPolicy, { GroupName, PolicyArn });
  const policy = { GroupName, PolicyName: "p" };
  await iam.ask(putGroupPolicy, { ...policy, PolicyDocument: policyText(statement) });
  const steps = [
    [
      "must remove users from group first.",
      () => iam.ask(removeUserFromGroup, { GroupName, UserName: "alice" }),
    ],
    ["must detach all policies first.", () => iam.ask(detachGroupPolicy, { GroupName, PolicyArn })],
    ["must delete policies first.", () => iam.ask(deleteGroupPolicy, policy)],
  ] as const;
  for (const [what, remedy] of steps) {
    await expect(iam.ask(deleteGroup, { GroupName })).rejects.toMatchObject({
      kind: "DeleteConflict",
      message: `Cannot delete entity, ${what}`,
    });
    await remedy();
  }
  await iam.ask(deleteGroup, { GroupName });
  await expect(iam.ask(getGroup, { GroupName })).rejects.toMatchObject({ kind: "NoSuchEntity" });
});

test("renames and moves a group with its members, and never onto another's name", async () => {
  await iam.ask(createGroup, { GroupName: "ops" });
  await iam.ask(createUser, { UserName: "alice" });
  await iam.ask(addUserToGroup, { GroupName, UserName: "alice" });
  await expect(iam.ask(updateGroup, { GroupName, NewGroupName: "OPS" })).rejects.toMatchObject({
    kind: "EntityAlreadyExists",
    message: "Group with name OPS already exists.",
  });
  await iam.ask(updateGroup, { GroupName, NewGroupName: "Makers", NewPath: "/m/" });
  const { Group, Users } = await iam.ask(getGroup, { GroupName: "makers" });
  expect(Group).toMatchObject({ GroupName: "Makers", Path: "/m/" });
  expect(Users).toHaveLength(1);
});
