import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { getGroup } from "./get-group.ts";
import { listGroups } from "./list-groups.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

test("makes a group once, and GetGroup and ListGroups say the same of it", async () => {
  const { Group } = await iam.ask(createGroup, { GroupName: "Devs", Path: "/team/" });
  expect(Group).toEqual({
    Path: "/team/",
    GroupName: "Devs",
    GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{17}$/),
    Arn: `arn:aws:iam::${account}:group/team/Devs`,
    CreateDate: "2023-11-14T22:13:20Z",
  });
  await expect(iam.ask(createGroup, { GroupName: "dEVS" })).rejects.toMatchObject({
    kind: "EntityAlreadyExists",
    message: "Group with name dEVS already exists.",
  });
  await iam.ask(createGroup, { GroupName: "ops" });
  expect(await iam.ask(getGroup, { GroupName: "devs" })).toEqual({
    ...{ Group, Users: [], IsTruncated: false },
  });
  const { Groups } = await iam.ask(listGroups);
  expect(Groups?.map(({ GroupName }) => GroupName)).toEqual(["Devs", "ops"]);
  expect((await iam.ask(listGroups, { PathPrefix: "/team/" })).Groups).toEqual([Group]);
});

test("says a group's members page by page", async () => {
  await iam.ask(createGroup, { GroupName: "devs" });
  for (const UserName of ["a", "b", "c"]) {
    await iam.ask(createUser, { UserName });
    await iam.ask(addUserToGroup, { GroupName: "devs", UserName });
  }
  const names: (string | undefined)[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.ask(getGroup, { GroupName: "devs", MaxItems: "2", Marker });
    names.push(...(page.Users ?? []).map(({ UserName }) => UserName));
    Marker = page.Marker;
  } while (Marker !== undefined);
  expect(names.toSorted()).toEqual(["a", "b", "c"]);
});

test("makes no more groups than an account may have", async () => {
  await iam.ports.metadata.transaction(async ({ identity }) => {
    for (let n = 0; n < 300; n += 1) {
      await identity.entities.insertIfAbsent({
        ...{ kind: "group", account, name: `g${n}`, id: `AGPA${n}`, path: "/", createdAt: 1 },
      });
    }
  });
  await expect(iam.ask(createGroup, { GroupName: "more" })).rejects.toMatchObject({
    kind: "LimitExceeded",
    message: "Cannot exceed quota for GroupsPerAccount: 300",
  });
});

test("refuses a group that is not there in IAM's words", async () => {
  await expect(iam.ask(getGroup, { GroupName: "none" })).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: "The group with name none cannot be found.",
  });
});
