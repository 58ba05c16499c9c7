import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { listGroupsForUser } from "./list-groups-for-user.ts";
import { listUsers } from "./list-users.ts";
import { putGroupPolicy } from "./put-group-policy.ts";
import { removeUserFromGroup } from "./remove-user-from-group.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createGroup, { GroupName: "devs" });
});
afterEach(() => iam.registry.close());

test("gives a member what the group's policies allow, for as long as it is one", async () => {
  const PolicyDocument = policyText({ Effect: "Allow", Action: "iam:ListUsers", Resource: "*" });
  await iam.ask(putGroupPolicy, { GroupName: "devs", PolicyName: "p", PolicyDocument });
  const { accessKeyId } = (await iam.user("alice")).principal;
  const list = async () => iam.ask(listUsers, {}, await iam.holderOf(accessKeyId));
  const membership = { GroupName: "DEVS", UserName: "ALICE" };
  await expect(list()).rejects.toMatchObject({ kind: "AccessDenied" });
  await iam.ask(addUserToGroup, membership);
  await list();
  await iam.ask(removeUserFromGroup, membership);
  await expect(list()).rejects.toMatchObject({ kind: "AccessDenied" });
});

test("may be repeated, as may the end of a membership", async () => {
  await iam.ask(createUser, { UserName: "alice" });
  const membership = { GroupName: "devs", UserName: "alice" };
  await iam.ask(addUserToGroup, membership);
  await iam.ask(addUserToGroup, membership);
  const { Groups } = await iam.ask(listGroupsForUser, { UserName: "alice" });
  expect(Groups).toMatchObject([{ GroupName: "devs" }]);
  await iam.ask(removeUserFromGroup, membership);
  await iam.ask(removeUserFromGroup, membership);
  expect((await iam.ask(listGroupsForUser, { UserName: "alice" })).Groups).toEqual([]);
});

test("puts a user into no more groups than one may be in, however many calls there are", async () => {
  await iam.ask(createUser, { UserName: "alice" });
  for (let n = 0; n < 12; n += 1) await iam.ask(createGroup, { GroupName: `g-${n}` });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, (_, n) =>
      iam.ask(addUserToGroup, { GroupName: `g-${n}`, UserName: "alice" }),
    ),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.map(({ reason }) => reason.message)).toEqual([
    "Cannot exceed quota for GroupsPerUser: 10",
    "Cannot exceed quota for GroupsPerUser: 10",
  ]);
});

test.each([
  [{ GroupName: "none", UserName: "alice" }, "The group with name none cannot be found."],
  [{ GroupName: "devs", UserName: "nobody" }, "The user with name nobody cannot be found."],
])("refuses %j", async (membership, message) => {
  await iam.ask(createUser, { UserName: "alice" });
  const refusal = { kind: "NoSuchEntity", message };
  await expect(iam.ask(addUserToGroup, membership)).rejects.toMatchObject(refusal);
  await expect(iam.ask(removeUserFromGroup, membership)).rejects.toMatchObject(refusal);
});

test("is judged on the group", async () => {
  const admin = await iam.user("admin", {
    ...{ Effect: "Allow", Action: "iam:*ToGroup" },
    Resource: `arn:aws:iam::${account}:group/devs`,
  });
  await iam.ask(createGroup, { GroupName: "admins" });
  await iam.ask(addUserToGroup, { GroupName: "devs", UserName: "admin" }, admin);
  await expect(
    iam.ask(addUserToGroup, { GroupName: "admins", UserName: "admin" }, admin),
  ).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining(`on resource: arn:aws:iam::${account}:group/admins `),
  });
});
