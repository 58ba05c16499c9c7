import { afterEach, beforeEach, expect, test } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { deleteUserPermissionsBoundary } from "./delete-user-permissions-boundary.ts";
import { getUser } from "./get-user.ts";
import { listGroups } from "./list-groups.ts";
import { listUsers } from "./list-users.ts";
import { putUserPermissionsBoundary } from "./put-user-permissions-boundary.ts";

let iam: TestIam;
const UserName = "alice";
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

test("bounds what the user's policies allow, from the next request on, until it is taken away", async () => {
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };
  const { accessKeyId } = (await iam.user(UserName, everything)).principal;
  const PermissionsBoundary = await iam.policy("edge", {
    ...{ Effect: "Allow", Action: "iam:ListUsers", Resource: "*" },
  });
  await iam.ask(putUserPermissionsBoundary, { UserName, PermissionsBoundary });
  expect((await iam.ask(getUser, { UserName })).User).toMatchObject({
    PermissionsBoundary: {
      PermissionsBoundaryType: "Policy",
      PermissionsBoundaryArn: PermissionsBoundary,
    },
  });
  await iam.ask(listUsers, {}, await iam.holderOf(accessKeyId));
  await expect(iam.ask(listGroups, {}, await iam.holderOf(accessKeyId))).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining("no permissions boundary allows"),
  });
  await iam.ask(deleteUserPermissionsBoundary, { UserName });
  await iam.ask(listGroups, {}, await iam.holderOf(accessKeyId));
  expect((await iam.ask(getUser, { UserName })).User).not.toHaveProperty("PermissionsBoundary");
});

test("refuses a boundary that is not there, and is judged by its ARN", async () => {
  const edge = await iam.policy("edge", { Effect: "Allow", Action: "*", Resource: "*" });
  const admin = await iam.user("admin", {
    ...{ Effect: "Allow", Action: "iam:PutUserPermissionsBoundary", Resource: "*" },
    Condition: { StringEquals: { "iam:PermissionsBoundary": edge } },
  });
  await iam.user(UserName);
  const none = `arn:aws:iam::${account}:policy/none`;
  const put = (PermissionsBoundary: string, caller = admin) =>
    iam.ask(putUserPermissionsBoundary, { UserName, PermissionsBoundary }, caller);
  await put(edge);
  await expect(put(none)).rejects.toMatchObject({ kind: "AccessDenied" });
  await expect(
    iam.ask(putUserPermissionsBoundary, { UserName, PermissionsBoundary: none }),
  ).rejects.toMatchObject({
    kind: "NoSuchEntity",
    message: `Scope ARN: ${none} does not exist or is not attachable.`,
  });
});
