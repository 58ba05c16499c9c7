/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { createRepository } from "../../../operations/ecr/create-repository.ts";
import { JobRunner } from "../../../workers/job-runner.ts";
import { judgeImageJob, judgeRegistryJob } from "../../../workers/judge-images-job.ts";

let server: CommandServer;
beforeAll(async () => {
  server = await openCommandServer();
});
afterAll(() => server.close());

async function judge(): Promise<void> {
  const observer = {
    jobDone: () => {},
    jobFailed: ({ error }: { error: unknown }) => expect.unreachable(String(error)),
    workerFailed: (error: unknown) => expect.unreachable(String(error)),
  };
  const jobs = [judgeImageJob, judgeRegistryJob(() => expect.unreachable())];
  const runner = new JobRunner(server.store.ports, jobs, { observer });
  while ((await runner.tick()) > 0) await runner.settled();
}

const ran = async (...words: string[]) => {
  const { code, out, error } = await server.run(words);
  expect(error).toBe("");
  expect(code).toBe(0);
  return out;
};

it("puts a gate, tells what it holds and why, and takes it away again", async () => {
  const registry = server.registry();
  await registry.ask(createRepository, { repositoryName: "team/app" });
  const rule = join(server.directory, "rule.json");
  await writeFile(rule, JSON.stringify({ repositories: ["team/*"], requireReview: true }));
  expect(await ran("gate", "list")).toContain("There are no gates");
  expect(await ran("gate", "put", "prod", rule)).toMatch(/prod +enforce +team\/\* +all +a review/);
  const digest = await registry.pushImage("team/app", "one", { imageTag: "v1" });
  await judge();
  expect(await ran("gate", "explain", "team/app:v1")).toBe(
    "It can not be pulled yet:\n  gate prod: Nobody has approved it yet\n",
  );
  expect(await ran("review", "list")).toMatch(/team\/app +sha256:\w{12} +PENDING +PENDING/);
  expect(await ran("review", "show", `team/app@${digest}`)).toContain("signatures  none");
  expect(await ran("review", "show", "team/app:v1")).toContain(digest);
  for (const decide of ["approve", "reject"]) {
    const tagged = await server.run(["review", decide, "team/app:v1", "--comment", "mine"]);
    expect(tagged.error).toContain("name its imageDigest, which GetReview (entrepot review show)");
  }
  const approve = ["review", "approve", `team/app@${digest}`, "--comment", "mine"];
  const own = await server.run(approve);
  expect(own.error).toContain("somebody else has to review it");
  const why = ["--reason", "found in a breach"];
  expect(await ran("gate", "quarantine", `team/app@${digest}`, ...why)).toContain(digest);
  expect(await ran("gate", "held", "team/app")).toContain("found in a breach");
  expect(await ran("gate", "explain", "team/app:v1")).toContain("It can not be pulled:");
  await ran("gate", "release", "team/app:v1", ...why);
  await ran("gate", "delete", "prod");
  await judge();
  expect(await ran("gate", "explain", "team/app:v1")).toBe("It can be pulled.\n");
  expect(await ran("gate", "held")).toBe("There are none.\n");
  const wrong = await server.run(["gate", "explain", "team/app"]);
  expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining("names no image")]);
});
