import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText, type TestStatement } from "../../../test/support/identity.ts";
import { perform } from "../perform.ts";
import { simulateCustomPolicy } from "./simulate-custom-policy.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const repository = (name: string, owner: string = account) =>
  `arn:aws:ecr:us-east-1:${owner}:repository/${name}`;
const allow = (Action: string | string[], more: object = {}): TestStatement => ({
  ...{ Effect: "Allow", Action, Resource: "*", ...more },
});
const deny = (Action: string, more: object = {}) => ({ ...allow(Action, more), Effect: "Deny" });

/** The results, with maps as they are written. */
async function simulate(statements: TestStatement[], ActionNames: string[], more: object = {}) {
  const input = { PolicyInputList: [policyText(...statements)], ActionNames, ...more };
  const { environment } = iam.registry;
  const answer = await perform(environment, simulateCustomPolicy, input, callerOf(account));
  const text = JSON.stringify(answer, (_key, value) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  );
  return JSON.parse(text).EvaluationResults;
}

describe("SimulateCustomPolicy", () => {
  it("decides each action, and shows the statements that decided", async () => {
    const policies = [
      allow(["ecr:PutImage", "ecr:DeleteRepository"]),
      deny("ecr:DeleteRepository"),
    ];
    const actions = ["ecr:PutImage", "ecr:DeleteRepository", "ecr:ListImages"];
    const text = policyText(...policies);
    // Columns count from 1: the first statement begins behind the bracket, the second at the comma.
    const [bracket, comma, end] = ["[", ',{"Effect":"Deny"', "]}"].map(
      (at) => text.indexOf(at) + 1,
    );
    const statement = (start = 0, end = 0) => ({
      ...{ SourcePolicyId: "PolicyInputList.1", SourcePolicyType: "IAM Policy" },
      ...{ StartPosition: { Line: 1, Column: start }, EndPosition: { Line: 1, Column: end } },
    });
    const result = { EvalResourceName: "*", MissingContextValues: [] };
    expect(await simulate(policies, actions)).toEqual([
      {
        ...{ ...result, EvalActionName: "ecr:PutImage", EvalDecision: "allowed" },
        MatchedStatements: [statement((bracket ?? 0) + 1, comma)],
      },
      {
        ...{ ...result, EvalActionName: "ecr:DeleteRepository", EvalDecision: "explicitDeny" },
        MatchedStatements: [statement(comma, end)],
      },
      {
        ...{ ...result, EvalActionName: "ecr:ListImages", EvalDecision: "implicitDeny" },
        MatchedStatements: [],
      },
    ]);
  });

  it("tells which condition keys it was not given", async () => {
    const statements = [
      allow("ecr:*", { Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } } }),
    ];
    const ask = (more: object = {}) => simulate(statements, ["ecr:PutImage"], more);
    expect(await ask()).toMatchObject([
      { EvalDecision: "implicitDeny", MissingContextValues: ["aws:RequestedRegion"] },
    ]);
    const entry = (ContextKeyName: string, ...ContextKeyValues: string[]) => ({
      ContextEntries: [{ ContextKeyName, ContextKeyValues, ContextKeyType: "string" }],
    });
    expect(await ask(entry("AWS:requestedregion", "eu-west-1"))).toMatchObject([
      { EvalDecision: "allowed", MissingContextValues: [] },
    ]);
    expect(await ask(entry("aws:RequestedRegion", "us-east-1"))).toMatchObject([
      { EvalDecision: "implicitDeny", MissingContextValues: [] },
    ]);
  });

  it("takes lists of context values as such", async () => {
    const Condition = { "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b"] } };
    const ask = (...ContextKeyValues: string[]) =>
      simulate([allow("ecr:*", { Condition })], ["ecr:TagResource"], {
        ContextEntries: [
          { ContextKeyName: "aws:TagKeys", ContextKeyValues, ContextKeyType: "stringList" },
        ],
      });
    expect(await ask("a", "b")).toMatchObject([{ EvalDecision: "allowed" }]);
    expect(await ask("a", "c")).toMatchObject([{ EvalDecision: "implicitDeny" }]);
  });

  it("decides on each resource, and for all together as the strictest of them", async () => {
    const statements = [
      allow("ecr:*", { Resource: repository("team/*") }),
      deny("ecr:PutImage", { Resource: repository("team/fixed") }),
    ];
    const ResourceArns = [repository("team/a"), repository("other"), repository("team/fixed")];
    const [all] = await simulate(statements, ["ecr:PutImage"], { ResourceArns });
    expect(all).toMatchObject({ EvalResourceName: "*", EvalDecision: "explicitDeny" });
    expect(all.MatchedStatements).toHaveLength(1);
    expect(all.EvalDecisionDetails).toEqual({});
    expect(all.ResourceSpecificResults).toMatchObject([
      { EvalResourceName: ResourceArns[0], EvalResourceDecision: "allowed" },
      { EvalResourceName: ResourceArns[1], EvalResourceDecision: "implicitDeny" },
      { EvalResourceName: ResourceArns[2], EvalResourceDecision: "explicitDeny" },
    ]);
    const [two] = await simulate(statements, ["ecr:PutImage"], {
      ResourceArns: ResourceArns.slice(0, 2),
    });
    expect(two).toMatchObject({ EvalDecision: "implicitDeny", MatchedStatements: [] });
    const [one] = await simulate(statements, ["ecr:PutImage"], {
      ResourceArns: ResourceArns.slice(0, 1),
    });
    expect(one).toMatchObject({ EvalResourceName: ResourceArns[0], EvalDecision: "allowed" });
    expect(one.ResourceSpecificResults).toHaveLength(1);
    expect(one.ResourceSpecificResults[0]).not.toHaveProperty("EvalDecisionDetails");
  });

  it("limits by a boundary, and says whether that allows it", async () => {
    const boundary = (...statements: TestStatement[]) => ({
      PermissionsBoundaryPolicyInputList: [policyText(...statements)],
    });
    const ask = (more: object) => simulate([allow("ecr:*")], ["ecr:PutImage"], more);
    expect(await ask(boundary(allow("ecr:Put*")))).toMatchObject([
      {
        EvalDecision: "allowed",
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
        MatchedStatements: [{ SourcePolicyId: "PolicyInputList.1" }],
      },
    ]);
    expect(await ask(boundary(allow("ecr:Get*")))).toMatchObject([
      {
        EvalDecision: "implicitDeny",
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
      },
    ]);
    expect(await ask(boundary(allow("*"), deny("ecr:PutImage")))).toMatchObject([
      {
        EvalDecision: "explicitDeny",
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
        MatchedStatements: [{ SourcePolicyId: "PermissionsBoundaryPolicyInputList.1" }],
      },
    ]);
  });

  it("limits by policies of an organization, of which every level has to allow", async () => {
    const level = (...statements: TestStatement[]) => ({
      ServiceControlPolicyInputList: [policyText(...statements)],
    });
    const ask = (...levels: object[]) =>
      simulate([allow("ecr:*")], ["ecr:PutImage"], { OrderedOrganizationPolicyInputList: levels });
    expect(await ask(level(allow("*")), level(allow("ecr:*")))).toMatchObject([
      { EvalDecision: "allowed", OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
    ]);
    expect(await ask(level(allow("*")), level(allow("s3:*")))).toMatchObject([
      {
        ...{ EvalDecision: "implicitDeny", MatchedStatements: [] },
        OrganizationsDecisionDetail: { AllowedByOrganizations: false },
      },
    ]);
    expect(await ask(level(allow("*"), deny("ecr:*")), level(allow("*")))).toMatchObject([
      { EvalDecision: "explicitDeny", MatchedStatements: [] },
    ]);
  });

  it("asks both sides where the resource is another account's, and tells what each says", async () => {
    const CallerArn = `arn:aws:iam::${account}:user/alice`;
    const ask = (owner: string, ...statements: TestStatement[]) =>
      simulate([allow("ecr:*")], ["ecr:PutImage"], {
        ...{ CallerArn, ResourceArns: [repository("app", owner)] },
        ...(statements.length > 0 && { ResourcePolicy: policyText(...statements) }),
      });
    const trusting = { Effect: "Allow", Action: "ecr:PutImage", Principal: { AWS: CallerArn } };
    expect(await ask(otherAccount, trusting)).toMatchObject([
      {
        EvalDecision: "allowed",
        EvalDecisionDetails: { "IAM Policy": "allowed", "Resource Policy": "allowed" },
        MatchedStatements: [
          { SourcePolicyId: "PolicyInputList.1" },
          { SourcePolicyId: "ResourcePolicy", SourcePolicyType: "Resource Policy" },
        ],
      },
    ]);
    expect(await ask(otherAccount)).toMatchObject([
      {
        EvalDecision: "implicitDeny",
        EvalDecisionDetails: { "IAM Policy": "allowed", "Resource Policy": "implicitDeny" },
      },
    ]);
    const distrusting = { ...trusting, Effect: "Deny" };
    expect(await ask(otherAccount, distrusting)).toMatchObject([
      {
        EvalDecision: "explicitDeny",
        EvalDecisionDetails: { "IAM Policy": "allowed", "Resource Policy": "explicitDeny" },
      },
    ]);
    expect(await ask(account)).toMatchObject([
      { EvalDecision: "allowed", EvalDecisionDetails: {} },
    ]);
  });

  it("takes the owner that is named for resources that do not say whose they are", async () => {
    const CallerArn = `arn:aws:iam::${account}:user/alice`;
    const ask = (more: object) =>
      simulate([allow("s3:*")], ["s3:GetObject"], {
        ...{ CallerArn, ResourceArns: ["arn:aws:s3:::bucket/key"], ...more },
      });
    expect(await ask({})).toMatchObject([{ EvalDecision: "allowed" }]);
    for (const ResourceOwner of [otherAccount, `arn:aws:iam::${otherAccount}:root`]) {
      expect(await ask({ ResourceOwner })).toMatchObject([{ EvalDecision: "implicitDeny" }]);
    }
    await expect(ask({ ResourceOwner: "nobody" })).rejects.toMatchObject({ kind: "InvalidInput" });
  });

  it("knows the name of the user who asks", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable.
    const statements = [allow("ecr:*", { Resource: repository("home/${aws:username}/*") })];
    const ResourceArns = [repository("home/alice/app")];
    const ask = (user: string) =>
      simulate(statements, ["ecr:PutImage"], {
        ...{ ResourceArns, CallerArn: `arn:aws:iam::${account}:user/${user}` },
      });
    expect(await ask("team/alice")).toMatchObject([{ EvalDecision: "allowed" }]);
    expect(await ask("bob")).toMatchObject([{ EvalDecision: "implicitDeny" }]);
  });

  it.each([
    [{ ActionNames: ["ecr:*"] }, "Invalid Action: ecr:* is not an action name."],
    [{ ActionNames: ["PutImage"] }, "Invalid Action"],
    [{ PolicyInputList: ["{}"] }, ""],
    [{ ResourcePolicy: "{}", CallerArn: "arn:aws:iam::000000000000:user/a" }, ""],
    [{ ResourcePolicy: policyText(deny("ecr:*", { Principal: "*" })) }, "CallerArn must be"],
    [
      { CallerArn: "arn:aws:sts::000000000000:assumed-role/a/b" },
      "Invalid Entity Arn: arn:aws:sts::000000000000:assumed-role/a/b does not clearly define entity type and name.",
    ],
    [{ PermissionsBoundaryPolicyInputList: Array(2).fill(policyText(allow("*"))) }, "at most one"],
    [{ ResourceHandlingOption: "EC2-VPC-EBS" }, "Amazon EC2"],
  ])("refuses %j", async (more, message) => {
    const asked = simulate([allow("ecr:*")], ["ecr:PutImage"], more);
    await expect(asked).rejects.toMatchObject({
      ...{ kind: "InvalidInput", message: expect.stringContaining(message) },
    });
  });

  it("pages through actions, and makes no page of more than a thousand decisions", async () => {
    const ActionNames = Array.from({ length: 7 }, (_, n) => `ecr:Action${n}`);
    const ResourceArns = Array.from({ length: 300 }, (_, n) => repository(`r${n}`));
    const input = { PolicyInputList: [policyText(allow("ecr:*"))], ActionNames };
    const first = await iam.ask(simulateCustomPolicy, { ...input, MaxItems: "5" });
    const names = (page: typeof first) =>
      page.EvaluationResults?.map(({ EvalActionName }) => EvalActionName);
    expect(names(first)).toEqual(ActionNames.slice(0, 5));
    const rest = await iam.ask(simulateCustomPolicy, { ...input, Marker: first.Marker });
    expect([names(rest), rest.IsTruncated]).toEqual([ActionNames.slice(5), false]);
    const large = await iam.ask(simulateCustomPolicy, { ...input, ResourceArns });
    expect([names(large), large.IsTruncated]).toEqual([ActionNames.slice(0, 3), true]);
    const other = { ...input, ActionNames: ActionNames.toReversed(), Marker: first.Marker };
    await expect(iam.ask(simulateCustomPolicy, other)).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
  });
});
