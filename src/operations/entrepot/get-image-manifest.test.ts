import { afterEach, beforeEach, expect, it } from "vitest";
import {
  digestOf,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { getImageManifest } from "./get-image-manifest.ts";

const repositoryName = "team/app";
let registry: TestRegistry;
let imageDigest: string;
beforeEach(async () => {
  registry = await openTestRegistry();
  await registry.createRepository(repositoryName);
  imageDigest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
});
afterEach(() => registry.close());

it("gives the manifest byte for byte, and counts no pull", async () => {
  const { pulls } = registry.environment.ports.memory;
  const found = await registry.ask(getImageManifest, { repositoryName, imageDigest });
  expect(found).toMatchObject({ repositoryName, imageDigest, imageManifestMediaType: ociManifest });
  expect(digestOf(found.imageManifest)).toBe(imageDigest);
  expect(pulls.size).toBe(0);
  await registry.ask(batchGetImage, { repositoryName, imageIds: [{ imageDigest }] });
  expect(pulls.size).toBe(1);
});

it("refuses what is not there", async () => {
  const absent = digestOf("absent");
  await expect(
    registry.ask(getImageManifest, { repositoryName, imageDigest: absent }),
  ).rejects.toMatchObject({ kind: "ImageNotFound" });
  await expect(
    registry.ask(getImageManifest, { repositoryName: "team/none", imageDigest }),
  ).rejects.toMatchObject({ kind: "RepositoryNotFound" });
});
