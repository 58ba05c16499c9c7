import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { getUser } from "./get-user.ts";
import { getUserPolicy } from "./get-user-policy.ts";
import { listAccessKeys } from "./list-access-keys.ts";
import { listGroupsForUser } from "./list-groups-for-user.ts";
import { updateUser } from "./update-user.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

test("keeps id, keys, groups and policies under the new name and path", async () => {
  const caller = await iam.user("alice", { Effect: "Allow", Action: "*", Resource: "*" });
  await iam.ask(createGroup, { GroupName: "devs" });
  await iam.ask(addUserToGroup, { GroupName: "devs", UserName: "alice" });
  await iam.ask(updateUser, { UserName: "alice", NewUserName: "Alicia", NewPath: "/new/" });
  const UserName = "alicia";
  expect((await iam.ask(getUser, { UserName })).User).toMatchObject({
    UserName: "Alicia",
    UserId: caller.principal.uniqueId,
    Arn: `arn:aws:iam::${account}:user/new/Alicia`,
  });
  expect((await iam.ask(listAccessKeys, { UserName })).AccessKeyMetadata).toHaveLength(1);
  expect((await iam.ask(listGroupsForUser, { UserName })).Groups).toHaveLength(1);
  await iam.ask(getUserPolicy, { UserName, PolicyName: "inline" });
  await expect(iam.ask(getUser, { UserName: "alice" })).rejects.toThrow("cannot be found");
  const after = await iam.holderOf(caller.principal.accessKeyId);
  expect(after.principal.arn).toBe(`arn:aws:iam::${account}:user/new/Alicia`);
});

test("changes the case of a name, and never takes another's", async () => {
  await iam.ask(createUser, { UserName: "alice" });
  await iam.ask(createUser, { UserName: "bob" });
  await iam.ask(updateUser, { UserName: "alice", NewUserName: "ALICE" });
  await expect(
    iam.ask(updateUser, { UserName: "bob", NewUserName: "Alice" }),
  ).rejects.toMatchObject({
    kind: "EntityAlreadyExists",
    message: "User with name Alice already exists.",
  });
  await iam.ask(updateUser, { UserName: "alice" });
  expect((await iam.ask(getUser, { UserName: "alice" })).User).toMatchObject({ UserName: "ALICE" });
});

test("asks for leave of both names", async () => {
  await iam.ask(createUser, { UserName: "alice", Path: "/team/" });
  const admin = await iam.user("admin", {
    ...{ Effect: "Allow", Action: "iam:UpdateUser" },
    Resource: [`arn:aws:iam::${account}:user/team/*`, `arn:aws:iam::${account}:user/bob`],
  });
  const rename = (to: object) => iam.ask(updateUser, { UserName: "alice", ...to }, admin);
  await rename({ NewUserName: "alicia" });
  await iam.ask(updateUser, { UserName: "alicia", NewUserName: "alice" });
  await expect(rename({ NewPath: "/other/" })).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining(`user/other/alice`),
  });
  await rename({ NewPath: "/", NewUserName: "bob" });
});
