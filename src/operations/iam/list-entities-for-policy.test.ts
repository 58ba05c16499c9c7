import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { attachGroupPolicy } from "./attach-group-policy.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { attachUserPolicy } from "./attach-user-policy.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { listEntitiesForPolicy } from "./list-entities-for-policy.ts";

let iam: TestIam;
let PolicyArn: string;
beforeEach(async () => {
  iam = await openTestIam();
  PolicyArn = await iam.policy("shared", { Effect: "Allow", Action: "ecr:*", Resource: "*" });
  await iam.ask(createUser, { UserName: "both", PermissionsBoundary: PolicyArn });
  await iam.ask(createUser, { UserName: "has", Path: "/team/" });
  await iam.ask(createGroup, { GroupName: "devs" });
  await iam.role("app", { PermissionsBoundary: PolicyArn });
  await iam.role("idle");
  for (const UserName of ["both", "has"]) await iam.ask(attachUserPolicy, { UserName, PolicyArn });
  await iam.ask(attachGroupPolicy, { GroupName: "devs", PolicyArn });
});
afterEach(() => iam.registry.close());

async function entities(more: object = {}) {
  const answer = await iam.ask(listEntitiesForPolicy, { PolicyArn, ...more });
  return [
    ...(answer.PolicyUsers ?? []).map(({ UserName }) => `user ${UserName}`),
    ...(answer.PolicyGroups ?? []).map(({ GroupName }) => `group ${GroupName}`),
    ...(answer.PolicyRoles ?? []).map(({ RoleName }) => `role ${RoleName}`),
  ].toSorted();
}

it("lists who has the policy and who is bounded by it, each once", async () => {
  expect(await entities()).toEqual(["group devs", "role app", "user both", "user has"]);
  const { PolicyRoles } = await iam.ask(listEntitiesForPolicy, { PolicyArn });
  expect(PolicyRoles).toEqual([{ RoleName: "app", RoleId: expect.stringMatching(/^AROA/) }]);
});

it("lists either alone, one kind alone, or a path alone", async () => {
  const usage = (PolicyUsageFilter: string) => entities({ PolicyUsageFilter });
  expect(await usage("PermissionsPolicy")).toEqual(["group devs", "user both", "user has"]);
  expect(await usage("PermissionsBoundary")).toEqual(["role app", "user both"]);
  expect(await entities({ EntityFilter: "Role" })).toEqual(["role app"]);
  expect(await entities({ EntityFilter: "Group" })).toEqual(["group devs"]);
  expect(await entities({ EntityFilter: "LocalManagedPolicy" })).toEqual([]);
  expect(await entities({ PathPrefix: "/team/" })).toEqual(["user has"]);
});

it("goes on where a page ended, from who has it to who is bounded", async () => {
  const found: string[] = [];
  let Marker: string | undefined;
  for (let page = 0; page < 4; page += 1) {
    const more: object = { MaxItems: "1", ...(Marker !== undefined && { Marker }) };
    found.push(...(await entities(more)));
    const answer = await iam.ask(listEntitiesForPolicy, { PolicyArn, ...more });
    ({ Marker } = answer);
    if (Marker === undefined) break;
  }
  expect(found.toSorted()).toEqual(["group devs", "role app", "user both", "user has"]);
});

it("knows policies of AWS too, and none that is not there", async () => {
  const ofAws = "arn:aws:iam::aws:policy/AdministratorAccess";
  await iam.ask(attachRolePolicy, { RoleName: "idle", PolicyArn: ofAws });
  const { PolicyRoles } = await iam.ask(listEntitiesForPolicy, { PolicyArn: ofAws });
  expect(PolicyRoles).toMatchObject([{ RoleName: "idle" }]);
  const none = "arn:aws:iam::aws:policy/None";
  await expect(iam.ask(listEntitiesForPolicy, { PolicyArn: none })).rejects.toMatchObject({
    kind: "NoSuchEntity",
  });
});
