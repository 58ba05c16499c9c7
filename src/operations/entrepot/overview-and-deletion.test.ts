import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, imageManifest, ociIndex, ociManifest } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { describeImages } from "../ecr/describe-images.ts";
import { getOverview } from "./get-overview.ts";
import { previewDeletion } from "./preview-deletion.ts";
import { reportImagesInUse } from "./report-images-in-use.ts";

let scanned: ScannedRegistry;
beforeEach(async () => {
  scanned = await ScannedRegistry.open("app", "web");
});
afterEach(() => scanned.close());
const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);

describe("a registry's overview", () => {
  it("tells what is there, what happened, and how images stand in their scans", async () => {
    await scanned.push("app", "v1", [debianLayer]);
    await scanned.push("app", "v2", [lodashLayer]);
    await scanned.push("web", "v1", [Buffer.from("no archive at all")]);
    await scanned.settle();
    const found = await ask(getOverview, {});
    expect(found).toMatchObject({
      ...{ registryId: account, repositoryCount: 2, imageCount: 3, archivedSizeInBytes: 0 },
      scans: {
        ...{ scanType: "ENHANCED", statusCounts: { ACTIVE: 2, FAILED: 1 } },
        ...{
          worstSeverityCounts: { CRITICAL: 1, HIGH: 1 },
          advisoriesUpdatedAt: expect.any(Number),
        },
      },
      imageAgeCounts: { WEEK: 3, MONTH: 0, QUARTER: 0, HALF_YEAR: 0, YEAR: 0, OLDER: 0 },
      attention: [{ kind: "SCANS_FAILED", count: 1 }],
    });
    expect(found.sizeInBytes).toBeGreaterThan(debianLayer.length);
    expect(found.storedSizeInBytes).toBeGreaterThan(debianLayer.length);
    expect(found.days).toHaveLength(30);
    const [before, today] = [found.days.at(-2)!, found.days.at(-1)!];
    expect(today.timestamp - before.timestamp).toBe(86_400);
  });

  it("is for those who may read the registry's", async () => {
    const caller = await userWith(
      scanned.opened.ports,
      { account, name: "dev" },
      { Effect: "Allow", Action: "ecr:*", Resource: "*" },
    );
    await expect(ask(getOverview, {}, caller)).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

describe("a preview of a deletion", () => {
  const preview = (input: object) => ask(previewDeletion, { repositoryName: "app", ...input });

  it("tells what comes back and what stays, and changes nothing", async () => {
    const imageDigest = await scanned.push("app", "v1", [debianLayer, lodashLayer]);
    await scanned.push("app", "v2", [debianLayer]);
    await scanned.push("web", "w1", [lodashLayer]);
    const images = [{ repositoryName: "app", imageDigest }];
    await ask(reportImagesInUse, { reporter: "node-a", images });
    const all = await ask(describeImages, { repositoryName: "app" });
    const found = await preview({ imageIds: [{ imageDigest }] });
    expect(found).toMatchObject({
      ...{ imageCount: 2, trashSeconds: 0, tags: [], failures: [] },
      images: [{ imageDigest, imageTags: ["v1"], warnings: ["IN_USE"], referrers: [] }],
      sharedSizeInBytes: debianLayer.length + lodashLayer.length,
    });
    // Its manifest and its config alone.
    expect(found.freedSizeInBytes).toBeGreaterThan(100);
    expect(found.freedSizeInBytes).toBeLessThan(1_000);
    expect(await ask(describeImages, { repositoryName: "app" })).toEqual(all);
    const whole = await preview({});
    expect(whole).toMatchObject({
      ...{ imageCount: 2, sharedSizeInBytes: lodashLayer.length, imagesInUse: [imageDigest] },
    });
    expect(whole.freedSizeInBytes).toBeGreaterThan(debianLayer.length);
    expect(whole).not.toHaveProperty("images");
  });

  it("goes by the rules of BatchDeleteImage", async () => {
    const digest = await scanned.push("app", "v1", [debianLayer]);
    const text = await scanned.registry.manifestText("app", digest);
    const manifests = [{ mediaType: ociManifest, digest, size: Buffer.byteLength(text) }];
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    await scanned.registry.putManifest("app", index, { imageTag: "latest" });
    await scanned.registry.putManifest("app", index, { imageTag: "stable" });
    const requests: { imageTag?: string; imageDigest?: string }[][] = [
      [{ imageTag: "latest" }],
      [{ imageTag: "v1" }],
      [{ imageDigest: digest }, { imageTag: "nothing" }, {}],
      [{ imageTag: "stable", imageDigest: digest }],
      [{ imageDigest: digest }, { imageTag: "latest" }, { imageTag: "stable" }],
    ];
    for (const imageIds of requests) {
      const told = await preview({ imageIds });
      const codes = told.failures?.map(({ failureCode }) => failureCode).sort();
      const goes = [
        ...(told.images?.flatMap((each) => each.imageTags) ?? []),
        ...(told.tags?.map(({ imageTag }) => imageTag) ?? []),
      ];
      const done = await ask(batchDeleteImage, { repositoryName: "app", imageIds });
      expect(done.failures?.map(({ failureCode }) => failureCode).sort()).toEqual(codes);
      expect(done.imageIds?.map(({ imageTag }) => imageTag).sort()).toEqual(goes.sort());
      if (imageIds.length === 1 && goes.length > 0) {
        await scanned.registry.putManifest("app", index, { imageTag: "latest" });
      }
    }
    expect((await ask(describeImages, { repositoryName: "app" })).imageDetails).toEqual([]);
  });

  it("names what is about an image and goes with it", async () => {
    const imageDigest = await scanned.push("app", "v1", [debianLayer]);
    const size = Buffer.byteLength(await scanned.registry.manifestText("app", imageDigest));
    const artifactType = "application/spdx+json";
    const about = Buffer.from("{}");
    await scanned.registry.pushLayer("app", about);
    const sbom = await scanned.registry.putManifest("app", {
      ...imageManifest(about),
      ...{ artifactType, subject: { mediaType: ociManifest, digest: imageDigest, size } },
    });
    const { images, freedSizeInBytes } = await preview({ imageIds: [{ imageDigest }] });
    expect(images).toMatchObject([{ referrers: [{ imageDigest: sbom, artifactType }] }]);
    expect(freedSizeInBytes).toBeGreaterThan(debianLayer.length + about.length);
  });
});
