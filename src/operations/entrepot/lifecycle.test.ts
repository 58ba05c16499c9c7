import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changedStore } from "../../../test/support/changed-store.ts";
import {
  account,
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { JobRunner } from "../../workers/job-runner.ts";
import { lifecycleRound } from "../../workers/lifecycle-job.ts";
import { lifecyclePreviewJob } from "../../workers/lifecycle-preview-job.ts";
import { getLifecyclePolicy } from "../ecr/get-lifecycle-policy.ts";
import { listImages } from "../ecr/list-images.ts";
import { putLifecyclePolicy } from "../ecr/put-lifecycle-policy.ts";
import { deleteLifecycleExtension } from "./delete-lifecycle-extension.ts";
import { explainLifecycle } from "./explain-lifecycle.ts";
import { getLifecycleExtension } from "./get-lifecycle-extension.ts";
import { getLifecyclePreview } from "./get-lifecycle-preview.ts";
import { getLifecycleRun } from "./get-lifecycle-run.ts";
import { listLifecycleRuns } from "./list-lifecycle-runs.ts";
import { putLifecycleExtension } from "./put-lifecycle-extension.ts";
import { startLifecyclePreview } from "./start-lifecycle-preview.ts";

const repositoryName = "team/app";
const dayMs = 86_400_000;

interface Rule {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: object;
  readonly action: object;
  readonly perTag?: boolean;
}
const expire = { type: "expire" };
const textOf = (...rules: readonly Rule[]) => JSON.stringify({ rules });
const older = (rulePriority: number, countNumber: number, tags: object = { tagStatus: "any" }) => ({
  rulePriority,
  selection: { ...tags, countType: "sinceImagePushed", countUnit: "days", countNumber },
  action: expire,
});
const keep = (rulePriority: number, pattern: string): Rule => ({
  rulePriority,
  selection: { tagStatus: "tagged", tagPatternList: [pattern] },
  action: { type: "retain" },
});
const tagged = (pattern: string) => ({ tagStatus: "tagged", tagPatternList: [pattern] });

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  registry.keepTrash(7);
  await registry.createRepository(repositoryName);
});
afterEach(() => registry.close());

const ask: TestRegistry["ask"] = (...asked) => registry.ask(...asked);
const putPolicy = (lifecyclePolicyText: string) =>
  ask(putLifecyclePolicy, { repositoryName, lifecyclePolicyText });
const putExtension = (extensionText: string) =>
  ask(putLifecycleExtension, { repositoryName, extensionText });
const push = (content: string, imageTag?: string) =>
  registry.pushImage(repositoryName, content, imageTag === undefined ? {} : { imageTag });

async function pushIndex(child: string): Promise<string> {
  const size = (await registry.manifestText(repositoryName, child)).length;
  const manifests = [{ mediaType: ociManifest, digest: child, size }];
  return registry.putManifest(repositoryName, { schemaVersion: 2, mediaType: ociIndex, manifests });
}

async function makePreviews(): Promise<void> {
  const observer = {
    jobDone: () => {},
    jobFailed: ({ error }: { error: unknown }) => expect.unreachable(String(error)),
    workerFailed: (error: unknown) => expect.unreachable(String(error)),
  };
  const runner = new JobRunner(registry.environment.ports, [lifecyclePreviewJob], { observer });
  await runner.tick();
  await runner.settled();
}

async function preview(input: object = {}) {
  await ask(startLifecyclePreview, { repositoryName, ...input });
  await makePreviews();
  return ask(getLifecyclePreview, { repositoryName });
}

async function runRules(metadata = registry.environment.ports.metadata): Promise<void> {
  await lifecycleRound(
    { ...registry.environment.ports, metadata },
    {
      trashMs: 7 * dayMs,
      ran: () => {},
      failed: (error) => {
        throw error;
      },
    },
  );
}

describe("a lifecycle extension", () => {
  const retain = textOf(keep(5, "v*"));

  it("is put, told and taken away, and leaves the policy as it is", async () => {
    await expect(ask(getLifecycleExtension, { repositoryName })).rejects.toMatchObject({
      kind: "LifecyclePolicyNotFound",
    });
    await putPolicy(textOf(older(1, 30)));
    const told = { registryId: account, repositoryName, extensionText: retain };
    expect(await putExtension(retain)).toEqual(told);
    expect(await ask(getLifecycleExtension, { repositoryName })).toEqual(told);
    expect(await ask(deleteLifecycleExtension, { repositoryName })).toEqual(told);
    await expect(ask(deleteLifecycleExtension, { repositoryName })).rejects.toMatchObject({
      kind: "LifecyclePolicyNotFound",
    });
    const { lifecyclePolicyText } = await ask(getLifecyclePolicy, { repositoryName });
    expect(lifecyclePolicyText).toBe(textOf(older(1, 30)));
  });

  it("is refused with what is wrong and where, and so is a priority that the policy has", async () => {
    await putPolicy(textOf(older(5, 30)));
    await expect(putExtension(retain)).rejects.toMatchObject({
      kind: "InvalidParameter",
      message: expect.stringContaining("two rules of policy and extension have the rulePriority 5"),
    });
    await expect(putExtension('{"rules":[{"rulePriority":1}]}')).rejects.toMatchObject({
      message: expect.stringContaining("rules[0]: object has missing required properties"),
    });
    await expect(ask(getLifecycleExtension, { repositoryName })).rejects.toMatchObject({
      kind: "LifecyclePolicyNotFound",
    });
  });

  it("takes the right to put a policy, whether it comes or goes", async () => {
    const { ports } = registry.environment;
    const allowed = (...Action: string[]) => ({ Effect: "Allow" as const, Action, Resource: "*" });
    const own = ["entrepot:PutLifecycleExtension", "entrepot:DeleteLifecycleExtension"];
    const half = await userWith(ports, { account, name: "half" }, allowed(...own));
    const all = allowed(...own, "ecr:PutLifecyclePolicy");
    const whole = await userWith(ports, { account, name: "whole" }, all);
    const input = { repositoryName, extensionText: retain };
    const denial = {
      kind: "AccessDenied",
      message: expect.stringContaining("ecr:PutLifecyclePolicy"),
    };
    await expect(ask(putLifecycleExtension, input, half)).rejects.toMatchObject(denial);
    await ask(putLifecycleExtension, input, whole);
    await expect(ask(deleteLifecycleExtension, input, half)).rejects.toMatchObject(denial);
    await ask(deleteLifecycleExtension, input, whole);
  });
});

describe("a whole preview", () => {
  it("tells of every rule and every image, also of those that would stay and why", async () => {
    const old = await push("old", "x1");
    const child = await push("child", "x2");
    const kept = await push("kept", "v1");
    registry.clock.advance(40 * dayMs);
    const index = await pushIndex(child);
    await putPolicy(
      textOf(older(1, 30, tagged("x*")), older(2, 90, tagged("absent*")), older(9, 30)),
    );
    await putExtension(textOf(keep(3, "v*"), older(10, 5, tagged("x*"))));
    const told = await preview();
    expect(told).toMatchObject({
      ...{ status: "COMPLETE", registryId: account, repositoryName },
      summary: { expiring: 1, transitioning: 0, untagging: 0, blocked: 2 },
    });
    expect(told.summary?.freedBytes).toBeGreaterThan(0);
    expect(told.images).toMatchObject([
      { imageDigest: old, imageTags: ["x1"], action: "EXPIRE", rulePriority: 1, markedTags: [] },
      { imageDigest: child, rulePriority: 1, blockedBy: "ImageReferencedByManifestList" },
      { imageDigest: kept, rulePriority: 9, blockedBy: "Retained", retainedBy: 3 },
    ]);
    expect(told.images?.[0]).not.toHaveProperty("blockedBy");
    const rules = told.summary?.rules.map(
      ({ rulePriority, matched, matchesNothing, shadowedBy }) => [
        ...[rulePriority, matched, matchesNothing, shadowedBy],
      ],
    );
    expect(rules).toEqual([
      [1, 2, false, []],
      [2, 0, true, []],
      [3, 1, false, []],
      [9, 4, false, []],
      [10, 2, false, [1]],
    ]);
    expect(await registry.manifestText(repositoryName, index)).not.toBe("");
  });

  it("tries texts that are not the repository's, with its extension or without any", async () => {
    const kept = await push("kept", "v1");
    await putExtension(textOf(keep(3, "v*")));
    registry.clock.advance(40 * dayMs);
    const lifecyclePolicyText = textOf(older(1, 30));
    const beside = await preview({ lifecyclePolicyText });
    expect(beside.summary).toMatchObject({ expiring: 0, blocked: 1 });
    expect(beside).toMatchObject({ lifecyclePolicyText, extensionText: textOf(keep(3, "v*")) });
    const alone = await preview({ lifecyclePolicyText, withoutExtension: true });
    expect(alone.summary).toMatchObject({ expiring: 1, blocked: 0 });
    expect(alone.images).toMatchObject([{ imageDigest: kept, action: "EXPIRE" }]);
    const other = await preview({ lifecyclePolicyText, extensionText: textOf(keep(3, "w*")) });
    expect(other.summary).toMatchObject({ expiring: 1, blocked: 0 });
    const both = { withoutExtension: true, extensionText: textOf(keep(3, "w*")) };
    await expect(preview(both)).rejects.toMatchObject({ kind: "InvalidParameter" });
    await expect(ask(getLifecyclePolicy, { repositoryName })).rejects.toMatchObject({
      kind: "LifecyclePolicyNotFound",
    });
  });

  it("names the tags that would go where a rule goes by tags", async () => {
    const image = await push("one", "0.1.0");
    const manifest = JSON.parse(await registry.manifestText(repositoryName, image)) as object;
    for (const imageTag of ["0.2.0", "other"]) {
      await registry.putManifest(repositoryName, manifest, { imageTag });
    }
    const selection = {
      ...{ tagStatus: "tagged", tagSemverRange: "<1", countType: "imageCountMoreThan" },
      countNumber: 1,
    };
    const extensionText = textOf({ rulePriority: 1, selection, action: expire, perTag: true });
    const { summary, images } = await preview({ extensionText });
    expect(summary).toMatchObject({ expiring: 0, untagging: 1 });
    expect(images).toMatchObject([{ action: "UNTAG", markedTags: ["0.1.0"], imageDigest: image }]);
  });

  it("pages through images, each once; a page of another preview is refused", async () => {
    const digests: string[] = [];
    for (const content of ["1", "2", "3", "4", "5"]) {
      digests.push(await push(content));
      registry.clock.advance(1);
    }
    registry.clock.advance(2 * dayMs);
    await preview({ lifecyclePolicyText: textOf(older(1, 1)) });
    const seen: string[] = [];
    let nextToken: string | undefined;
    let before: string | undefined;
    do {
      before = nextToken ?? before;
      const input = { repositoryName, maxResults: 2, nextToken };
      const page = await ask(getLifecyclePreview, input);
      expect(page.summary).toMatchObject({ expiring: 5 });
      seen.push(...(page.images ?? []).map(({ imageDigest }) => imageDigest));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(digests);
    await preview({ lifecyclePolicyText: textOf(older(2, 1)) });
    await expect(
      ask(getLifecyclePreview, { repositoryName, nextToken: before }),
    ).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("says how far it is, and after a day that it says nothing any more", async () => {
    await push("1");
    const started = await ask(startLifecyclePreview, {
      repositoryName,
      lifecyclePolicyText: textOf(older(1, 1)),
    });
    expect(started.status).toBe("IN_PROGRESS");
    const waiting = await ask(getLifecyclePreview, { repositoryName });
    expect(waiting).toEqual(started);
    await makePreviews();
    registry.clock.advance(dayMs + 1);
    const expired = await ask(getLifecyclePreview, { repositoryName });
    expect(expired.status).toBe("EXPIRED");
    expect(expired).not.toHaveProperty("images");
  });
});

describe("runs", () => {
  it("are listed, the newest first, page by page", async () => {
    for (const content of ["1", "2", "3"]) await push(content);
    await putPolicy(textOf(older(1, 1)));
    for (const content of ["4", "5", "6"]) {
      registry.clock.advance(dayMs + 1);
      await runRules();
      await push(content);
    }
    const whole = await ask(listLifecycleRuns, { repositoryName });
    expect(whole.runs.map(({ expired }) => expired)).toEqual([1, 1, 3]);
    expect(whole.runs[2]).toMatchObject({ failed: 0, policyVersion: 1, repositoryName });
    const first = await ask(listLifecycleRuns, { repositoryName, maxResults: 2 });
    const { nextToken } = first;
    const second = await ask(listLifecycleRuns, { repositoryName, maxResults: 2, nextToken });
    expect([...first.runs, ...second.runs]).toEqual(whole.runs);
    expect(second).not.toHaveProperty("nextToken");
  });

  it("tell of each image what was done to it, or why nothing was, as ECR's event too", async () => {
    const old = await push("old", "x1");
    const child = await push("child");
    registry.clock.advance(2 * dayMs);
    await pushIndex(child);
    const policy = textOf(older(1, 1));
    await putPolicy(policy);
    await runRules();
    const { runs } = await ask(listLifecycleRuns, { repositoryName });
    expect(runs).toMatchObject([{ expired: 1, failed: 1 }]);
    const { runId } = runs[0]!;
    const run = await ask(getLifecycleRun, { repositoryName, runId });
    expect(run).toMatchObject({ runId, lifecyclePolicyText: policy, expired: 1, failed: 1 });
    const failureCode = "ImageReferencedByManifestList";
    expect(run.images).toMatchObject([
      { imageDigest: child, action: "EXPIRE", rulePriority: 1, failureCode },
      { imageDigest: old, imageTags: ["x1"], action: "EXPIRE", rulePriority: 1 },
    ]);
    expect(run.policyExecutionEvents).toMatchObject([
      {
        repositoryName,
        lifecycleEventPolicy: { lastEvaluatedAt: 0, policyVersion: 1 },
        lifecycleEventImageActions: [{ lifecycleEventImage: { digest: old, tagList: ["x1"] } }],
        lifecycleEventFailureDetails: [{ lifecycleEventImage: { digest: child }, failureCode }],
      },
    ]);
    const first = await ask(getLifecycleRun, { repositoryName, runId, maxResults: 1 });
    expect(first.images).toEqual(run.images.slice(0, 1));
    const { nextToken } = first;
    const second = await ask(getLifecycleRun, { repositoryName, runId, nextToken });
    expect(second.images).toEqual(run.images.slice(1));
  });

  it("look again, in the next round, at what was pushed while they looked", async () => {
    await push("1");
    const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 };
    const description = "the youngest alone, whatever its tag";
    await putPolicy(textOf({ rulePriority: 1, description, selection, action: expire }));
    const { metadata } = registry.environment.ports;
    let isPushed = false;
    const candidates: typeof metadata.lifecycle.candidates = async (...asked) => {
      const found = await metadata.lifecycle.candidates(...asked);
      if (!isPushed) await push("2");
      isPushed = true;
      return found;
    };
    const lifecycle = changedStore(metadata.lifecycle, { candidates });
    await runRules(changedStore(metadata, { lifecycle }));
    expect((await ask(listImages, { repositoryName })).imageIds).toHaveLength(2);
    await runRules();
    expect((await ask(listImages, { repositoryName })).imageIds).toHaveLength(1);
  });

  it("are refused where there is none of that id", async () => {
    const runId = "1-00000000-0000-4000-8000-000000000000";
    await expect(ask(getLifecycleRun, { repositoryName, runId })).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
    await expect(ask(getLifecycleRun, { repositoryName, runId: "1-\0" })).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
  });
});

describe("an explanation", () => {
  it("says of each rule what it makes of the image, and what comes of it, with what they go by", async () => {
    const image = await push("one", "v1");
    registry.clock.advance(10 * dayMs);
    await putPolicy(textOf(older(1, 30, tagged("x*")), older(2, 5, tagged("v*")), older(3, 5)));
    const told = await ask(explainLifecycle, { repositoryName, imageTag: "v1" });
    expect(told).toMatchObject({
      ...{ repositoryName, action: "EXPIRE", rulePriority: 2, sentence: "Rule 2 expires it." },
      image: {
        ...{ imageDigest: image, imageTags: ["v1"], storageClass: "STANDARD" },
        ...{ imageStatus: "ACTIVE", inUse: false, referencedByIndex: false, hasSubject: false },
      },
      rules: [
        { rulePriority: 1, matches: false, marked: false },
        { rulePriority: 2, matches: true, marked: true },
        { rulePriority: 3, matches: true, marked: true, shieldedBy: 2 },
      ],
    });
    expect(await ask(explainLifecycle, { repositoryName, imageDigest: image })).toEqual(told);
    await putExtension(textOf(keep(4, "v*")));
    expect(await ask(explainLifecycle, { repositoryName, imageTag: "v1" })).toMatchObject({
      ...{ action: "EXPIRE", blockedBy: "Retained" },
      sentence: "Rule 2 would expire it, but rule 4 retains it.",
    });
  });

  it("changes nothing, and is refused for what is not there", async () => {
    await push("one", "v1");
    const asked = (input: object) => ask(explainLifecycle, { repositoryName, ...input });
    await expect(asked({ imageTag: "v1" })).rejects.toMatchObject({
      kind: "LifecyclePolicyNotFound",
    });
    await putPolicy(textOf(older(1, 30)));
    const before = await registry.dump();
    await asked({ imageTag: "v1" });
    await expect(asked({})).rejects.toMatchObject({ kind: "InvalidParameter" });
    await expect(asked({ imageTag: "v2" })).rejects.toMatchObject({ kind: "ImageNotFound" });
    expect(await registry.dump()).toBe(before);
  });
});
