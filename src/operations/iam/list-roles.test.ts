import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { listInstanceProfilesForRole } from "./list-instance-profiles-for-role.ts";
import { listRoles } from "./list-roles.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.role("b", { Path: "/team/", Tags: [{ Key: "k", Value: "v" }] });
  await iam.role("A");
  await iam.role("c", { Path: "/team/x/" });
});
afterEach(() => iam.registry.close());

const names = async (input: object) =>
  (await iam.ask(listRoles, input)).Roles?.map(({ RoleName }) => RoleName);

it("lists the account's roles by name, without what GetRole alone tells", async () => {
  const { Roles, IsTruncated } = await iam.ask(listRoles, {});
  expect(IsTruncated).toBe(false);
  expect(Roles?.map(({ RoleName }) => RoleName)).toEqual(["A", "b", "c"]);
  for (const role of Roles ?? []) expect(role).not.toHaveProperty("Tags");
  expect(await iam.ask(listRoles, {}, callerOf(otherAccount))).toMatchObject({ Roles: [] });
});

it("lists those whose path begins so", async () => {
  expect(await names({ PathPrefix: "/team" })).toEqual(["b", "c"]);
  expect(await names({ PathPrefix: "/team/x/" })).toEqual(["c"]);
});

it("goes on where a page ended, in the same listing only", async () => {
  const first = await iam.ask(listRoles, { MaxItems: "2" });
  expect(first).toMatchObject({ IsTruncated: true, Roles: [{ RoleName: "A" }, { RoleName: "b" }] });
  expect(await names({ Marker: first.Marker })).toEqual(["c"]);
  await expect(names({ Marker: first.Marker, PathPrefix: "/team/" })).rejects.toMatchObject({
    kind: "InvalidParameter",
  });
});

it("asks for the right to list on the path that is asked for", async () => {
  const reader = await iam.user("reader", {
    ...{ Effect: "Allow", Action: "iam:ListRoles" },
    Resource: `arn:aws:iam::${account}:role/team/*`,
  });
  await iam.ask(listRoles, { PathPrefix: "/team/" }, reader);
  await expect(iam.ask(listRoles, {}, reader)).rejects.toMatchObject({
    kind: "AccessDenied",
    message: expect.stringContaining(`on resource: arn:aws:iam::${account}:role/ because`),
  });
});

it("knows of no instance profile, but of roles that are not there", async () => {
  expect(await iam.ask(listInstanceProfilesForRole, { RoleName: "A" })).toEqual({
    ...{ InstanceProfiles: [], IsTruncated: false },
  });
  await expect(iam.ask(listInstanceProfilesForRole, { RoleName: "none" })).rejects.toMatchObject({
    kind: "NoSuchEntity",
  });
});
