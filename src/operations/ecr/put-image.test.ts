import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  digestOf,
  imageManifest as imageManifestOf,
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { putImage } from "./put-image.ts";
import { putImageTagMutability } from "./put-image-tag-mutability.ts";

describe("PutImage", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";

  const config = Buffer.from("{}");
  // Spelt oddly on purpose: nothing may be normalised.
  const imageManifest = JSON.stringify(imageManifestOf(config), undefined, 3).concat("\n ");
  const imageDigest = digestOf(imageManifest);

  it("keeps the manifest byte for byte, and answers its digest", async () => {
    await registry.pushLayer(repositoryName, config);
    const answer = await registry.ask(putImage, {
      repositoryName,
      imageManifest,
      imageTag: "v1",
      imageDigest,
    });
    expect(answer).toEqual({
      image: {
        registryId: "000000000000",
        repositoryName,
        imageId: { imageDigest, imageTag: "v1" },
        imageManifest,
        imageManifestMediaType: ociManifest,
      },
    });
    expect(await registry.manifestText(repositoryName, imageDigest)).toBe(imageManifest);
  });

  it("adds a tag to a manifest that is there, and refuses the same again", async () => {
    await registry.pushLayer(repositoryName, config);
    await registry.ask(putImage, { repositoryName, imageManifest, imageTag: "v1" });
    await registry.ask(putImage, { repositoryName, imageManifest, imageTag: "v2" });
    const same = registry.ask(putImage, { repositoryName, imageManifest, imageTag: "v2" });
    await expect(same).rejects.toMatchObject({
      kind: "ImageAlreadyExists",
      message: `Image with digest '${imageDigest}' and tag 'v2' already exists in the repository with name 'team/app' in registry with id '000000000000'`,
    });
    const untagged = registry.ask(putImage, { repositoryName, imageManifest });
    await expect(untagged).rejects.toMatchObject({ kind: "ImageAlreadyExists" });
  });

  it("never moves an immutable tag", async () => {
    const immutable = { repositoryName, imageTagMutability: "IMMUTABLE" };
    await registry.ask(putImageTagMutability, immutable);
    await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    const asked = registry.pushImage(repositoryName, "two", { imageTag: "v1" });
    await expect(asked).rejects.toMatchObject({
      kind: "ImageTagAlreadyExists",
      message:
        "The image tag 'v1' already exists in the 'team/app' repository and cannot be overwritten because the repository is immutable.",
    });
  });

  it("refuses an image whose layers are not here", async () => {
    const asked = registry.ask(putImage, { repositoryName, imageManifest });
    await expect(asked).rejects.toMatchObject({
      kind: "LayersNotFound",
      message: `Layers with digests '[${digestOf(config)}]' required for pushing image into repository with name 'team/app' in the registry with id '000000000000' do not exist`,
    });
  });

  it("refuses an index whose children are not here", async () => {
    const digest = digestOf("child");
    const manifests = [{ mediaType: ociManifest, digest, size: 5 }];
    const asked = registry.putManifest(repositoryName, {
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests,
    });
    await expect(asked).rejects.toMatchObject({
      kind: "ReferencedImagesNotFound",
      message: `Images with digests '[${digest}]' required for pushing image into repository with name 'team/app' in the registry with id '000000000000' do not exist`,
    });
  });

  it.each([digestOf("other"), "sha512:ab"])("refuses the wrong digest %s", async (wrong) => {
    await registry.pushLayer(repositoryName, config);
    const asked = registry.ask(putImage, { repositoryName, imageManifest, imageDigest: wrong });
    await expect(asked).rejects.toMatchObject({
      kind: "ImageDigestDoesNotMatch",
      message: `The image with digest '${wrong}' in repository 'team/app' and registry ID '000000000000' does not match the image digest that Amazon ECR has calculated.`,
    });
  });

  it.each(["{", "[]", '"\ud800"', JSON.stringify({ schemaVersion: 2 })])(
    "refuses %j, which is no manifest",
    async (text) => {
      const asked = registry.ask(putImage, { repositoryName, imageManifest: text });
      await expect(asked).rejects.toMatchObject({
        kind: "InvalidParameter",
        message:
          "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
      });
    },
  );

  it.each(["", "a+b", ".a", "a".repeat(129)])("refuses the tag '%s'", async (imageTag) => {
    await registry.pushLayer(repositoryName, config);
    const asked = registry.ask(putImage, { repositoryName, imageManifest, imageTag });
    await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    await expect(asked).rejects.toThrow("Invalid parameter at 'imageTag'");
  });
});
