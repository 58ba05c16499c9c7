import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  digestOf,
  imageManifest,
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../test/support/ecr.ts";
import { batchDeleteImage } from "../operations/ecr/batch-delete-image.ts";
import { deleteLifecyclePolicy } from "../operations/ecr/delete-lifecycle-policy.ts";
import { deleteRepository } from "../operations/ecr/delete-repository.ts";
import { describeImages } from "../operations/ecr/describe-images.ts";
import { getLifecyclePolicy } from "../operations/ecr/get-lifecycle-policy.ts";
import { getLifecyclePolicyPreview } from "../operations/ecr/get-lifecycle-policy-preview.ts";
import { putLifecyclePolicy } from "../operations/ecr/put-lifecycle-policy.ts";
import { startLifecyclePolicyPreview } from "../operations/ecr/start-lifecycle-policy-preview.ts";
import { reportImagesInUse } from "../operations/entrepot/report-images-in-use.ts";
import { restoreImages } from "../operations/entrepot/restore-images.ts";
import { putLifecycle } from "../registry/lifecycle/put-lifecycle.ts";
import type { LifecycleRun } from "../registry/lifecycle/stored-lifecycle.ts";
import type { RepositoryName } from "../registry/names.ts";
import { checkStore } from "./check-store.ts";
import { JobRunner } from "./job-runner.ts";
import { lifecycleRound } from "./lifecycle-job.ts";
import { lifecyclePreviewJob } from "./lifecycle-preview-job.ts";
import { reclaimOnce } from "./reclaim.ts";

const repositoryName = "team/app" as RepositoryName;
const dayMs = 86_400_000;

const expireUntagged = (days: number) => ({
  rulePriority: 1,
  description: "untagged images go",
  selection: {
    tagStatus: "untagged",
    countType: "sinceImagePushed",
    countUnit: "days",
    countNumber: days,
  },
  action: { type: "expire" },
});
const keepNewest = (countNumber: number, rulePriority = 2) => ({
  rulePriority,
  description: "only the newest images stay in this repository",
  selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber },
  action: { type: "expire" },
});

describe("the lifecycle worker", () => {
  let registry: TestRegistry;
  let runs: LifecycleRun[];

  beforeEach(async () => {
    registry = await openTestRegistry();
    registry.keepTrash(7);
    runs = [];
    await registry.createRepository(repositoryName);
  });
  afterEach(async () => {
    const { problems } = await checkStore(registry.environment.ports, { repair: false });
    await registry.close();
    expect(problems).toEqual([]);
  });

  const round = () =>
    lifecycleRound(registry.environment.ports, {
      trashMs: 7 * dayMs,
      ran: (run) => void runs.push(run),
      failed: (error) => {
        throw error;
      },
    });
  const put = (...rules: object[]) =>
    registry.ask(putLifecyclePolicy, {
      repositoryName,
      lifecyclePolicyText: JSON.stringify({ rules }, undefined, 1),
    });
  const digests = async (imageStatus = "ACTIVE") => {
    const filter = { imageStatus };
    const answer = await registry.ask(describeImages, { repositoryName, filter });
    return (answer.imageDetails ?? []).map(({ imageDigest }) => imageDigest).sort();
  };
  async function push(content: string, more: object = {}): Promise<string> {
    const digest = await registry.pushImage(repositoryName, content, more);
    registry.clock.advance(1000);
    return digest;
  }
  async function pushIndex(child: string, more: object = {}): Promise<string> {
    const size = (await registry.manifestText(repositoryName, child)).length;
    const manifests = [{ mediaType: ociManifest, digest: child, size }];
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    return registry.putManifest(repositoryName, index, more);
  }
  async function makePreview(): Promise<void> {
    const observer = {
      jobDone: () => undefined,
      jobFailed: ({ error }: { error: unknown }) => {
        throw error;
      },
      workerFailed: (error: unknown) => {
        throw error;
      },
    };
    const runner = new JobRunner(registry.environment.ports, [lifecyclePreviewJob], { observer });
    await runner.tick();
    await runner.settled();
  }

  it("does what the policy says, and tells what it did", async () => {
    const old = await push("old");
    const tagged = await push("tagged", { imageTag: "v1" });
    await put(expireUntagged(1));
    await round();
    expect(await digests()).toEqual([old, tagged].sort());
    registry.clock.advance(dayMs);
    await round();
    expect(await digests()).toEqual([tagged]);
    expect(runs).toMatchObject([{ name: repositoryName, expired: 1, archived: 0, failed: 0 }]);
    const [run] = runs;
    const { lifecycle } = registry.environment.ports.metadata;
    const images = await lifecycle.runImages(run!.repository, run!.id, { limit: 9 });
    expect(images).toMatchObject([{ digest: old, rulePriority: 1, action: "expire" }]);
    const { lastEvaluatedAt } = await registry.ask(getLifecyclePolicy, { repositoryName });
    expect(lastEvaluatedAt).toBe(registry.clock.now() / 1000);
  });

  it("can be undone, and does not do it again at once", async () => {
    const old = await push("old");
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    await round();
    await registry.ask(restoreImages, { repositoryName, imageDigests: [old] });
    await round();
    expect(await digests()).toEqual([old]);
    registry.clock.advance(2 * dayMs);
    await round();
    expect(await digests()).toEqual([]);
  });

  it("18: keeps the untagged children of an index that stays", async () => {
    const child = await push("child");
    const loose = await push("loose");
    const index = await pushIndex(child, { imageTag: "multi" });
    await put(expireUntagged(1));
    registry.clock.advance(3 * dayMs);
    await round();
    expect(await digests()).toEqual([child, index].sort());
    expect(runs).toMatchObject([{ expired: 1, failed: 1 }]);
    const { lifecycle } = registry.environment.ports.metadata;
    const images = await lifecycle.runImages(runs[0]!.repository, runs[0]!.id, { limit: 9 });
    expect(images.map(({ digest, failure }) => [digest, failure?.code])).toEqual([
      [child, "ImageReferencedByManifestList"],
      [loose, undefined],
    ]);
    // Once the index is gone, so are they, in the round after it.
    await registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: index }] });
    await round();
    expect(await digests()).toEqual([]);
  });

  it("20: keeps an image that a tag moves onto while the rules are run", async () => {
    const one = await push("one");
    const two = await push("two");
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    const manifest = JSON.parse(await registry.manifestText(repositoryName, one)) as object;
    await between("evaluation and action", () =>
      registry.putManifest(repositoryName, manifest, { imageTag: "saved" }),
    );
    await round();
    expect(await digests()).toEqual([one]);
    expect(two).not.toBe(one);
  });

  it("keeps an image that an index comes to list while the rules are run", async () => {
    const child = await push("child");
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    let index = "";
    await between("evaluation and action", async () => {
      index = await pushIndex(child, { imageTag: "multi" });
    });
    await round();
    expect(await digests()).toEqual([child, index].sort());
    // So nothing was done, and there is nothing to tell of.
    expect(runs).toMatchObject([{ expired: 0, archived: 0, untagged: 0, failed: 0 }]);
    const waiting = await registry.environment.ports.metadata.outbox.first(99);
    const types = waiting.map(({ event }) => event.detailType);
    expect(types).not.toContain("Entrepot Lifecycle Run");
  });

  it("keeps an image of which somebody says while the rules are run that it runs", async () => {
    const used = await push("used");
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    await between("evaluation and action", () =>
      registry.ask(reportImagesInUse, {
        reporter: "node-1",
        expiresInSeconds: 86_400,
        images: [{ repositoryName, imageDigest: used }],
      }),
    );
    await round();
    expect(await digests()).toEqual([used]);
  });

  it("keeps a referrer whose subject comes while the rules are run", async () => {
    const config = Buffer.from('{"content":"subject"}');
    const subject = imageManifest(config);
    const digest = digestOf(JSON.stringify(subject));
    const about = { mediaType: ociManifest, digest, size: 2 };
    const referrer = { ...imageManifest(Buffer.from('{"content":"sbom"}')), subject: about };
    await registry.pushLayer(repositoryName, Buffer.from('{"content":"sbom"}'));
    const referring = await registry.putManifest(repositoryName, referrer);
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    await between("evaluation and action", async () => {
      await registry.pushLayer(repositoryName, config);
      await registry.putManifest(repositoryName, subject, { imageTag: "v1" });
    });
    await round();
    expect(await digests()).toEqual([digest, referring].sort());
  });

  it("keeps what is left to be kept when others go while the rules are run", async () => {
    const images: string[] = [];
    for (const content of ["1", "2", "3", "4"]) images.push(await push(content));
    await put(keepNewest(2));
    await between("evaluation and action", () =>
      registry.ask(batchDeleteImage, {
        repositoryName,
        imageIds: [{ imageDigest: images[3] }, { imageDigest: images[2] }],
      }),
    );
    await round();
    expect(await digests()).toEqual([images[0], images[1]].sort());
  });

  /** Runs `work` once, when the images have been looked at and nothing was done yet. */
  async function between(_: string, work: () => Promise<unknown>): Promise<void> {
    const { metadata } = registry.environment.ports;
    const { lifecycle } = metadata;
    let done = false;
    const looked = async (...[repository, page, now]: Parameters<typeof lifecycle.candidates>) => {
      const found = await lifecycle.candidates(repository, page, now);
      if (!done) {
        done = true;
        await work();
      }
      return found;
    };
    const spying = new Proxy(lifecycle, {
      get: (target, name) =>
        name === "candidates"
          ? looked
          : (target[name as keyof typeof target] as () => unknown).bind(target),
    });
    const ports = registry.environment.ports;
    const seen = new Proxy(metadata, {
      get: (target, name) => {
        if (name === "lifecycle") return spying;
        const value = target[name as keyof typeof target] as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    Object.assign(registry.environment, { ports: { ...ports, metadata: seen } });
  }

  it("never touches what is in use", async () => {
    const used = await push("used");
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    await registry.ask(reportImagesInUse, {
      reporter: "node-1",
      expiresInSeconds: 86_400,
      images: [{ repositoryName, imageDigest: used }],
    });
    await round();
    expect(await digests()).toEqual([used]);
    expect(runs).toMatchObject([{ expired: 0, failed: 1 }]);
    // Nobody says so any more.
    registry.clock.advance(2 * dayMs);
    await round();
    expect(await digests()).toEqual([]);
  });

  it("archives, and expires from the archive what has been there for long enough", async () => {
    const image = await push("image", { imageTag: "v1" });
    await put(
      {
        rulePriority: 1,
        selection: {
          tagStatus: "any",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: 10,
        },
        action: { type: "transition", targetStorageClass: "archive" },
      },
      {
        rulePriority: 2,
        selection: {
          tagStatus: "any",
          storageClass: "archive",
          countType: "sinceImageTransitioned",
          countUnit: "days",
          countNumber: 90,
        },
        action: { type: "expire" },
      },
    );
    registry.clock.advance(11 * dayMs);
    await round();
    expect(await digests()).toEqual([]);
    expect(await digests("ARCHIVED")).toEqual([image]);
    registry.clock.advance(90 * dayMs);
    await round();
    expect(await digests("ARCHIVED")).toEqual([image]);
    registry.clock.advance(1);
    await round();
    expect(await digests("ANY")).toEqual([]);
    expect(runs).toMatchObject([{ archived: 1 }, { expired: 1 }]);
  });

  it("looks at a repository only when something changed or fell due", async () => {
    await push("one");
    await put(expireUntagged(10));
    await round();
    const { lifecycle } = registry.environment.ports.metadata;
    const due = () => lifecycle.due(registry.clock.now(), 9);
    expect(await due()).toEqual([]);
    registry.clock.advance(9 * dayMs);
    expect(await due()).toEqual([]);
    await push("two");
    expect(await due()).toHaveLength(1);
    await round();
    expect(await due()).toEqual([]);
    registry.clock.advance(dayMs);
    expect(await due()).toHaveLength(1);
    await round();
    expect(runs).toMatchObject([{ expired: 1 }]);
  });

  it("tells beforehand what it does then", async () => {
    for (let image = 0; image < 12; image++) {
      await push(`image ${image}`, image % 3 === 0 ? { imageTag: `v${image}` } : {});
      registry.clock.advance(dayMs);
    }
    const child = await push("child");
    await pushIndex(child, { imageTag: "multi" });
    const rules = [expireUntagged(5), keepNewest(4)];
    const text = JSON.stringify({ rules });
    const started = await registry.ask(startLifecyclePolicyPreview, {
      repositoryName,
      lifecyclePolicyText: text,
    });
    expect(started).toMatchObject({ status: "IN_PROGRESS", lifecyclePolicyText: text });
    await expect(
      registry.ask(startLifecyclePolicyPreview, { repositoryName, lifecyclePolicyText: text }),
    ).rejects.toMatchObject({ kind: "LifecyclePolicyPreviewInProgress" });
    await makePreview();
    const told: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await registry.ask(getLifecyclePolicyPreview, {
        repositoryName,
        maxResults: 2,
        nextToken,
      });
      expect(page.status).toBe("COMPLETE");
      for (const { imageDigest, action } of page.previewResults ?? []) {
        expect(action).toEqual({ type: "EXPIRE" });
        told.push(imageDigest);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    const before = await digests();
    await put(...rules);
    await round();
    const after = new Set(await digests());
    expect([...told].sort()).toEqual(before.filter((digest) => !after.has(digest)));
    expect(told.length).toBeGreaterThan(5);
    const { summary } = await registry.ask(getLifecyclePolicyPreview, { repositoryName });
    expect(summary).toEqual({ expiringImageTotalCount: told.length });
  });

  it("is not told to a request that makes no sense, be it finished or under way", async () => {
    const lifecyclePolicyText = JSON.stringify({ rules: [expireUntagged(5), keepNewest(4)] });
    await registry.ask(startLifecyclePolicyPreview, { repositoryName, lifecyclePolicyText });
    const imageIds = [{ imageTag: "a" }];
    const refused: [input: object, sentence: string][] = [
      [{ imageIds: [{}] }, "both tag and digest cannot be null"],
      [{ imageIds, maxResults: 1 }, "maxResults can't be set when imageIds is set"],
      [{ imageIds, nextToken: "x" }, "nextToken can't be set when imageIds is set"],
    ];
    const refuse = async () => {
      for (const [input, sentence] of refused) {
        const asked = registry.ask(getLifecyclePolicyPreview, { repositoryName, ...input });
        await expect(asked, sentence).rejects.toThrow(sentence);
      }
    };
    await refuse();
    await makePreview();
    await refuse();
  });

  it("says how many bytes will really be free, and that many are", async () => {
    const shared = Buffer.alloc(1000, "shared");
    await registry.pushLayer(repositoryName, shared);
    const alone = Buffer.alloc(500, "alone");
    await registry.pushLayer(repositoryName, alone);
    const config = Buffer.from("{}");
    await registry.pushLayer(repositoryName, config);
    await registry.putManifest(repositoryName, imageManifest(config, shared, alone));
    registry.clock.advance(1000);
    await registry.putManifest(repositoryName, imageManifest(config, shared), { imageTag: "v1" });
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    const { repositories } = registry.environment.ports.metadata;
    const before = await repositories.totals();
    await round();
    registry.clock.advance(8 * dayMs);
    await reclaimOnce(registry.environment.ports);
    const after = await repositories.totals();
    expect(runs[0]?.freedBytes).toBe(before.sizeBytes - after.sizeBytes);
    expect(runs[0]?.freedBytes).toBeGreaterThan(500);
  });

  it("keeps single tags by what stands beside the policy", async () => {
    const image = await push("image", { imageTag: "v1.0.0" });
    const manifest = JSON.parse(await registry.manifestText(repositoryName, image)) as object;
    await registry.putManifest(repositoryName, manifest, { imageTag: "nightly-1" });
    const extension = JSON.stringify({
      rules: [
        {
          rulePriority: 5,
          selection: {
            tagStatus: "tagged",
            tagRegularExpression: "nightly-[0-9]+",
            countType: "sinceImagePushed",
            countUnit: "days",
            countNumber: 1,
          },
          perTag: true,
          action: { type: "expire" },
        },
      ],
    });
    const { ports } = registry.environment;
    const own = { account: "000000000000", region: "us-east-1" } as never;
    await putLifecycle(ports, own, repositoryName, { extension });
    registry.clock.advance(2 * dayMs);
    await round();
    const { imageDetails } = await registry.ask(describeImages, { repositoryName });
    expect(imageDetails).toMatchObject([{ imageDigest: image, imageTags: ["v1.0.0"] }]);
    expect(runs).toMatchObject([{ untagged: 1, expired: 0 }]);
  });

  it("does nothing any more without its policy", async () => {
    await push("old");
    await put(expireUntagged(1));
    const { lifecyclePolicyText } = await registry.ask(deleteLifecyclePolicy, { repositoryName });
    expect(lifecyclePolicyText).toContain("untagged images go");
    registry.clock.advance(2 * dayMs);
    await round();
    expect(await digests()).toHaveLength(1);
    await expect(registry.ask(getLifecyclePolicy, { repositoryName })).rejects.toMatchObject({
      kind: "LifecyclePolicyNotFound",
    });
  });

  it("leaves a repository in the trash as it is", async () => {
    await push("old");
    await put(expireUntagged(1));
    registry.clock.advance(2 * dayMs);
    const { ports } = registry.environment;
    await registry.ask(deleteRepository, { repositoryName, force: true });
    await round();
    expect(runs).toEqual([]);
    expect(await ports.metadata.lifecycle.due(registry.clock.now(), 9)).toEqual([]);
  });
});
