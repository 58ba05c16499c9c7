import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCli, type CliKey } from "./aws-cli.ts";
import { buildImage } from "./image.ts";
import { pushImage } from "./push-image.ts";
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

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const repositoryArn = (name: string) => `arn:aws:ecr:${region}:${account}:repository/${name}`;

/** What a client of `/v2/` gets that signs in with what the CLI prints. */
async function pull(cli: AwsCli) {
  const password = await cli.print("ecr", "get-login-password");
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  return (repository: string) =>
    fetch(`${registry.url("plain HTTP")}/v2/${repository}/manifests/latest`, {
      headers: { authorization },
    });
}

async function newUser(name: string): Promise<AwsCli> {
  await iam("create-user", "--user-name", name);
  const { AccessKey } = await iam("create-access-key", "--user-name", name);
  return root.as(AccessKey as CliKey);
}

describe("a user with a key and an inline policy", () => {
  const puller = "puller";
  const mayPull = (repository: string) =>
    policy(
      {
        Effect: "Allow",
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeRepositories"],
        Resource: repositoryArn(repository),
      },
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    );
  let user: AwsCli;
  let allowed: string;
  let other: string;

  beforeAll(async () => {
    allowed = await registry.createRepository("iam-allowed");
    other = await registry.createRepository("iam-other");
    const password = await registry.password();
    for (const repository of [allowed, other]) {
      await pushImage(registry, { repository, password, tag: "latest" }, buildImage());
    }
    user = await newUser(puller);
    await iam(
      "put-user-policy",
      ...["--user-name", puller, "--policy-name", "pull", "--policy-document", mayPull(allowed)],
    );
  });

  it("is itself, does what the policy allows, and is told what it does not allow", async () => {
    expect(await user.ask("sts", "get-caller-identity")).toMatchObject({
      Account: account,
      Arn: `arn:aws:iam::${account}:user/${puller}`,
      UserId: expect.stringMatching(/^AIDA/),
    });
    const describe = (name: string) => ["ecr", "describe-repositories", "--repository-names", name];
    expect((await user.ask(...describe(allowed))).repositories).toHaveLength(1);
    expect(await user.error(...describe(other))).toContain(
      `(AccessDeniedException) User: arn:aws:iam::${account}:user/${puller} is not authorized to ` +
        `perform: ecr:DescribeRepositories on resource: ${repositoryArn(other)} because no ` +
        "identity-based policy allows the ecr:DescribeRepositories action",
    );
    expect(await user.error("iam", "get-user")).toContain(
      `(AccessDenied) User: arn:aws:iam::${account}:user/${puller} is not authorized to perform: ` +
        `iam:GetUser on resource: arn:aws:iam::${account}:user/${puller} because no identity-based ` +
        "policy allows the iam:GetUser action",
    );
  });

  it("pulls from the repository that it may pull from, and from no other", async () => {
    const get = await pull(user);
    expect((await get(allowed)).status).toBe(200);
    const denied = await get(other);
    expect(denied.status).toBe(403);
    expect(await denied.text()).toContain("ecr:BatchGetImage");
  });

  it("39: is refused the next moment, token and key, once the policy, then the key, is gone", async () => {
    const get = await pull(user);
    await iam("delete-user-policy", "--user-name", puller, "--policy-name", "pull");
    expect((await get(allowed)).status).toBe(403);
    expect(await user.error("ecr", "get-authorization-token")).toContain("(AccessDeniedException)");

    const document = mayPull(allowed);
    const { Policy } = await iam(
      "create-policy",
      ...["--policy-name", "pull", "--policy-document", document],
    );
    const attached = ["--user-name", puller, "--policy-arn", Policy.Arn];
    await iam("attach-user-policy", ...attached);
    expect((await get(allowed)).status).toBe(200);
    await iam("detach-user-policy", ...attached);
    expect((await get(allowed)).status).toBe(403);

    await iam("attach-user-policy", ...attached);
    const again = await pull(user);
    const { AccessKeyMetadata } = await iam("list-access-keys", "--user-name", puller);
    const key = ["--user-name", puller, "--access-key-id", AccessKeyMetadata[0].AccessKeyId];
    await iam("update-access-key", ...key, "--status", "Inactive");
    expect((await again(allowed)).status).toBe(403);
    await iam("update-access-key", ...key, "--status", "Active");
    expect((await again(allowed)).status).toBe(200);
    await iam("delete-access-key", ...key);
    expect((await again(allowed)).status).toBe(403);
    expect(await user.error("ecr", "get-authorization-token")).toBe(
      "(UnrecognizedClientException) The security token included in the request is invalid.",
    );
    expect(await user.error("sts", "get-caller-identity")).toBe(
      "(InvalidClientTokenId) The security token included in the request is invalid.",
    );
  });
});

it("makes, shows, renames, tags and deletes a user, and says what is in the way", async () => {
  const { User } = await iam(
    "create-user",
    ...["--user-name", "Alice", "--path", "/team/", "--tags", "Key=Team,Value=core"],
  );
  expect(await iam("get-user", "--user-name", "alice")).toEqual({ User });
  await iam("tag-user", "--user-name", "Alice", "--tags", "Key=Stage,Value=test");
  await iam("untag-user", "--user-name", "Alice", "--tag-keys", "Team");
  expect((await iam("list-user-tags", "--user-name", "Alice")).Tags).toEqual([
    { Key: "Stage", Value: "test" },
  ]);
  expect(await root.error("iam", "create-user", "--user-name", "ALICE")).toBe(
    "(EntityAlreadyExists) User with name ALICE already exists.",
  );
  await iam("update-user", "--user-name", "Alice", "--new-user-name", "Alicia");
  const named = ["--user-name", "Alicia"];
  await iam("create-access-key", ...named);
  await iam("create-access-key", ...named);
  expect(await root.error("iam", "create-access-key", ...named)).toBe(
    "(LimitExceeded) Cannot exceed quota for AccessKeysPerUser: 2",
  );
  expect(await root.error("iam", "delete-user", ...named)).toBe(
    "(DeleteConflict) Cannot delete entity, must delete access keys first.",
  );
  const { AccessKeyMetadata } = await iam("list-access-keys", ...named, "--page-size", "1");
  expect(AccessKeyMetadata).toHaveLength(2);
  for (const { AccessKeyId } of AccessKeyMetadata) {
    await iam("delete-access-key", ...named, "--access-key-id", AccessKeyId);
  }
  await iam("delete-user", ...named);
  expect(await root.error("iam", "get-user", ...named)).toBe(
    "(NoSuchEntity) The user with name Alicia cannot be found.",
  );
});

it("grants through groups, and pages through their members", async () => {
  await iam("create-group", "--group-name", "readers");
  const document = policy({ Effect: "Allow", Action: "ecr:Describe*", Resource: "*" });
  const policyArguments = ["--group-name", "readers", "--policy-name", "read"];
  await iam("put-group-policy", ...policyArguments, "--policy-document", document);
  const { PolicyDocument } = await iam("get-group-policy", ...policyArguments);
  expect(PolicyDocument).toEqual(JSON.parse(document));
  const members = ["m-1", "m-2", "m-3"];
  let member: AwsCli | undefined;
  for (const name of members) {
    member = await newUser(name);
    await iam("add-user-to-group", "--group-name", "readers", "--user-name", name);
  }
  const { Users } = await iam("get-group", "--group-name", "readers", "--page-size", "2");
  const names = Users.map(({ UserName }: { UserName: string }) => UserName);
  expect(names.toSorted()).toEqual(members);
  await member?.ask("ecr", "describe-repositories");
  await iam("remove-user-from-group", "--group-name", "readers", "--user-name", "m-3");
  expect(await member?.error("ecr", "describe-repositories")).toContain("(AccessDenied");
  expect(await iam("list-groups-for-user", "--user-name", "m-3")).toEqual({ Groups: [] });
});

it("keeps passwords by the account's policy, and lets users change their own", async () => {
  expect(await root.error("iam", "get-account-password-policy")).toBe(
    `(NoSuchEntity) The Password Policy with domain name ${account} cannot be found.`,
  );
  await iam(
    "update-account-password-policy",
    ...["--minimum-password-length", "12", "--require-symbols", "--allow-users-to-change-password"],
  );
  const { PasswordPolicy } = await iam("get-account-password-policy");
  expect(PasswordPolicy).toMatchObject({ MinimumPasswordLength: 12, ExpirePasswords: false });
  const user = await newUser("signer");
  const create = ["create-login-profile", "--user-name", "signer", "--password"];
  expect(await root.error("iam", ...create, "too-short")).toBe(
    "(PasswordPolicyViolation) Password should have a minimum length of 12",
  );
  await iam(...create, "long-enough-1", "--password-reset-required");
  const change = ["iam", "change-password", "--new-password", "long-enough-2", "--old-password"];
  expect(await user.error(...change, "wrong")).toContain("(AccessDenied) The old password was");
  await user.ask(...change, "long-enough-1");
  const { LoginProfile } = await iam("get-login-profile", "--user-name", "signer");
  expect(LoginProfile).toMatchObject({ UserName: "signer", PasswordResetRequired: false });
  await iam("delete-login-profile", "--user-name", "signer");
  await iam("delete-account-password-policy");
});

it("says when a key was used last, and names the account by an alias", async () => {
  const user = await newUser("watched");
  await user.ask("sts", "get-caller-identity");
  const { AccessKeyMetadata } = await iam("list-access-keys", "--user-name", "watched");
  const key = ["--access-key-id", AccessKeyMetadata[0].AccessKeyId];
  const { UserName, AccessKeyLastUsed } = await iam("get-access-key-last-used", ...key);
  expect(UserName).toBe("watched");
  expect(AccessKeyLastUsed).toMatchObject({ ServiceName: "sts", Region: region });
  expect(Date.now() - Date.parse(AccessKeyLastUsed.LastUsedDate)).toBeLessThan(120_000);

  await iam("create-account-alias", "--account-alias", "acme");
  expect(await iam("list-account-aliases")).toEqual({ AccountAliases: ["acme"] });
  await iam("delete-account-alias", "--account-alias", "acme");
});
