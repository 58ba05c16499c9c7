/** The commands as they are typed, on a server that listens. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CommandServer,
  openCommandServer,
  rootKey,
} from "../../../test/support/command-server.ts";
import type { TestPorts } from "../../../test/support/ports.ts";
import { type Job, newJob } from "../../registry/jobs/job.ts";
import type { Client } from "./client.ts";

let server: CommandServer;
let store: TestPorts;
let directory: string;
let client: Client;

beforeAll(async () => {
  server = await openCommandServer();
  ({ store, directory, client } = server);
});
afterAll(() => server.close());

const run: CommandServer["run"] = (...asked) => server.run(...asked);

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
      `[profile mine]\nregion = ${client.region}\nendpoint_url = ${client.httpUrl}\n`,
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
    expect([nobody.code, nobody.error]).toEqual([
      1,
      expect.stringMatching(
        / cannot be reached: .*; start the server, or name another with --endpoint$/m,
      ),
    ]);
  });
});
