/** What Docker's users do as roles, across accounts, and after their sessions were revoked. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { AwsCli } from "./aws-cli.ts";
import { credentialsOf, writeProfiles } from "./aws-cli-profile.ts";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import { buildImage, dockerArchive, type TestImage } from "./image.ts";
import { account, type InteropRegistry, openRegistry, region } from "./registry.ts";
import { type Finished, fail, succeed } from "./run-program.ts";

let registry: InteropRegistry;
let engine: DockerEngine;
/** Root of the management account, by its key. */
let root: AwsCli;
/** Whoever the profile is that is named with it. */
let profiles: AwsCli;
/** The id of another account. */
let member: string;
/** The management account's registry, over TLS. */
let address: string;

const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const push = [
  ...pull,
  "ecr:CompleteLayerUpload",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];
const signIn = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const roleArn = (owner: string, name: string) => `arn:aws:iam::${owner}:role/${name}`;
const as = (profile: string) => profiles.with({ AWS_PROFILE: profile });

beforeAll(async () => {
  registry = await openRegistry();
  engine = await startDockerEngine(registry);
  address = engine.trustedAddress;
  root = new AwsCli(registry, "plain HTTP");
  const email = ["--email", "team@example.com", "--account-name", "team"];
  const { CreateAccountStatus } = await root.ask("organizations", "create-account", ...email);
  member = CreateAccountStatus.AccountId;
  const credentials = await credentialsOf(registry, root, "developer");
  profiles = root.with(writeProfiles(registry, { config: profilesOf(), credentials }));
  const images = { Effect: "Allow", Action: push, Resource: "arn:aws:ecr:*:*:repository/team/*" };
  await createRole(root, "pusher", signIn, images);
  await createRole(as("member"), "puller", signIn, { ...images, Action: pull });
  await createRole(as("member"), "idle", signIn);
});

afterAll(async () => {
  await engine?.close();
  await registry?.close();
});

function profilesOf() {
  const common = { region, role_session_name: "docker" };
  const role = (owner: string, name: string) => ({
    ...{ ...common, source_profile: "developer", role_arn: roleArn(owner, name) },
  });
  return {
    "profile pusher": role(account, "pusher"),
    "profile puller": role(member, "puller"),
    "profile idle": role(member, "idle"),
    "profile member": {
      ...{ ...common, source_profile: "management" },
      role_arn: roleArn(member, "OrganizationAccountAccessRole"),
    },
  };
}

/** A role of the account that `by` is in, with these statements, for users of the management account. */
async function createRole(by: AwsCli, name: string, ...statements: object[]): Promise<void> {
  const principal = { Principal: { AWS: `arn:aws:iam::${account}:root` } };
  const trust = policy({ Effect: "Allow", ...principal, Action: "sts:AssumeRole" });
  const role = ["--role-name", name];
  await by.ask("iam", "create-role", ...role, "--assume-role-policy-document", trust);
  const document = ["--policy-name", "inline", "--policy-document", policy(...statements)];
  await by.ask("iam", "put-role-policy", ...role, ...document);
}

/** Docker as somebody uses it whose profile has that name. */
function dockerOf(profile: string) {
  const DOCKER_CONFIG = join(registry.scratch, `docker-${profile}`);
  mkdirSync(DOCKER_CONFIG, { recursive: true });
  const env = { ...engine.env, DOCKER_CONFIG };
  return {
    async login(): Promise<Finished> {
      const input = await as(profile).print("ecr", "get-login-password");
      const words = ["login", "--username", "AWS", "--password-stdin", address];
      return succeed(engine.client, words, { env, input });
    },
    run: (...args: string[]) => succeed(engine.client, args, { env }),
    fails: async (...args: string[]) => (await fail(engine.client, args, { env })).output,
    load: (image: TestImage, name: string) =>
      succeed(engine.client, ["load"], { env, input: dockerArchive(image, name) }),
  };
}

async function createRepository(name: string, ...statements: object[]): Promise<string> {
  const named = ["--repository-name", name];
  await root.ask("ecr", "create-repository", ...named);
  if (statements.length > 0) {
    const text = ["--policy-text", policy(...statements)];
    await root.ask("ecr", "set-repository-policy", ...named, ...text);
  }
  return `${address}/${name}:v1`;
}

/** Puts an image into a repository, by the role that may, and takes it from the engine. */
async function pushAs(profile: string, name: string, image = buildImage()): Promise<TestImage> {
  const docker = dockerOf(profile);
  await docker.login();
  await docker.load(image, name);
  await docker.run("push", name);
  await docker.run("rmi", "--force", image.config.digest);
  return image;
}

const denied = (who: string, action: string, repository: string, why: string) =>
  `denied: User: ${who} is not authorized to perform: ${action} on resource: ` +
  `arn:aws:ecr:${region}:${account}:repository/${repository} because no ${why} policy allows the ` +
  `${action} action`;
const session = (owner: string, role: string) =>
  `arn:aws:sts::${owner}:assumed-role/${role}/docker`;

describe("Docker with a profile's role", () => {
  it("signs in, pushes and pulls what the role may", async () => {
    const name = await createRepository("team/app");
    const image = await pushAs("pusher", name);
    const docker = dockerOf("pusher");
    await docker.run("pull", name);
    const { stdout } = await docker.run("image", "inspect", "--format", "{{.Id}}", name);
    expect(stdout.trim()).toBe(image.config.digest);
  });

  it("is told which action the role lacks, and on which repository", async () => {
    const name = await createRepository("prod/app");
    const docker = dockerOf("pusher");
    await docker.login();
    await docker.load(buildImage(), name);
    const who = session(account, "pusher");
    const lacking = (action: string) => denied(who, action, "prod/app", "identity-based");
    expect(await docker.fails("push", name)).toContain(lacking("ecr:InitiateLayerUpload"));
    expect(await docker.fails("pull", name)).toContain(lacking("ecr:BatchGetImage"));
  });
});

describe("Docker with a role of another account", () => {
  const open = { Sid: "Open", Effect: "Allow", Action: pull };

  /** A repository with an image, which lets the other account pull, or does not. */
  async function repositoryFor(name: string, isOpen: boolean) {
    const Principal = { AWS: `arn:aws:iam::${member}:root` };
    const address = await createRepository(name, ...(isOpen ? [{ ...open, Principal }] : []));
    return { address, image: await pushAs("pusher", address) };
  }

  it("pulls where its own policy and the repository's both allow it", async () => {
    const { address: name, image } = await repositoryFor("team/both", true);
    const docker = dockerOf("puller");
    await docker.login();
    await docker.run("pull", name);
    const { stdout } = await docker.run("image", "inspect", "--format", "{{.Id}}", name);
    expect(stdout.trim()).toBe(image.config.digest);
  });

  it.each([
    ["the repository's policy alone", "idle", true, "identity-based"],
    ["its own policy alone", "puller", false, "resource-based"],
    ["neither", "idle", false, "identity-based"],
  ])("does not where %s allows it, and reads what is missing", async (_, role, isOpen, why) => {
    const repository = `team/${role}-${isOpen}`;
    const { address: name } = await repositoryFor(repository, isOpen);
    const docker = dockerOf(role);
    await docker.login();
    const who = session(member, role);
    expect(await docker.fails("pull", name)).toContain(
      denied(who, "ecr:BatchGetImage", repository, why),
    );
  });
});

it("a login of a revoked session is told to sign in again, and can with a new session", async () => {
  const name = await createRepository("team/revoked");
  await pushAs("pusher", name);
  const docker = dockerOf("pusher");
  await docker.run("pull", name);
  const { server } = registry;
  const where = { origin: server.origin, region, authority: "", now: () => Date.now() };
  const principalArn = roleArn(account, "pusher");
  await callServer<object>(where, server, "entrepot:RevokeSessions", { principalArn });
  const expected = "denied: Your authorization token has expired. Reauthenticate and try again.";
  expect(await docker.fails("pull", name)).toContain(expected);
  // The AWS CLI keeps a role's credentials until they would end, and knows of no revocation.
  expect(await as("pusher").error("ecr", "get-login-password")).toMatch(
    /^\(UnrecognizedClientException\)/,
  );
  rmSync(join(registry.scratch, ".aws", "cli", "cache"), { recursive: true });
  await docker.login();
  await docker.run("pull", name);
});
