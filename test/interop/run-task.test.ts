import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { runCommand } from "../support/cli.ts";
import { startDockerEngine } from "./docker-engine.ts";
import { findOnPath } from "./programs.ts";
import { account, type InteropRegistry, makeScratch, openRegistry, region } from "./registry.ts";
import { succeed } from "./run-program.ts";

let registry: InteropRegistry;
let scratch: string;

beforeAll(async () => {
  registry = await openRegistry();
  scratch = makeScratch();
});

afterAll(async () => {
  await registry?.close();
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
});

/** Asks the registry as its root. */
function ask<Answer>(operation: Parameters<typeof callServer>[2], input: object): Promise<Answer> {
  const { origin, accessKeyId, secretAccessKey } = registry.server;
  const address = { origin, region, authority: "", now: () => Date.now() };
  return callServer<Answer>(address, { accessKeyId, secretAccessKey }, operation, input);
}

/** An archive of the files that a container needs to print its environment. */
async function printenvArchive(): Promise<string> {
  const program = findOnPath("printenv");
  const { stdout } = await succeed(findOnPath("ldd"), [program]);
  const root = join(scratch, "root");
  for (const file of [program, ...(stdout.match(/\/\S+/g) ?? [])]) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  const archive = join(scratch, "root.tar");
  await succeed(findOnPath("tar"), ["-C", root, "-cf", archive, "."]);
  return archive;
}

const statement = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** A role that may pull one repository and read one secret; and who may assume it. */
async function makeRole(repositoryName: string): Promise<Record<string, string>> {
  const roleArn = `arn:aws:iam::${account}:role/execution`;
  const UserName = "operator";
  await ask("iam:CreateUser", { UserName });
  const may = policy(statement(["sts:AssumeRole"], roleArn));
  await ask("iam:PutUserPolicy", { UserName, PolicyName: "may", PolicyDocument: may });
  const trust = {
    ...{ Effect: "Allow", Action: "sts:AssumeRole" },
    Principal: { AWS: `arn:aws:iam::${account}:user/${UserName}` },
  };
  const RoleName = "execution";
  await ask("iam:CreateRole", { RoleName, AssumeRolePolicyDocument: policy(trust) });
  const PolicyDocument = policy(
    statement(["ecr:GetAuthorizationToken"], "*"),
    statement(
      ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
      `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`,
    ),
    statement(["secretsmanager:GetSecretValue"], `arn:aws:secretsmanager:*:*:secret:db-*`),
    statement(["ssm:GetParameters"], `arn:aws:ssm:*:*:parameter/app/*`),
  );
  await ask("iam:PutRolePolicy", { RoleName, PolicyName: "task", PolicyDocument });
  const { AccessKey } = await ask<{
    AccessKey: { AccessKeyId: string; SecretAccessKey: string };
  }>("iam:CreateAccessKey", { UserName });
  return {
    AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
    roleArn,
  };
}

it("runs a task in a Docker Engine: pulled and given its secrets by its execution role", async () => {
  const engine = await startDockerEngine(registry);
  const { client, env } = engine;
  const docker = (...args: string[]) => succeed(client, args, { env });
  try {
    const repositoryName = await registry.createRepository("task");
    const address = registry.address("plain HTTP");
    const image = `${address}/${repositoryName}:v1`;
    const login = ["login", "-u", "AWS", "--password-stdin", address];
    await succeed(client, login, { env, input: await registry.password() });
    await docker("import", await printenvArchive(), image);
    await docker("push", image);
    await docker("rmi", image);
    // What the engine's own client knows is not what the task pulls with.
    await docker("logout", address);
    const { roleArn, ...keys } = await makeRole(repositoryName);
    const SecretString = JSON.stringify({ password: "from the secret" });
    const { ARN } = await ask<{ ARN: string }>("secretsmanager:CreateSecret", {
      ...{ Name: "db", SecretString },
    });
    const parameter = { Name: "/app/key", Value: "from the parameter", Type: "SecureString" };
    await ask("ssm:PutParameter", parameter);
    const task = (secret: string, ...command: string[]) => ({
      ...{ family: "interop", executionRoleArn: roleArn, networkMode: "none" },
      containerDefinitions: [
        {
          ...{ name: "app", image, entryPoint: [findOnPath("printenv")], command, essential: true },
          environment: [{ name: "PLAIN", value: "plain" }],
          secrets: [
            { name: "PASSWORD", valueFrom: secret },
            { name: "KEY", valueFrom: "/app/key" },
          ],
        },
      ],
    });
    const file = join(scratch, "task.json");
    const socket = (env.DOCKER_HOST ?? "").replace("unix://", "");
    const run = async (what: object) => {
      writeFileSync(file, JSON.stringify(what));
      const words = ["run-task", file, "--docker", socket, "--endpoint", registry.server.origin];
      return runCommand(words, { ...keys, AWS_REGION: region });
    };
    const done = await run(task(`${ARN}:password::`, "PLAIN", "PASSWORD", "KEY"));
    expect(done, done.error).toMatchObject({
      code: 0,
      out: "plain\nfrom the secret\nfrom the parameter\n",
    });
    // What printenv says of a variable that is not there.
    expect(await run(task(`${ARN}:password::`, "NONE"))).toMatchObject({ code: 1, out: "" });
    const denied = await run(task(ARN.replace(":db-", ":other-"), "PLAIN"));
    expect(denied).toMatchObject({ code: 1, out: "" });
    expect(denied.error).toContain("not authorized to perform: secretsmanager:GetSecretValue");
    expect((await docker("ps", "--all", "--quiet")).stdout).toBe("");
  } finally {
    await engine.close();
  }
});
