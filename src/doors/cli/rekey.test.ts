/** The command as it is typed, on a server that listens. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../test/support/command-server.ts";
import { JobRunner } from "../../workers/job-runner.ts";
import { rekeyJob } from "../../workers/rekey-job.ts";

let server: CommandServer;

beforeAll(async () => {
  server = await openCommandServer();
  await server.ask("ecr:CreateRepository", { repositoryName: "team/app" });
});
afterAll(() => server.close());

const run: CommandServer["run"] = (...asked) => server.run(...asked);

async function work(): Promise<void> {
  const failed = ({ error }: { error: unknown }) => {
    throw error;
  };
  const observer = { jobDone: () => {}, jobFailed: failed, workerFailed: failed };
  const runner = new JobRunner(server.store.ports, [rekeyJob], { observer });
  await runner.tick();
  await runner.settled();
}

it("puts a repository under another key, and tells how far it is", async () => {
  expect((await run(["rekey", "team/app"])).out).toBe(
    "team/app is under the key that it was made with.\n",
  );
  const begun = await run(["rekey", "team/app", "--to", "aws"]);
  expect(begun).toMatchObject({ code: 0, error: "" });
  expect(begun.out).toMatch(
    /^team\/app comes under arn:aws:kms:\S+, from the registry's own key: 0 wrapped anew/,
  );
  await work();
  const { rekey } = await server.json<{ rekey: object }>(["rekey", "team/app"]);
  expect(rekey).toMatchObject({
    status: "COMPLETE",
    to: { encryptionType: "KMS" },
    objectCount: 0,
  });
  expect((await run(["rekey", "team/app", "--to", "aws", "--wait"])).out).toMatch(
    /^team\/app is under arn:aws:kms:/,
  );
});

it("says what is refused, and why", async () => {
  const twice = await run(["rekey", "team/app", "--to", "aws", "--twice"]);
  expect(twice).toMatchObject({ code: 1, out: "", error: expect.stringContaining("sealed anew") });
  const none = await run(["rekey", "team/none", "--to", "service"]);
  expect(none).toMatchObject({ code: 1, error: expect.stringContaining("RepositoryNotFound") });
});
