import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { decoded, openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { createGroup } from "./create-group.ts";
import { createPolicyVersion } from "./create-policy-version.ts";
import { createUser } from "./create-user.ts";
import { getAccountAuthorizationDetails } from "./get-account-authorization-details.ts";
import { putGroupPolicy } from "./put-group-policy.ts";

let iam: TestIam;
let own: string;
const ofAws = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const document = policyText({ Effect: "Allow", Action: "ecr:*", Resource: "*" });

beforeEach(async () => {
  iam = await openTestIam();
  own = await iam.policy("own", { Effect: "Allow", Action: "ecr:*", Resource: "*" });
  await iam.ask(createUser, { UserName: "alice", PermissionsBoundary: own });
  await iam.ask(createGroup, { GroupName: "devs", Path: "/team/" });
  await iam.ask(addUserToGroup, { GroupName: "devs", UserName: "alice" });
  const inline = { GroupName: "devs", PolicyName: "inline", PolicyDocument: document };
  await iam.ask(putGroupPolicy, inline);
  await iam.role("app", { Tags: [{ Key: "a", Value: "b" }] });
  for (const PolicyArn of [own, ofAws]) {
    await iam.ask(attachRolePolicy, { RoleName: "app", PolicyArn });
  }
});
afterEach(() => iam.registry.close());

it("tells all of an account: who there is, with which policies, and what those say", async () => {
  const PolicyDocument = policyText({ Effect: "Deny", Action: "*", Resource: "*" });
  await iam.ask(createPolicyVersion, { PolicyArn: own, PolicyDocument });
  const details = await iam.ask(getAccountAuthorizationDetails);
  expect(details.IsTruncated).toBe(false);
  expect(details.UserDetailList).toMatchObject([
    {
      ...{ UserName: "alice", Path: "/", Arn: `arn:aws:iam::${account}:user/alice`, Tags: [] },
      ...{ UserPolicyList: [], GroupList: ["devs"], AttachedManagedPolicies: [] },
      PermissionsBoundary: { PermissionsBoundaryArn: own },
    },
  ]);
  expect(details.GroupDetailList).toMatchObject([{ GroupName: "devs", Path: "/team/" }]);
  const inline = details.GroupDetailList?.[0]?.GroupPolicyList?.[0];
  expect(inline?.PolicyName).toBe("inline");
  expect(decoded(inline?.PolicyDocument)).toEqual(JSON.parse(document));
  expect(details.RoleDetailList).toMatchObject([
    {
      ...{ RoleName: "app", InstanceProfileList: [], RolePolicyList: [], RoleLastUsed: {} },
      ...{ Tags: [{ Key: "a", Value: "b" }] },
      AttachedManagedPolicies: [
        { PolicyName: "own", PolicyArn: own },
        { PolicyName: "AmazonEC2ContainerRegistryReadOnly", PolicyArn: ofAws },
      ],
    },
  ]);
  expect(details.Policies).toMatchObject([
    {
      ...{ PolicyName: "own", AttachmentCount: 1, PermissionsBoundaryUsageCount: 1 },
      PolicyVersionList: [
        { VersionId: "v2", IsDefaultVersion: false },
        { VersionId: "v1", IsDefaultVersion: true },
      ],
    },
    { PolicyName: "AmazonEC2ContainerRegistryReadOnly", Arn: ofAws, AttachmentCount: 1 },
  ]);
  expect(decoded(details.Policies?.[0]?.PolicyVersionList?.[0]?.Document)).toEqual(
    JSON.parse(PolicyDocument),
  );
});

it("tells what is asked for alone", async () => {
  const only = async (...Filter: string[]) => {
    const { UserDetailList, GroupDetailList, RoleDetailList, Policies } = await iam.ask(
      getAccountAuthorizationDetails,
      { Filter },
    );
    return [
      ...(UserDetailList ?? []).map(({ UserName }) => UserName),
      ...(GroupDetailList ?? []).map(({ GroupName }) => GroupName),
      ...(RoleDetailList ?? []).map(({ RoleName }) => RoleName),
      ...(Policies ?? []).map(({ PolicyName }) => PolicyName),
    ];
  };
  expect(await only("User")).toEqual(["alice"]);
  expect(await only("Group", "Role")).toEqual(["devs", "app"]);
  expect(await only("LocalManagedPolicy")).toEqual(["own"]);
  expect(await only("AWSManagedPolicy")).toEqual(["AmazonEC2ContainerRegistryReadOnly"]);
});

it("goes on where a page ended, whatever is on it", async () => {
  const found: number[] = [];
  for (let Marker: string | undefined, more = true; more; ) {
    const page: Awaited<ReturnType<typeof ask>> = await ask(Marker);
    const { UserDetailList, GroupDetailList, RoleDetailList, Policies } = page;
    const lists = [UserDetailList, GroupDetailList, RoleDetailList, Policies];
    found.push(lists.reduce((sum, list) => sum + (list?.length ?? 0), 0));
    ({ Marker, IsTruncated: more = false } = page);
  }
  expect(found).toEqual([2, 2, 1]);
});

function ask(Marker: string | undefined) {
  const input = { MaxItems: "2", ...(Marker !== undefined && { Marker }) };
  return iam.ask(getAccountAuthorizationDetails, input);
}

it("tells nothing of other accounts", async () => {
  const details = await iam.ask(getAccountAuthorizationDetails, {}, callerOf(otherAccount));
  expect(details).toEqual({
    ...{ UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [] },
    IsTruncated: false,
  });
});
