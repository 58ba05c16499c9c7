import { afterEach, beforeEach, expect, test } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { createUser } from "./create-user.ts";
import { listGroups } from "./list-groups.ts";
import { listUsers } from "./list-users.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  for (const [UserName, Path] of [
    ["b", "/team/"],
    ["A", "/"],
    ["C", "/team/x/"],
  ]) {
    await iam.ask(createUser, { UserName, Path, Tags: [{ Key: "k", Value: "v" }] });
  }
  await iam.ask(createUser, { UserName: "other" }, callerOf(otherAccount));
});
afterEach(() => iam.registry.close());

async function names(input: object = {}) {
  const { Users = [] } = await iam.ask(listUsers, input);
  return Users.map(({ UserName }) => UserName);
}

test("lists the account's users by name, without tags and boundaries", async () => {
  const { Users, IsTruncated, Marker } = await iam.ask(listUsers);
  expect(Users?.map(({ UserName }) => UserName)).toEqual(["A", "b", "C"]);
  expect(Users?.[0]).not.toHaveProperty("Tags");
  expect([IsTruncated, Marker]).toEqual([false, undefined]);
  expect(await names({ PathPrefix: "/team/" })).toEqual(["b", "C"]);
});

test("pages, and says where to go on only if there is more", async () => {
  const first = await iam.ask(listUsers, { MaxItems: "2" });
  expect(first).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
  const rest = await iam.ask(listUsers, { MaxItems: "2", Marker: first.Marker });
  expect(rest.Users?.map(({ UserName }) => UserName)).toEqual(["C"]);
  expect(rest).toMatchObject({ IsTruncated: false });
  expect(await iam.ask(listUsers, { MaxItems: "3" })).toMatchObject({ IsTruncated: false });
});

test("refuses a marker of another listing, prefix or account", async () => {
  const { Marker } = await iam.ask(listUsers, { MaxItems: "1" });
  await expect(iam.ask(listGroups, { Marker })).rejects.toMatchObject({
    kind: "InvalidParameter",
    message: expect.stringContaining("'Marker'"),
  });
  await expect(names({ Marker, PathPrefix: "/team/" })).rejects.toThrow("'Marker'");
  const other = callerOf(otherAccount);
  await expect(iam.ask(listUsers, { Marker }, other)).rejects.toThrow("'Marker'");
});

test("is judged on the path that is listed", async () => {
  const lister = await iam.user("lister", {
    ...{ Effect: "Allow", Action: "iam:ListUsers" },
    Resource: `arn:aws:iam::${account}:user/team/`,
  });
  await iam.ask(listUsers, { PathPrefix: "/team/" }, lister);
  await expect(iam.ask(listUsers, {}, lister)).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining(`on resource: arn:aws:iam::${account}:user/ because`),
  });
});
