import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { batchDeleteImage } from "./batch-delete-image.ts";
import { listImages } from "./list-images.ts";

describe("BatchDeleteImage", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";

  it("removes one tag, the image with its last tag, and all tags with a digest", async () => {
    const one = await registry.pushImage(repositoryName, "one", { imageTag: "a" });
    await registry.putManifest(repositoryName, JSON.parse(await manifestOf(one)), {
      imageTag: "b",
    });
    const two = await registry.pushImage(repositoryName, "two", { imageTag: "c" });
    await registry.putManifest(repositoryName, JSON.parse(await manifestOf(two)), {
      imageTag: "d",
    });

    const imageIds = [{ imageTag: "a" }];
    const first = await registry.ask(batchDeleteImage, { repositoryName, imageIds });
    expect(first).toEqual({ imageIds: [{ imageDigest: one, imageTag: "a" }], failures: [] });

    const last = await registry.ask(batchDeleteImage, {
      repositoryName,
      imageIds: [{ imageTag: "b" }, { imageDigest: two }],
    });
    expect(last).toEqual({
      imageIds: [
        { imageDigest: one, imageTag: "b" },
        { imageDigest: two, imageTag: "c" },
        { imageDigest: two, imageTag: "d" },
      ],
      failures: [],
    });
    expect(await registry.ask(listImages, { repositoryName })).toEqual({ imageIds: [] });
  });

  it("tells what cannot go as failures", async () => {
    const child = await registry.pushImage(repositoryName, "child", { imageTag: "child" });
    const index = await registry.putManifest(repositoryName, {
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [
        { mediaType: ociManifest, digest: child, size: (await manifestOf(child)).length },
      ],
    });
    const { imageIds, failures } = await registry.ask(batchDeleteImage, {
      repositoryName,
      imageIds: [{ imageDigest: child }, { imageTag: "none" }, {}],
    });
    expect(imageIds).toEqual([]);
    // Each item fails by itself; the order of failures means nothing.
    expect(failures).toHaveLength(3);
    expect(failures).toContainEqual({
      imageId: { imageDigest: child },
      failureCode: "ImageReferencedByManifestList",
      failureReason: `Requested image referenced by manifest list: [${index}]`,
    });
    const codes = failures?.map(({ failureCode }) => failureCode);
    expect(codes).toContain("ImageNotFound");
    expect(codes).toContain("MissingDigestAndTag");
  });

  function manifestOf(imageDigest: string): Promise<string> {
    return registry.manifestText(repositoryName, imageDigest);
  }
});
