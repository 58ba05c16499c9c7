import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { createPolicy } from "./create-policy.ts";
import { listPolicies } from "./list-policies.ts";
import { putRolePermissionsBoundary } from "./put-role-permissions-boundary.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  const PolicyDocument = policyText({ Effect: "Allow", Action: "ecr:*", Resource: "*" });
  for (const [PolicyName, Path] of [
    ["b", "/team/"],
    ["A", "/"],
    ["c", "/team/x/"],
  ]) {
    await iam.ask(createPolicy, { PolicyName, Path, PolicyDocument, Description: "d" });
  }
});
afterEach(() => iam.registry.close());

const names = async (input: object) =>
  (await iam.ask(listPolicies, input)).Policies?.map(({ PolicyName }) => PolicyName) ?? [];
const ofAws = "arn:aws:iam::aws:policy/AdministratorAccess";
const own = (name: string) => `arn:aws:iam::000000000000:policy${name}`;

it("lists the account's own by name, AWS's after them, or either", async () => {
  expect(await names({ Scope: "Local" })).toEqual(["A", "b", "c"]);
  const aws = await names({ Scope: "AWS" });
  expect(aws).toContain("AmazonEC2ContainerRegistryReadOnly");
  expect(aws).toEqual(aws.toSorted());
  expect(await names({})).toEqual(["A", "b", "c", ...aws]);
  const { Policies } = await iam.ask(listPolicies, { Scope: "Local" });
  expect(Policies?.[1]).toMatchObject({ Arn: own("/team/b"), AttachmentCount: 0 });
  expect(Policies?.[1]).not.toHaveProperty("Description");
});

it("lists those whose path begins so", async () => {
  expect(await names({ PathPrefix: "/team/" })).toEqual(["b", "c"]);
  expect(await names({ PathPrefix: "/aws-service-role/", Scope: "AWS" })).toHaveLength(3);
});

it("lists those that somebody has, or is bounded by", async () => {
  await iam.role("app");
  await iam.ask(attachRolePolicy, { RoleName: "app", PolicyArn: own("/A") });
  await iam.ask(attachRolePolicy, { RoleName: "app", PolicyArn: ofAws });
  const edge = { RoleName: "app", PermissionsBoundary: own("/team/b") };
  await iam.ask(putRolePermissionsBoundary, edge);
  const OnlyAttached = "true";
  expect(await names({ OnlyAttached })).toEqual(["A", "b", "AdministratorAccess"]);
  const as = (PolicyUsageFilter: string) => names({ OnlyAttached, PolicyUsageFilter });
  expect(await as("PermissionsPolicy")).toEqual(["A", "AdministratorAccess"]);
  expect(await as("PermissionsBoundary")).toEqual(["b"]);
  const { Policies } = await iam.ask(listPolicies, { OnlyAttached, Scope: "Local" });
  expect(Policies?.map(({ AttachmentCount }) => AttachmentCount)).toEqual([1, 0]);
});

it("goes on where a page ended, from the account's own to AWS's", async () => {
  const all = await names({});
  const found: string[] = [];
  for (let Marker: string | undefined, more = true; more; ) {
    const page: Awaited<ReturnType<typeof ask>> = await ask(Marker);
    expect(page.Policies?.length).toBeLessThanOrEqual(2);
    found.push(...(page.Policies ?? []).map(({ PolicyName }) => PolicyName ?? ""));
    ({ Marker, IsTruncated: more = false } = page);
  }
  expect(found).toEqual(all);
});

function ask(Marker: string | undefined) {
  return iam.ask(listPolicies, { MaxItems: "2", ...(Marker !== undefined && { Marker }) });
}

it("pages through those that somebody has without saying more follows where nothing does", async () => {
  await iam.role("app");
  await iam.ask(attachRolePolicy, { RoleName: "app", PolicyArn: own("/A") });
  const first = await iam.ask(listPolicies, { OnlyAttached: "true", MaxItems: "1" });
  expect(first.Policies).toHaveLength(1);
  const rest = await iam.ask(listPolicies, {
    ...{ OnlyAttached: "true", MaxItems: "1", Marker: first.Marker },
  });
  expect(rest).toEqual({ Policies: [], IsTruncated: false });
});
