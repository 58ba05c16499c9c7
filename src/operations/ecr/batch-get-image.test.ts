import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  digestOf,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { flushPulls } from "../../registry/images/record-pull.ts";
import { batchGetImage } from "./batch-get-image.ts";
import { describeImages } from "./describe-images.ts";

describe("BatchGetImage", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";

  it("answers manifests by tag, digest or both, and the tag to who asked for it", async () => {
    const imageDigest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    const imageIds = [{ imageTag: "v1" }, { imageDigest }, { imageDigest, imageTag: "v1" }];
    const { images, failures } = await registry.ask(batchGetImage, {
      repositoryName,
      imageIds,
      acceptedMediaTypes: ["application/vnd.docker.distribution.manifest.v2+json"],
    });
    expect(failures).toEqual([]);
    expect(images?.map(({ imageId }) => imageId)).toEqual([
      { imageDigest, imageTag: "v1" },
      { imageDigest },
      { imageDigest, imageTag: "v1" },
    ]);
    for (const image of images ?? []) {
      expect(image).toMatchObject({ registryId: "000000000000", repositoryName });
      expect(image.imageManifestMediaType).toBe(ociManifest);
      expect(digestOf(image.imageManifest ?? "")).toBe(imageDigest);
    }
  });

  it("tells what it cannot give as failures, beside what it can", async () => {
    const imageDigest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    await registry.pushImage(repositoryName, "two", { imageTag: "v2" });
    const { images, failures } = await registry.ask(batchGetImage, {
      repositoryName,
      imageIds: [
        { imageTag: "v1" },
        { imageTag: "none" },
        { imageDigest: digestOf("none") },
        {},
        { imageDigest: "rubbish" },
        { imageTag: "a+b" },
        { imageDigest, imageTag: "v2" },
      ],
    });
    expect(images).toHaveLength(1);
    const invalid = "Invalid request parameters:";
    expect(failures).toEqual([
      {
        imageId: { imageTag: "none" },
        failureCode: "ImageNotFound",
        failureReason: "Requested image not found",
      },
      {
        imageId: { imageDigest: digestOf("none") },
        failureCode: "ImageNotFound",
        failureReason: "Requested image not found",
      },
      {
        imageId: {},
        failureCode: "MissingDigestAndTag",
        failureReason: `${invalid} both tag and digest cannot be null`,
      },
      {
        imageId: { imageDigest: "rubbish" },
        failureCode: "InvalidImageDigest",
        failureReason: `${invalid} image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'`,
      },
      {
        imageId: { imageTag: "a+b" },
        failureCode: "InvalidImageTag",
        failureReason: `${invalid} image tag should satisfy the regex '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'`,
      },
      {
        imageId: { imageDigest, imageTag: "v2" },
        failureCode: "ImageTagDoesNotMatchDigest",
        failureReason: `${invalid} image tag does not match image digest`,
      },
    ]);
  });

  it("counts as a pull of what it gives, and of nothing else", async () => {
    const imageDigest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    await registry.pushImage(repositoryName, "two", { imageTag: "v2" });
    registry.clock.set(1_700_000_500_250);
    const imageIds = [{ imageTag: "v1" }, { imageDigest, imageTag: "v2" }];
    await registry.ask(batchGetImage, { repositoryName, imageIds });
    await flushPulls(registry.environment.ports);
    const { imageDetails } = await registry.ask(describeImages, {
      repositoryName,
      imageIds: [{ imageTag: "v1" }, { imageTag: "v2" }],
    });
    const times = imageDetails?.map((detail) => detail.lastRecordedPullTime);
    expect(times).toEqual([1_700_000_500.25, undefined]);
  });

  it("finds no repository before it looks at the images", async () => {
    const asked = registry.ask(batchGetImage, { repositoryName: "no/app", imageIds: [{}] });
    await expect(asked).rejects.toMatchObject({ kind: "RepositoryNotFound" });
  });
});
