/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import { ociIndex, ociManifest, type TestRegistry } from "../../../../test/support/ecr.ts";
import { createRepository } from "../../../operations/ecr/create-repository.ts";
import { JobRunner } from "../../../workers/job-runner.ts";
import { lifecycleRound } from "../../../workers/lifecycle-job.ts";
import { lifecyclePreviewJob } from "../../../workers/lifecycle-preview-job.ts";
import type { Explanation } from "./explain.ts";
import type { Run, RunList } from "./history.ts";
import type { Preview } from "./preview.ts";

const dayMs = 86_400_000;
let server: CommandServer;
let registry: TestRegistry;
let name = "";
let repositories = 0;

beforeAll(async () => {
  server = await openCommandServer();
  registry = server.registry();
});
afterAll(() => server.close());
beforeEach(async () => {
  name = `app-${++repositories}`;
  await registry.ask(createRepository, { repositoryName: name });
});

const run = (...words: string[]) => server.run(["lifecycle", ...words]);
const push = (content: string, imageTag: string) => registry.pushImage(name, content, { imageTag });
const short = (digest: string) => digest.slice(0, 19);

async function file(fileName: string, content: unknown): Promise<string> {
  const path = join(server.directory, fileName);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const older = (rulePriority: number, countNumber: number, tagPatternList: readonly string[]) => ({
  rulePriority,
  selection: {
    ...{ tagStatus: "tagged", tagPatternList },
    ...{ countType: "sinceImagePushed", countUnit: "days", countNumber },
  },
  action: { type: "expire" },
});
const retain = (rulePriority: number, pattern: string) => ({
  rulePriority,
  selection: { tagStatus: "tagged", tagPatternList: [pattern] },
  action: { type: "retain" },
});

/** Does what it is asked to while a worker makes previews. */
async function withWorker<Result>(asked: Promise<Result>): Promise<Result> {
  const observer = {
    jobDone: () => {},
    jobFailed: ({ error }: { error: unknown }) => expect.unreachable(String(error)),
    workerFailed: (error: unknown) => expect.unreachable(String(error)),
  };
  const runner = new JobRunner(server.store.ports, [lifecyclePreviewJob], { observer });
  let isAnswered = false;
  const answered = asked.finally(() => {
    isAnswered = true;
  });
  while (!isAnswered) {
    await runner.tick();
    await runner.settled();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answered;
}

describe("entrepot lifecycle preview", () => {
  it("prints what would go and what would stay, and rules that say nothing", async () => {
    const gone = await push("gone", "x1");
    const kept = await push("kept", "v1");
    const child = await push("child", "x2");
    server.store.clock.advance(10 * dayMs);
    const size = (await registry.manifestText(name, child)).length;
    const manifests = [{ mediaType: ociManifest, digest: child, size }];
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    await registry.putManifest(name, index);
    const policy = await file("policy.json", {
      rules: [older(1, 5, ["x*"]), older(2, 5, ["v*"]), older(3, 5, ["absent"])],
    });
    const extension = await file("extension.json", {
      rules: [retain(4, "v*"), older(5, 1, ["x*", "x*"])],
    });
    const words = ["preview", name, "--policy", policy, "--extension", extension];
    const { code, out, error } = await withWorker(run(...words));
    expect([code, error]).toEqual([0, ""]);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^IMAGE +TAGS +PUSHED +ACTION +RULE +BYTES +KEPT BECAUSE$/);
    const row = (digest: string) => lines.find((line) => line.startsWith(short(digest)));
    expect(row(gone)).toMatch(/ x1 +\S+Z +expire +1 +\d+ B$/);
    expect(row(kept)).toMatch(/ v1 +\S+Z +expire +2 +\d+ B +rule 4 retains it$/);
    expect(row(child)).toMatch(/ x2 +\S+Z +expire +1 +\d+ B +an index lists it$/);
    expect(lines.slice(-3)).toEqual([
      expect.stringMatching(
        /^Images: 1 expire, 2 stay although a rule marks them\. \d+ B would be free in the end\.$/,
      ),
      "Rule 3 matches nothing.",
      "Rule 5 never acts: all that it matches falls to rule 1.",
    ]);
    const json = await withWorker(run(...words, "--json"));
    const { preview } = JSON.parse(json.out) as { preview: Preview };
    expect(preview).toMatchObject({
      ...{ status: "COMPLETE", repositoryName: name },
      summary: { expiring: 1, blocked: 2 },
    });
    expect(preview.images.map(({ imageDigest }) => imageDigest).toSorted()).toEqual(
      [gone, kept, child].toSorted(),
    );
  });

  it("tries the repository's own rules, and says so where nothing would be done", async () => {
    const policy = await file("policy.json", { rules: [older(1, 5, ["x*"])] });
    await run("put", name, "--policy", policy);
    const { out } = await withWorker(run("preview", name));
    expect(out).toBe("Images: 0 expire. 0 B would be free in the end.\nRule 1 matches nothing.\n");
  });

  it("says in one sentence what is wrong with a file, a rule or a name", async () => {
    const absent = join(server.directory, "absent.json");
    const broken = await file("broken.json", '{"rules": [}');
    const wrong = await file("wrong.json", { rules: [{ rulePriority: 1 }] });
    const fine = await file("fine.json", { rules: [older(1, 5, ["x*"])] });
    const sentence = async (...words: string[]) => {
      const { code, out, error } = await run(...words);
      expect([code, out]).toEqual([1, ""]);
      expect(error.trimEnd().split("\n")).toHaveLength(1);
      return error;
    };
    expect(await sentence("preview", name, "--policy", absent)).toBe(
      `entrepot: ${absent} cannot be read: ENOENT\n`,
    );
    expect(await sentence("preview", name, "--policy", broken)).toContain(
      `entrepot: ${broken} is no JSON: `,
    );
    expect(await sentence("preview", name, "--extension", wrong)).toContain(
      "rules[0]: object has missing required properties",
    );
    expect(await sentence("preview", "absent", "--policy", fine)).toContain(
      "RepositoryNotFoundException: The repository with name 'absent' does not exist",
    );
    expect(await sentence("preview", name)).toContain("LifecyclePolicyNotFoundException");
  });
});

describe("entrepot lifecycle explain", () => {
  it("walks through the rules for a tag, a digest or the beginning of one", async () => {
    const digest = await push("one", "v1");
    await push("two", "v2");
    server.store.clock.advance(10 * dayMs);
    const rules = [older(1, 30, ["v*"]), older(2, 5, ["x*"])];
    await run("put", name, "--policy", await file("policy.json", { rules }));
    const { code, out } = await run("explain", name, "v1");
    expect(code).toBe(0);
    expect(out).toContain(`Image          ${digest}\n`);
    expect(out).toContain("Pulled         never, as far as is known\n");
    expect(out).toContain("Rule 1 has it to itself and does not mark it.");
    expect(out).toContain(
      "  1: It was pushed or restored 10.00 days ago, not more than the rule's 30.",
    );
    expect(out).toContain("  2: It has no tags for tagPatternList 'x*'.");
    for (const wanted of [digest, short(digest)]) {
      expect((await run("explain", name, wanted)).out).toBe(out);
    }
    const told = await server.json<Explanation>(["lifecycle", "explain", name, "v1"]);
    expect(told).toMatchObject({ action: "NONE", image: { imageDigest: digest } });
    expect(await run("explain", name, "sha256:ffffffff")).toMatchObject({
      ...{
        code: 1,
        error: `entrepot: no image of ${name} has a digest that begins sha256:ffffffff\n`,
      },
    });
    expect(await run("explain", name, "v9")).toMatchObject({
      ...{ code: 1, error: expect.stringContaining("ImageNotFoundException") },
    });
  });
});

describe("entrepot lifecycle history", () => {
  it("lists what was done, and shows a run image by image", async () => {
    expect((await run("history", name)).out).toBe(
      "The rules have not done anything yet, or not for 90 days.\n",
    );
    const digest = await push("one", "v1");
    server.store.clock.advance(10 * dayMs);
    const rules = [older(1, 5, ["v*"])];
    await run("put", name, "--policy", await file("policy.json", { rules }));
    const failed = (error: unknown) => expect.unreachable(String(error));
    await lifecycleRound(server.store.ports, { trashMs: dayMs, ran: () => {}, failed });
    const { runs, more } = await server.json<RunList>(["lifecycle", "history", name]);
    expect([runs, more]).toMatchObject([[{ expired: 1, failed: 0 }], false]);
    const { runId } = runs[0]!;
    expect((await run("history", name)).out).toMatch(
      new RegExp(`^RUN +BEGAN .*\n${runId} +\\S+Z +1 +0 +0 +0 +\\d+ B\n$`),
    );
    const { out } = await run("history", name, runId);
    expect(out).toContain(`Run ${runId} began `);
    expect(out).toMatch(new RegExp(`\n${short(digest)} +v1 +\\S+Z +1 +expired\n$`));
    const told = await server.json<{ run: Run }>(["lifecycle", "history", name, runId]);
    expect(told.run).toMatchObject({
      images: [{ imageDigest: digest }],
      policyExecutionEvents: [{ lifecycleEventImageActions: [{ rulePriority: 1 }] }],
    });
    expect(await run("history", name, runId.replace(/.$/, "g"))).toMatchObject({ code: 1 });
  });
});

describe("entrepot lifecycle put, show and delete", () => {
  it("keep policy and extension apart", async () => {
    const policy = { rules: [older(1, 5, ["v*"])] };
    const extension = { rules: [retain(2, "v*")] };
    expect(await run("show", name)).toMatchObject({
      ...{ code: 1, error: `entrepot: ${name} has no lifecycle policy\n` },
    });
    await run("put", name, "--policy", await file("policy.json", policy));
    const put = await run("put", name, "--extension", await file("extension.json", extension));
    expect(put).toMatchObject({ code: 0, out: expect.stringContaining(`extension of ${name}`) });
    const { out } = await run("show", name);
    const pretty = (rules: object) => JSON.stringify(rules, undefined, 2);
    expect(out).toBe(`Policy:\n${pretty(policy)}\nExtension:\n${pretty(extension)}\n`);
    const gone = await run("delete", name, "--policy");
    expect(gone.out).toBe(
      `Deleted the policy of ${name}, which was:\nPolicy:\n${pretty(policy)}\n`,
    );
    const left = await server.json<object>(["lifecycle", "show", name]);
    expect(left).toEqual({ repositoryName: name, extension: JSON.stringify(extension) });
    expect(await run("delete", name, "--extension")).toMatchObject({ code: 0 });
    expect(await run("delete", name, "--extension")).toMatchObject({ code: 1 });
  });

  it("want to be told which of the two", async () => {
    const usage = { code: 2, error: "entrepot: name one of --policy and --extension\n" };
    expect(await run("put", name)).toMatchObject(usage);
    expect(await run("put", name, "--policy", "a", "--extension", "b")).toMatchObject(usage);
    expect(await run("delete", name)).toMatchObject(usage);
  });
});
