/** The commands as they are typed, on a server that listens. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import fastify, { type FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testOrganization } from "../../../test/support/organization.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { RootCredentials } from "../../adapters/credentials/root.ts";
import { operations } from "../../operations/index.ts";
import { FailedLogins } from "../../registry/identity/failed-logins.ts";
import { rootPrincipal } from "../../registry/identity/principal.ts";
import { type Job, newJob } from "../../registry/jobs/job.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { awsDoor } from "../aws/aws-door.ts";
import type { Client } from "./client.ts";
import { runCommandLine } from "./command-line.ts";
import type { Commands } from "./commands.ts";

const account = "000000000000" as AccountId;
const region = "eu-west-1" as Region;
const rootKey = { accessKeyId: "AKIAROOT", secretAccessKey: "root/secret" };

let store: TestPorts;
let server: FastifyInstance;
let directory: string;
let client: Client;

beforeAll(async () => {
  store = await testPorts();
  server = fastify();
  const principal = rootPrincipal(account, rootKey.accessKeyId);
  const deployment = {
    ...{ account, region, regions: [region], domain: "localhost" },
    ...{ httpPort: 5050, httpsPort: undefined },
  };
  await server.register(
    awsDoor({
      environment: { ports: store.ports, deployment, organization: testOrganization },
      operations,
      credentials: new RootCredentials(rootKey.accessKeyId, rootKey.secretAccessKey, principal),
      observer: { performed: () => {} },
      failedLogins: new FailedLogins(store.clock),
    }),
  );
  const httpUrl = await server.listen({ host: "127.0.0.1", port: 0 });
  directory = await mkdtemp(join(tmpdir(), "entrepot-jobs-"));
  client = {
    ...{ httpUrl, httpsUrl: undefined, domain: "localhost", account, region },
    ...{ dataDirectory: directory, authorityFile: join(directory, "ca.pem") },
    ...{ rootKey: async () => rootKey, environmentKey: undefined },
    awsConfigFile: join(directory, ".aws", "config"),
    awsCredentialsFile: join(directory, ".aws", "credentials"),
    dockerConfigDirectory: directory,
  };
});
afterAll(async () => {
  await server.close();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const text = (stream: PassThrough) => String(stream.read() ?? "");

/** As the program runs it, but for what the commands reach. */
async function run(words: readonly string[], changes: Partial<Client> = {}) {
  const [out, error] = [new PassThrough(), new PassThrough()];
  const unused = () => expect.unreachable("another command was run");
  const commands: Commands = {
    ...{ version: "0", settings: [], serve: unused, fsck: unused, gc: unused },
    ...{ backup: unused, restore: unused, migrate: unused },
    client: () => ({ ...client, ...changes }),
    now: () => store.clock.now(),
  };
  const code = await runCommandLine(words, commands, { out, error });
  return { code, out: text(out), error: text(error) };
}

async function put(key: string, changes: Partial<Job> = {}): Promise<Job> {
  const now = store.clock.now();
  const job = { ...newJob({ kind: "scan", key, runAt: now }, now), ...changes };
  await store.ports.metadata.transaction((change) => change.jobs.enqueue(job));
  return job;
}

describe("entrepot jobs", () => {
  let dead: Job;
  let waiting: Job;
  beforeEach(async () => {
    const lastError = "it broke";
    dead = await put("team/app", { state: "dead", attempts: 3, lastError, dueAt: 0 });
    waiting = await put("");
  });
  afterEach(async () => {
    const { metadata } = store.ports;
    for (const { id } of await metadata.jobs.list({ limit: 1_000 })) {
      await metadata.transaction((change) => change.jobs.remove(id));
    }
  });

  it("lists jobs for a reader, the given up ones first", async () => {
    const until = new Date(store.clock.now()).toISOString();
    expect(await run(["jobs", "list"])).toEqual({
      ...{ code: 0, error: "" },
      out: `${dead.id}  dead  scan team/app, since 1970-01-01T00:00:00.000Z, attempts: 3
        it broke
${waiting.id}  waits  scan, until ${until}, attempts: 0\n`,
    });
    expect((await run(["jobs", "list", "--state", "running"])).out).toBe(
      "There are no such jobs.\n",
    );
  });

  it("lists jobs for a program, narrowed by state and kind, over as many pages as it takes", async () => {
    for (let n = 0; n < 60; n += 1) await put(`more ${n}`, { kind: "deliver" });
    const { code, out } = await run(["jobs", "list", "--kind", "deliver", "--json"]);
    const { jobs, more } = JSON.parse(out) as { jobs: { kind: string }[]; more: boolean };
    expect([code, more, jobs.length]).toEqual([0, false, 60]);
    const narrowed = await run(["jobs", "list", "--state", "dead", "--json"]);
    expect(JSON.parse(narrowed.out)).toMatchObject({ jobs: [{ jobId: dead.id, state: "DEAD" }] });
  });

  it("reruns a job", async () => {
    const { code, out } = await run(["jobs", "rerun", dead.id, "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { job: { state: "WAITING", attempts: 0 } }]);
    expect(await store.ports.metadata.jobs.find(dead.id)).toMatchObject({ state: "waiting" });
    expect((await run(["jobs", "rerun", dead.id])).out).toContain(`${dead.id}  waits  scan`);
  });

  it("says in one sentence what the server refuses, and exits with 1", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    const { code, out, error } = await run(["jobs", "rerun", id]);
    expect([code, out]).toEqual([1, ""]);
    expect(error).toMatch(/^entrepot: .* refuses: ResourceNotFoundException: .*\n$/);
    const wrong = await run(["jobs", "list", "--json"], {
      rootKey: async () => ({ ...rootKey, secretAccessKey: "wrong" }),
    });
    expect([wrong.code, JSON.parse(wrong.out).error]).toMatchObject([
      1,
      expect.stringContaining("InvalidSignatureException"),
    ]);
  });

  it("takes server and key from the profile, and refuses what it cannot use", async () => {
    await mkdir(join(directory, ".aws"), { recursive: true });
    await writeFile(
      client.awsConfigFile,
      `[profile mine]\nregion = ${region}\nendpoint_url = ${client.httpUrl}\n`,
    );
    await writeFile(
      client.awsCredentialsFile,
      `[mine]\naws_access_key_id = AKIAROOT\naws_secret_access_key = root/secret\n`,
    );
    const bare: Partial<Client> = { httpUrl: undefined, rootKey: async () => undefined };
    expect((await run(["jobs", "list", "--profile", "mine"], bare)).code).toBe(0);
    const endpoint = ["--endpoint", client.httpUrl!];
    const keyless = await run(["jobs", "list", ...endpoint], bare);
    expect([keyless.code, keyless.error]).toEqual([
      1,
      expect.stringMatching(/^entrepot: there is no access key in the environment, in the profile/),
    ]);
    expect(await run(["jobs", "list", "--state", "dying"])).toMatchObject({ code: 2 });
    expect(await run(["jobs", "list"], { ...bare, rootKey: client.rootKey })).toMatchObject({
      code: 2,
    });
    const nobody = await run(["jobs", "list", "--endpoint", "http://127.0.0.1:1"]);
    expect([nobody.code, nobody.error]).toEqual([1, expect.stringContaining("cannot be reached")]);
  });
});
