/** The command as it is typed, on a server that listens, with Docker's API at a socket. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { DockerEngineDouble } from "../../../../test/support/docker-engine-double.ts";
import { account } from "../../../../test/support/ecr.ts";
import { keyOf, putUser } from "../../../../test/support/identity.ts";
import { roleWith } from "../../../../test/support/sessions.ts";
import { DockerEngine } from "../../../adapters/runtimes/docker-engine.ts";
import type { ClientKey } from "../client.ts";
import { parseTaskDefinition } from "./task-definition.ts";
import { parseValueFrom } from "./value-from.ts";

let server: CommandServer;
let docker: DockerEngineDouble;
let host: string;
let secretArn: string;
let environmentKey: ClientKey;
const executionRoleArn = `arn:aws:iam::${account}:role/execution`;
const password = "a-password-of-nobody";

beforeAll(async () => {
  server = await openCommandServer();
  host = new URL(server.client.httpUrl ?? "").host;
  const trust = [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: account } }];
  await roleWith(
    ...([server.store.ports, { account, name: "execution", trust }] as const),
    { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: "*" },
    {
      ...{ Effect: "Allow", Action: ["secretsmanager:GetSecretValue", "ssm:GetParameters"] },
      Resource: ["arn:aws:secretsmanager:*:*:secret:db-*", "arn:aws:ssm:*:*:parameter/app/*"],
    },
  );
  // Root assumes no role: the operator is a user.
  const may = { Effect: "Allow", Action: "sts:AssumeRole", Resource: executionRoleArn };
  const operator = await putUser(server.store.ports, { account, name: "operator" }, may);
  environmentKey = await keyOf(server.store.ports, operator);
  const SecretString = JSON.stringify({ password, port: 5432 });
  await server.ask("secretsmanager:CreateSecret", { Name: "db", SecretString });
  await server.ask("secretsmanager:PutSecretValue", { SecretId: "db", SecretString: "rotated" });
  await server.ask("secretsmanager:CreateSecret", { Name: "other", SecretString: "x" });
  await server.ask("ssm:PutParameter", { Name: "/app/key", Value: "k-1", Type: "SecureString" });
  const { region } = server.client;
  const { suffix } = (await server.store.ports.metadata.secrets.find({ account, region }, "db"))!;
  secretArn = `arn:aws:secretsmanager:${region}:${account}:secret:db-${suffix}`;
});
beforeEach(async () => {
  await docker?.close();
  docker = await DockerEngineDouble.open();
  server.engine = new DockerEngine(docker.socket);
  server.stopped = new AbortController().signal;
});
afterAll(async () => {
  await docker?.close();
  await server.close();
});

const app = (more: object = {}) => ({ name: "app", image: `${host}/team/app:v1`, ...more });
const secrets = () => [
  { name: "PASSWORD", valueFrom: `${secretArn}:password:AWSPREVIOUS:` },
  { name: "PORT", valueFrom: `${secretArn}:port:AWSPREVIOUS:` },
  { name: "WHOLE", valueFrom: secretArn },
  { name: "KEY", valueFrom: "/app/key" },
  {
    name: "KEY_BY_ARN",
    valueFrom: `arn:aws:ssm:${server.client.region}:${account}:parameter/app/key`,
  },
];

async function run(task: object, ...words: string[]) {
  const file = join(server.directory, "task.json");
  await writeFile(file, JSON.stringify({ family: "web", executionRoleArn, ...task }));
  return server.run(["run-task", file, ...words], { environmentKey });
}

describe("entrepot run-task", () => {
  it("gives a container its secrets with the rights of the execution role, and ends as it does", async () => {
    docker.endings = { app: { exitCode: 7, out: "hello\n", error: "oh\n" } };
    const { code, out, error } = await run({
      containerDefinitions: [
        app({
          ...{ environment: [{ name: "MODE", value: "fast" }], secrets: secrets() },
          ...{ command: ["serve"], entryPoint: ["/app"], user: "1000", memory: 64, cpu: 256 },
          portMappings: [{ containerPort: 80, hostPort: 8080 }],
        }),
      ],
    });
    expect([code, out]).toEqual([7, "hello\n"]);
    expect(error).toBe("entrepot: app started\noh\nentrepot: app ended with exit code 7\n");
    const [made] = docker.made;
    expect(made?.body).toMatchObject({
      ...{ Image: `${host}/team/app:v1`, Cmd: ["serve"], Entrypoint: ["/app"], User: "1000" },
      Env: [
        ...["MODE=fast", `PASSWORD=${password}`, "PORT=5432", "WHOLE=rotated"],
        ...["KEY=k-1", "KEY_BY_ARN=k-1"],
      ],
      HostConfig: {
        ...{ Memory: 64 * 1024 * 1024, CpuShares: 256, NetworkMode: "bridge" },
        PortBindings: { "80/tcp": [{ HostPort: "8080" }] },
      },
    });
    expect(docker.steps).toEqual([
      ...[`pull ${host}/team/app:v1`, "create app", "start app", "stop app", "remove app"],
    ]);
    expect(docker.logins.get(`${host}/team/app:v1`)).toMatchObject({
      ...{ username: "AWS", serveraddress: host, password: expect.stringMatching(/.{20}/) },
    });
  });

  it("starts nothing where the role may not read a secret, or the secret has no such key", async () => {
    const withSecret = (valueFrom: string) =>
      run({ containerDefinitions: [app({ secrets: [{ name: "X", valueFrom }] })] });
    const other = secretArn.replace(/:secret:.*/, ":secret:other");
    const denied = await withSecret(other);
    expect(denied.code).toBe(1);
    expect(denied.error).toMatch(
      /X of app can not be had: .*AccessDeniedException.*role\/execution/,
    );
    const missing = await withSecret(`${secretArn}:none:AWSPREVIOUS:`);
    expect(missing.error).toMatch(/has no JSON key none/);
    expect(missing.error).not.toContain(password);
    const notJson = await withSecret(`${secretArn}:password::`);
    expect(notJson.error).toMatch(/it is not JSON/);
    expect((await withSecret("/app/none")).error).toMatch(/there is no parameter \/app\/none/);
    const roleless = { executionRoleArn: undefined };
    const task = { containerDefinitions: [app({ secrets: secrets() })], ...roleless };
    expect(await run(task)).toMatchObject({ code: 2, error: expect.stringMatching(/RoleArn/) });
    expect(docker.steps).toEqual([]);
  });

  it("says what would run, with every secret read and none shown", async () => {
    const task = { containerDefinitions: [app({ secrets: secrets(), command: ["serve"] })] };
    const text = await run(task, "--dry-run");
    expect(text).toMatchObject({ code: 0, error: "" });
    expect(text.out).toContain("PASSWORD=********");
    expect(text.out).toContain(`pulled as   AWS at ${host}`);
    const json = await run(task, "--dry-run", "--json");
    const [shown] = JSON.parse(json.out).containers;
    expect(shown).toMatchObject({ name: "app", environment: { WHOLE: "********" } });
    for (const secret of [password, "rotated", "k-1", "5432"]) {
      expect(text.out + json.out).not.toContain(secret);
    }
    expect(docker.steps).toEqual([]);
  });

  it("starts containers after what they depend on, and stops all when an essential one ends", async () => {
    docker.endings = {
      app: { exitCode: 3, out: "one\ntwo\n" },
      db: { exitCode: 137, stays: true, health: ["starting", "healthy"] },
      setup: { exitCode: 0, out: "ready\n" },
    };
    const image = "postgres";
    const healthCheck = { command: ["CMD", "pg_isready"], interval: 5 };
    const { code, out } = await run({
      containerDefinitions: [
        app({
          dependsOn: [
            { containerName: "setup", condition: "SUCCESS" },
            { containerName: "db", condition: "HEALTHY" },
          ],
        }),
        { name: "db", image, healthCheck, stopTimeout: 5 },
        {
          name: "setup",
          image,
          essential: false,
          dependsOn: [{ containerName: "db", condition: "START" }],
        },
      ],
    });
    expect(code).toBe(3);
    expect(out).toBe("setup | ready\napp | one\napp | two\n");
    expect(docker.steps.filter((step) => !step.startsWith("pull"))).toEqual([
      ...["create db", "start db", "create setup", "start setup", "create app", "start app"],
      ...["stop app", "remove app", "stop setup", "remove setup", "stop db", "remove db"],
    ]);
    expect(docker.logins.get("postgres:latest")).toBe("");
  });

  it("fails where what is waited for fails, and leaves no container behind", async () => {
    docker.endings = { setup: { exitCode: 4 } };
    const { code, error } = await run({
      containerDefinitions: [
        app({ dependsOn: [{ containerName: "setup", condition: "SUCCESS" }] }),
        { name: "setup", image: "x", essential: false },
      ],
    });
    expect([code, error]).toEqual([1, expect.stringContaining("setup ended with exit code 4")]);
    expect(docker.steps.slice(-2)).toEqual(["stop setup", "remove setup"]);
    // This machine under another name is logged in to all the same; another machine is not.
    const elsewhere = [`localhost:${host.split(":")[1]}/team/app:v1`, "registry.example/app:v1"];
    for (const image of elsewhere) await run({ containerDefinitions: [app({ image })] });
    const logins = elsewhere.map((image) => docker.logins.get(image));
    expect(logins).toEqual([expect.objectContaining({ username: "AWS" }), ""]);
    docker.pullError = "manifest unknown";
    const missing = await run({ containerDefinitions: [app()] });
    expect(missing.error).toContain("the image of app can not be pulled: manifest unknown");
  });

  it("stops its containers when it is stopped itself", async () => {
    const stopping = new AbortController();
    server.stopped = stopping.signal;
    docker.endings = { app: { exitCode: 0, stays: true } };
    const ended = run({ containerDefinitions: [app()] });
    await expect.poll(() => docker.steps).toContain("start app");
    stopping.abort();
    expect((await ended).code).toBe(130);
    expect(docker.steps.slice(-2)).toEqual(["stop app", "remove app"]);
  });

  it("tells what has no effect here, and refuses what would run differently without", async () => {
    const told = await run({
      ...{ requiresCompatibilities: ["FARGATE"], cpu: "256", networkMode: "awsvpc", volumes: [] },
      containerDefinitions: [app({ logConfiguration: { logDriver: "awslogs" }, mountPoints: [] })],
    });
    expect(told.code).toBe(0);
    for (const member of ["requiresCompatibilities", "cpu", "logConfiguration of app", "awsvpc"]) {
      expect(told.error).toMatch(new RegExp(`${member}.* has no effect here`));
    }
    const refused = await run({
      containerDefinitions: [app({ mountPoints: [{ containerPath: "/x" }], privileged: true })],
    });
    expect(refused.code).toBe(2);
    expect(refused.error).toMatch(
      /containerDefinitions\[0\]\.mountPoints, containerDefinitions\[0\]\.privileged is not supported/,
    );
  });
});

describe("a task definition", () => {
  const parse = (task: unknown) => () => parseTaskDefinition(JSON.stringify(task));
  const of = (...containers: object[]) =>
    parse({
      containerDefinitions: containers.map((each, n) => ({ name: `c${n}`, image: "i", ...each })),
    });

  it.each([
    ["is JSON", () => parseTaskDefinition("{"), /not JSON/],
    ["has containers", of(), /no container/],
    ["has an essential one", of({ essential: false }), /essential/],
    ["has names that differ", of({ name: "a" }, { name: "a" }), /same name/],
    ["has images", of({ image: "" }), /image is missing/],
    ["has each variable once", of({ environment: [{ name: "A" }, { name: "A" }] }), /A twice/],
    [
      "has secrets that are some",
      of({ secrets: [{ name: "A", valueFrom: "arn:aws:s3:::bucket/x" }] }),
      /neither a secret nor a parameter/,
    ],
    [
      "waits for the end of what ends",
      of({ dependsOn: [{ containerName: "c1", condition: "SUCCESS" }] }, {}),
      /essential/,
    ],
    [
      "waits for what is there",
      of({ dependsOn: [{ containerName: "c9", condition: "START" }] }),
      /no other container/,
    ],
    ["has ports that are some", of({ portMappings: [{ containerPort: 70_000 }] }), /containerPort/],
  ])("%s", (_what, parsing, sentence) => {
    expect(parsing).toThrow(sentence);
  });

  it("may be wrapped as DescribeTaskDefinition gives it", () => {
    const taskDefinition = { family: "f", containerDefinitions: [{ name: "a", image: "i" }] };
    expect(parse({ taskDefinition, tags: [] })().family).toBe("f");
  });

  it("names secrets by ARN, JSON key, label and version", () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a/b-AbCdEf";
    expect(parseValueFrom(`${arn}:key:stage:version`)).toEqual({
      ...{ kind: "secret", region: "eu-west-1", secretArn: arn },
      ...{ jsonKey: "key", versionStage: "stage", versionId: "version" },
    });
    expect(parseValueFrom(`${arn}:::v`)).toMatchObject({ jsonKey: undefined, versionId: "v" });
    expect(parseValueFrom("/a/b")).toMatchObject({ kind: "parameter", region: undefined });
  });
});
