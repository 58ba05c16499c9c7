import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCli, type CliKey } from "./aws-cli.ts";
import { account, type InteropRegistry, openRegistry, region } from "./registry.ts";

let registry: InteropRegistry;
let root: AwsCli;

beforeAll(async () => {
  registry = await openRegistry();
  root = new AwsCli(registry, "plain HTTP");
});

afterAll(async () => {
  await registry?.close();
});

const iam = (...args: string[]) => root.ask("iam", ...args);
const arn = (resource: string) => `arn:aws:iam::${account}:${resource}`;
const repositoryArn = (name: string) => `arn:aws:ecr:${region}:${account}:repository/${name}`;

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const allow = (Action: string | string[], Resource: string, more: object = {}) => ({
  ...{ Effect: "Allow", Action, Resource, ...more },
});

const trust = (AWS: string) =>
  policy({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" });

describe("a role", () => {
  it("is made, shown, changed, tagged and deleted, and says what is in the way", async () => {
    const named = ["--role-name", "Deploy"];
    const { Role } = await iam(
      ...["create-role", ...named, "--path", "/team/", "--description", "deploys"],
      ...["--assume-role-policy-document", trust(account), "--max-session-duration", "7200"],
      ...["--tags", "Key=Team,Value=core"],
    );
    expect(Role).toMatchObject({
      ...{ RoleName: "Deploy", Arn: arn("role/team/Deploy"), Description: "deploys" },
      ...{ MaxSessionDuration: 7200, Tags: [{ Key: "Team", Value: "core" }] },
      AssumeRolePolicyDocument: JSON.parse(trust(arn("root"))),
    });
    expect(await iam("get-role", "--role-name", "deploy")).toEqual({
      Role: { ...Role, RoleLastUsed: {} },
    });
    await iam("update-role", ...named, "--description", "deploys more");
    await iam("tag-role", ...named, "--tags", "Key=Stage,Value=test");
    await iam("untag-role", ...named, "--tag-keys", "Team");
    expect((await iam("list-role-tags", ...named)).Tags).toEqual([{ Key: "Stage", Value: "test" }]);
    const { Roles } = await iam("list-roles", "--path-prefix", "/team/", "--page-size", "1");
    expect(Roles).toMatchObject([{ RoleName: "Deploy", Description: "deploys more" }]);

    const document = policy(allow("ecr:*", "*"));
    const inline = [...named, "--policy-name", "inline"];
    await iam("put-role-policy", ...inline, "--policy-document", document);
    expect(await iam("get-role-policy", ...inline)).toMatchObject({
      PolicyDocument: JSON.parse(document),
    });
    const attached = [
      ...[...named, "--policy-arn", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"],
    ];
    await iam("attach-role-policy", ...attached);
    expect(await root.error("iam", "delete-role", ...named)).toBe(
      "(DeleteConflict) Cannot delete entity, must detach all policies first.",
    );
    await iam("detach-role-policy", ...attached);
    expect(await root.error("iam", "delete-role", ...named)).toBe(
      "(DeleteConflict) Cannot delete entity, must delete policies first.",
    );
    await iam("delete-role-policy", ...inline);
    expect(await iam("list-instance-profiles-for-role", ...named)).toEqual({
      InstanceProfiles: [],
    });
    await iam("delete-role", ...named);
    expect(await root.error("iam", "get-role", ...named)).toBe(
      "(NoSuchEntity) The role with name Deploy cannot be found.",
    );
  });

  it("47: is not for whoever takes the name of the user that it trusts", async () => {
    const user = ["--user-name", "trusted"];
    const { User } = await iam("create-user", ...user);
    const document = trust(arn("user/trusted"));
    const named = ["--role-name", "Trusting"];
    await iam("create-role", ...named, "--assume-role-policy-document", document);
    const trusted = async () =>
      (await iam("get-role", ...named)).Role.AssumeRolePolicyDocument.Statement[0].Principal.AWS;
    expect(await trusted()).toBe(arn("user/trusted"));
    await iam("delete-user", ...user);
    await iam("create-user", ...user);
    expect(await trusted()).toBe(User.UserId);

    const { AccessKey } = await iam("create-access-key", ...user);
    const again = root.as(AccessKey as CliKey);
    const session = ["--role-arn", arn("role/Trusting"), "--role-session-name", "build"];
    expect(await again.error("sts", "assume-role", ...session)).toContain(
      `(AccessDenied) User: ${arn("user/trusted")} is not authorized to perform: sts:AssumeRole`,
    );
    await iam("update-assume-role-policy", ...named, "--policy-document", document);
    const { Credentials } = await again.ask("sts", "assume-role", ...session);
    expect((await root.as(Credentials as CliKey).ask("sts", "get-caller-identity")).Arn).toBe(
      `arn:aws:sts::${account}:assumed-role/Trusting/build`,
    );
    const { Role } = await iam("get-role", ...named);
    expect(Role.RoleLastUsed).toMatchObject({ Region: region });
    expect(
      await root.error(
        "iam",
        "create-role",
        ...named,
        ...["--assume-role-policy-document"],
        document,
      ),
    ).toBe("(EntityAlreadyExists) Role with name Trusting already exists.");
    const unknown = trust(arn("user/nobody"));
    expect(
      await root.error("iam", "update-assume-role-policy", ...named, "--policy-document", unknown),
    ).toBe(`(MalformedPolicyDocument) Invalid principal in policy: "AWS":"${arn("user/nobody")}"`);
  });

  it("of a service is made and deleted, and else left to its service", async () => {
    const { Role } = await iam(
      ...["create-service-linked-role", "--aws-service-name", "replication.ecr.amazonaws.com"],
    );
    const named = ["--role-name", Role.RoleName];
    expect(Role.Path).toBe("/aws-service-role/replication.ecr.amazonaws.com/");
    expect(await root.error("iam", "delete-role", ...named)).toContain("(UnmodifiableEntity)");
    const { DeletionTaskId } = await iam("delete-service-linked-role", ...named);
    expect(
      await iam("get-service-linked-role-deletion-status", "--deletion-task-id", DeletionTaskId),
    ).toEqual({ Status: "SUCCEEDED" });
  });
});

describe("a managed policy", () => {
  it("has five versions at most, of which one counts for whoever has it", async () => {
    const { Policy } = await iam(
      ...["create-policy", "--policy-name", "describe", "--description", "may look"],
      ...["--policy-document", policy(allow("ecr:ListImages", "*"))],
    );
    const of = ["--policy-arn", Policy.Arn];
    await iam("create-user", "--user-name", "reader");
    const { AccessKey } = await iam("create-access-key", "--user-name", "reader");
    const reader = root.as(AccessKey as CliKey);
    await iam("attach-user-policy", "--user-name", "reader", ...of);
    const look = ["ecr", "describe-repositories"];
    expect(await reader.error(...look)).toContain("(AccessDenied");

    const looking = policy(allow("ecr:DescribeRepositories", "*"));
    await iam("create-policy-version", ...of, "--policy-document", looking, "--set-as-default");
    await reader.ask(...look);
    for (let n = 3; n <= 5; n += 1) {
      await iam("create-policy-version", ...of, "--policy-document", looking);
    }
    expect(
      await root.error("iam", "create-policy-version", ...of, "--policy-document", looking),
    ).toBe(
      "(LimitExceeded) A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    );
    const { Versions } = await iam("list-policy-versions", ...of, "--page-size", "2");
    const ids = Versions.map(({ VersionId }: { VersionId: string }) => VersionId);
    expect(ids).toEqual(["v5", "v4", "v3", "v2", "v1"]);
    const { PolicyVersion } = await iam("get-policy-version", ...of, "--version-id", "v2");
    expect(PolicyVersion).toMatchObject({ IsDefaultVersion: true, Document: JSON.parse(looking) });
    await iam("set-default-policy-version", ...of, "--version-id", "v1");
    expect(await reader.error(...look)).toContain("(AccessDenied");

    expect((await iam("get-policy", ...of)).Policy).toMatchObject({
      ...{ DefaultVersionId: "v1", AttachmentCount: 1, Description: "may look" },
    });
    expect((await iam("list-entities-for-policy", ...of)).PolicyUsers).toMatchObject([
      { UserName: "reader" },
    ]);
    expect((await iam("list-policies", "--only-attached", "--scope", "Local")).Policies).toEqual([
      expect.objectContaining({ PolicyName: "describe" }),
    ]);
    await iam("detach-user-policy", "--user-name", "reader", ...of);
    for (const id of ["v2", "v3", "v4", "v5"]) {
      await iam("delete-policy-version", ...of, "--version-id", id);
    }
    await iam("delete-policy", ...of);
    expect(await root.error("iam", "get-policy", ...of)).toBe(
      `(NoSuchEntity) Policy ${Policy.Arn} was not found.`,
    );
  });

  it("of AWS is read, and not changed", async () => {
    const { Policies } = await iam("list-policies", "--scope", "AWS", "--page-size", "3");
    const names = Policies.map(({ PolicyName }: { PolicyName: string }) => PolicyName);
    expect(names).toContain("AmazonEC2ContainerRegistryPowerUser");
    const of = ["--policy-arn", Policies[names.indexOf("AmazonEC2ContainerRegistryPowerUser")].Arn];
    const { DefaultVersionId } = (await iam("get-policy", ...of)).Policy;
    const version = ["--version-id", DefaultVersionId];
    const { PolicyVersion } = await iam("get-policy-version", ...of, ...version);
    expect(PolicyVersion.Document.Statement[0].Action).toContain("ecr:PutImage");
    expect(await root.error("iam", "delete-policy", ...of)).toContain("(AccessDenied)");
  });
});

describe("simulate-principal-policy", () => {
  const role = ["--policy-source-arn", arn("role/simulated")];
  const simulate = async (...args: string[]) =>
    (await iam("simulate-principal-policy", ...role, ...args)).EvaluationResults;

  beforeAll(async () => {
    const named = ["--role-name", "simulated"];
    await iam("create-role", ...named, "--assume-role-policy-document", trust(account));
    const document = policy(
      allow("ecr:*", repositoryArn("team/*"), {
        Condition: { StringEquals: { "aws:RequestedRegion": region } },
      }),
      { ...allow("ecr:DeleteRepository", "*"), Effect: "Deny" },
    );
    const inline = ["--policy-name", "inline", "--policy-document", document];
    await iam("put-role-policy", ...named, ...inline);
  });

  it("tells what would be decided, by which statement, and what it would have to know", async () => {
    const actions = ["--action-names", "ecr:PutImage", "ecr:DeleteRepository"];
    const resources = ["--resource-arns", repositoryArn("team/app")];
    const [put, remove] = await simulate(...actions, ...resources);
    expect(put).toMatchObject({
      ...{ EvalActionName: "ecr:PutImage", EvalDecision: "implicitDeny", MatchedStatements: [] },
      MissingContextValues: ["aws:RequestedRegion"],
    });
    expect(remove).toMatchObject({
      EvalDecision: "explicitDeny",
      MatchedStatements: [
        {
          ...{ SourcePolicyId: "role_simulated_inline", SourcePolicyType: "IAM Policy" },
          StartPosition: { Line: 1 },
        },
      ],
    });
    const [known] = await simulate(
      ...[...actions, ...resources, "--context-entries"],
      `ContextKeyName=aws:RequestedRegion,ContextKeyValues=${region},ContextKeyType=string`,
    );
    expect(known).toMatchObject({ EvalDecision: "allowed", MissingContextValues: [] });
    expect(known.ResourceSpecificResults).toMatchObject([
      { EvalResourceName: repositoryArn("team/app"), EvalResourceDecision: "allowed" },
    ]);
    expect(await iam("get-context-keys-for-principal-policy", ...role)).toEqual({
      ContextKeyNames: ["aws:RequestedRegion"],
    });
  });

  it("of a request's own policies needs nobody who has them", async () => {
    const { EvaluationResults } = await iam(
      ...["simulate-custom-policy", "--action-names", "ecr:PutImage", "ecr:ListImages"],
      ...["--policy-input-list", policy(allow("ecr:Put*", "*"))],
    );
    expect(EvaluationResults).toMatchObject([
      { EvalActionName: "ecr:PutImage", EvalDecision: "allowed" },
      { EvalActionName: "ecr:ListImages", EvalDecision: "implicitDeny" },
    ]);
  });
});

it("keeps issuers of tokens, with their audiences, thumbprints and tags", async () => {
  const { OpenIDConnectProviderArn } = await iam(
    ...["create-open-id-connect-provider", "--url", "https://token.example.com/path"],
    ...["--client-id-list", "sts.amazonaws.com", "--tags", "Key=a,Value=b"],
    ...["--thumbprint-list", "6938fd4d98bab03faadb97b34396831e3780aea1"],
  );
  expect(OpenIDConnectProviderArn).toBe(arn("oidc-provider/token.example.com/path"));
  const of = ["--open-id-connect-provider-arn", OpenIDConnectProviderArn];
  await iam("add-client-id-to-open-id-connect-provider", ...of, "--client-id", "other");
  expect(await iam("get-open-id-connect-provider", ...of)).toMatchObject({
    ...{ Url: "token.example.com/path", ClientIDList: ["sts.amazonaws.com", "other"] },
    ...{ ThumbprintList: ["6938fd4d98bab03faadb97b34396831e3780aea1"] },
    Tags: [{ Key: "a", Value: "b" }],
  });
  expect(await iam("list-open-id-connect-providers")).toEqual({
    OpenIDConnectProviderList: [{ Arn: OpenIDConnectProviderArn }],
  });
  await iam("delete-open-id-connect-provider", ...of);
});

it("tells all of an account, in numbers, in detail, and as a report of credentials", async () => {
  const { SummaryMap } = await iam("get-account-summary");
  const details = await iam("get-account-authorization-details", "--page-size", "2");
  expect(details.RoleDetailList).toHaveLength(SummaryMap.Roles);
  expect(details.UserDetailList).toHaveLength(SummaryMap.Users);
  expect(await root.error("iam", "get-credential-report")).toContain("(ReportNotPresent)");
  expect(await iam("generate-credential-report")).toEqual({ State: "COMPLETE" });
  const { Content, ReportFormat } = await iam("get-credential-report");
  expect(ReportFormat).toBe("text/csv");
  const lines = Buffer.from(Content, "base64").toString().split("\n");
  expect(lines[0]).toMatch(/^user,arn,user_creation_time,password_enabled,/);
  expect(lines).toHaveLength(SummaryMap.Users + 2);
});
