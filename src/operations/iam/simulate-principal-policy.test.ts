import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText, type TestStatement } from "../../../test/support/identity.ts";
import { addUserToGroup } from "./add-user-to-group.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { createGroup } from "./create-group.ts";
import { createUser } from "./create-user.ts";
import { getContextKeysForCustomPolicy } from "./get-context-keys-for-custom-policy.ts";
import { getContextKeysForPrincipalPolicy } from "./get-context-keys-for-principal-policy.ts";
import { putGroupPolicy } from "./put-group-policy.ts";
import { putRolePermissionsBoundary } from "./put-role-permissions-boundary.ts";
import { putRolePolicy } from "./put-role-policy.ts";
import { putUserPolicy } from "./put-user-policy.ts";
import { simulatePrincipalPolicy } from "./simulate-principal-policy.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  await iam.ask(createUser, { UserName: "alice", Path: "/team/" });
  await iam.ask(createGroup, { GroupName: "devs" });
  await iam.role("app");
});
afterEach(() => iam.registry.close());

const alice = `arn:aws:iam::${account}:user/team/alice`;
const devs = `arn:aws:iam::${account}:group/devs`;
const app = `arn:aws:iam::${account}:role/app`;
const ofAws = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const statement = (Effect: string, Action: string, more: object = {}): TestStatement => ({
  ...{ Effect, Action, Resource: "*", ...more },
});
const text = (...statements: TestStatement[]) => policyText(...statements);

async function simulate(PolicySourceArn: string, action: string, more: object = {}) {
  const input = { PolicySourceArn, ActionNames: [action], ...more };
  const { EvaluationResults } = await iam.ask(simulatePrincipalPolicy, input);
  const result = EvaluationResults?.[0];
  return {
    decision: result?.EvalDecision,
    by: result?.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
    missing: result?.MissingContextValues,
    boundary: result?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
  };
}

async function putPolicies(): Promise<void> {
  const inline = (document: string) => ({ PolicyName: "inline", PolicyDocument: document });
  const allowsPut = text(statement("Allow", "ecr:PutImage"));
  await iam.ask(putUserPolicy, { UserName: "alice", ...inline(allowsPut) });
  const deniesDelete = text(statement("Deny", "ecr:DeleteRepository"));
  await iam.ask(putGroupPolicy, { GroupName: "devs", ...inline(deniesDelete) });
  await iam.ask(addUserToGroup, { GroupName: "devs", UserName: "alice" });
  await iam.ask(putRolePolicy, { RoleName: "app", ...inline(allowsPut) });
  await iam.ask(attachRolePolicy, { RoleName: "app", PolicyArn: ofAws });
}

it("decides by all that a user, group or role has, and names the policies as IAM does", async () => {
  await putPolicies();
  expect(await simulate(alice, "ecr:PutImage")).toMatchObject({
    ...{ decision: "allowed", by: ["user_alice_inline"] },
  });
  expect(await simulate(alice, "ecr:DeleteRepository")).toMatchObject({
    ...{ decision: "explicitDeny", by: ["group_devs_inline"] },
  });
  expect(await simulate(devs, "ecr:PutImage")).toMatchObject({ decision: "implicitDeny", by: [] });
  expect(await simulate(app, "ecr:PutImage")).toMatchObject({ by: ["role_app_inline"] });
  expect(await simulate(app, "ecr:ListImages")).toMatchObject({
    ...{ decision: "allowed", by: ["AmazonEC2ContainerRegistryReadOnly"], boundary: undefined },
  });
});

it("adds policies of the request, and leaves out those that it excludes", async () => {
  await putPolicies();
  const PolicyInputList = [text(statement("Deny", "ecr:PutImage"))];
  expect(await simulate(app, "ecr:PutImage", { PolicyInputList })).toMatchObject({
    ...{ decision: "explicitDeny", by: ["PolicyInputList.1"] },
  });
  const without = (action: string, identifier: object, who = app) =>
    simulate(who, action, { PolicyExclusionList: [identifier] }).then(({ decision }) => decision);
  expect(await without("ecr:PutImage", { PolicyType: "inline" })).toBe("implicitDeny");
  expect(await without("ecr:ListImages", { PolicyType: "inline" })).toBe("allowed");
  expect(await without("ecr:ListImages", { PolicyType: "aws-managed" })).toBe("implicitDeny");
  expect(await without("ecr:ListImages", { PolicyArn: ofAws.replace("Only", "*") })).toBe(
    "implicitDeny",
  );
  const ofGroup = (AttachmentName: string) => ({
    InlinePolicyIdentifier: { PolicyName: "inline", AttachmentType: "GROUP", AttachmentName },
  });
  expect(await without("ecr:DeleteRepository", ofGroup("de?s"), alice)).toBe("implicitDeny");
  expect(await without("ecr:DeleteRepository", ofGroup("dev"), alice)).toBe("explicitDeny");
  for (const wrong of [{}, { PolicyArn: app }, { PolicyType: "inline", PolicyArn: ofAws }]) {
    await expect(without("ecr:PutImage", wrong)).rejects.toMatchObject({ kind: "InvalidInput" });
  }
});

it("limits by the boundary that there is, or by that of the request", async () => {
  await putPolicies();
  const edge = await iam.policy("edge", statement("Allow", "ecr:List*"));
  await iam.ask(putRolePermissionsBoundary, { RoleName: "app", PermissionsBoundary: edge });
  expect(await simulate(app, "ecr:PutImage")).toMatchObject({
    ...{ decision: "implicitDeny", boundary: false },
  });
  expect(await simulate(app, "ecr:ListImages")).toMatchObject({
    ...{ decision: "allowed", boundary: true },
  });
  const PermissionsBoundaryPolicyInputList = [text(statement("Allow", "ecr:Put*"))];
  expect(await simulate(app, "ecr:PutImage", { PermissionsBoundaryPolicyInputList })).toMatchObject(
    { decision: "allowed", boundary: true },
  );
  const PolicyExclusionList = [{ PolicyType: "permission-boundary" }];
  expect(await simulate(app, "ecr:PutImage", { PolicyExclusionList })).toMatchObject({
    ...{ decision: "allowed", boundary: undefined },
  });
});

it("knows whose policies they are, and nothing of a session that there is not", async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables.
  const Resource = "arn:aws:ecr:*:*:repository/${aws:username}/${aws:userid}";
  const PolicyInputList = [text(statement("Allow", "ecr:PutImage", { Resource }))];
  const ResourceArns = [`arn:aws:ecr:us-east-1:${account}:repository/alice/x`];
  const ask = (who: string) => simulate(who, "ecr:PutImage", { PolicyInputList, ResourceArns });
  expect(await ask(alice)).toMatchObject({ missing: [] });
  expect((await ask(app)).missing).toEqual(["aws:username", "aws:userid"]);
});

it("decides by a resource policy that names the role, or another who asks with its policies", async () => {
  const ResourcePolicy = text({
    ...{ Effect: "Allow", Action: "ecr:PutImage", Principal: { AWS: app } },
  });
  const more = { ResourcePolicy, ResourceArns: [`arn:aws:ecr:us-east-1:${account}:repository/a`] };
  expect(await simulate(app, "ecr:PutImage", more)).toMatchObject({
    ...{ decision: "allowed", by: ["ResourcePolicy"] },
  });
  expect(await simulate(alice, "ecr:PutImage", more)).toMatchObject({ decision: "implicitDeny" });
  expect(await simulate(alice, "ecr:PutImage", { ...more, CallerArn: app })).toMatchObject({
    decision: "allowed",
  });
  expect(await simulate(devs, "ecr:PutImage", more)).toMatchObject({ decision: "implicitDeny" });
});

it("is for whoever may simulate this very principal, of their own account", async () => {
  const checker = await iam.user("checker", {
    ...{ Effect: "Allow", Action: "iam:SimulatePrincipalPolicy", Resource: app },
  });
  const ask = (PolicySourceArn: string, caller = checker) =>
    iam.ask(simulatePrincipalPolicy, { PolicySourceArn, ActionNames: ["ecr:PutImage"] }, caller);
  await ask(app);
  for (const [arn, caller] of [
    [alice, checker],
    [`${app}-none`, checker],
    [app, callerOf(otherAccount)],
  ] as const) {
    await expect(ask(arn, caller)).rejects.toMatchObject({ kind: "AccessDenied" });
  }
  const root = callerOf(account);
  for (const none of [`${app}-none`, `arn:aws:iam::${account}:user/alice`]) {
    await expect(ask(none, root)).rejects.toMatchObject({ kind: "NoSuchEntity" });
  }
  await expect(ask(`arn:aws:iam::${account}:root`, root)).rejects.toMatchObject({
    kind: "InvalidInput",
    message: `Invalid Entity Arn: arn:aws:iam::${account}:root does not clearly define entity type and name.`,
  });
});

it("tells which condition keys policies ask for, each once", async () => {
  const asking = text(
    statement("Allow", "ecr:*", {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables.
      Resource: "arn:aws:ecr:*:*:repository/${aws:username, 'nobody'}/${*}",
      Condition: {
        StringEquals: { "aws:RequestedRegion": "eu-west-1" },
        StringLike: {
          "AWS:requestedregion": "x",
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable.
          "ecr:ResourceTag/Team": "${aws:PrincipalTag/Team}",
        },
      },
    }),
  );
  const { ContextKeyNames } = await iam.ask(getContextKeysForCustomPolicy, {
    PolicyInputList: [asking, asking],
  });
  expect(ContextKeyNames?.toSorted()).toEqual([
    ...["aws:PrincipalTag/Team", "aws:RequestedRegion", "aws:username", "ecr:ResourceTag/Team"],
  ]);
  const bare = asking.replace("2012-10-17", "2008-10-17");
  expect(await iam.ask(getContextKeysForCustomPolicy, { PolicyInputList: [bare] })).toEqual({
    ContextKeyNames: ["aws:RequestedRegion", "ecr:ResourceTag/Team"],
  });
  await expect(
    iam.ask(getContextKeysForCustomPolicy, { PolicyInputList: ["{"] }),
  ).rejects.toMatchObject({ kind: "InvalidInput" });
});

it("tells which condition keys a principal's policies and its boundary ask for", async () => {
  const asks = (key: string) =>
    statement("Allow", "ecr:*", { Condition: { StringEquals: { [key]: "x" } } });
  const inline = { PolicyName: "inline", PolicyDocument: text(asks("aws:SourceVpce")) };
  await iam.ask(putRolePolicy, { RoleName: "app", ...inline });
  const PermissionsBoundary = await iam.policy("edge", asks("aws:UserAgent"));
  await iam.ask(putRolePermissionsBoundary, { RoleName: "app", PermissionsBoundary });
  const PolicyInputList = [text(asks("ecr:ImageTag"))];
  const input = { PolicySourceArn: app, PolicyInputList };
  expect(await iam.ask(getContextKeysForPrincipalPolicy, input)).toEqual({
    ContextKeyNames: ["aws:SourceVpce", "aws:UserAgent", "ecr:ImageTag"],
  });
});
