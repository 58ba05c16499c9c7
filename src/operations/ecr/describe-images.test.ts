import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  imageManifest,
  ociConfig,
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { describeImages } from "./describe-images.ts";

describe("DescribeImages", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";

  it("tells everything of an image, and leaves out what it has not", async () => {
    registry.clock.set(1_700_000_000_123);
    const config = Buffer.from("{}");
    const layer = Buffer.from("a layer");
    await registry.pushLayer(repositoryName, config);
    await registry.pushLayer(repositoryName, layer);
    const manifest = imageManifest(config, layer);
    const imageDigest = await registry.putManifest(repositoryName, manifest, { imageTag: "v1" });
    const { imageDetails, nextToken } = await registry.ask(describeImages, { repositoryName });
    expect(nextToken).toBeUndefined();
    expect(imageDetails).toEqual([
      {
        registryId: "000000000000",
        repositoryName,
        imageDigest,
        imageTags: ["v1"],
        imageSizeInBytes: config.length + layer.length,
        imagePushedAt: 1_700_000_000.123,
        imageManifestMediaType: ociManifest,
        artifactMediaType: ociConfig,
        imageStatus: "ACTIVE",
      },
    ]);
  });

  it("shows an untagged index by its largest child, and a referrer by its subject", async () => {
    const small = await registry.pushImage(repositoryName, "s", { imageTag: "small" });
    const large = await registry.pushImage(repositoryName, "large", { imageTag: "large" });
    const manifests = [];
    for (const digest of [small, large]) {
      const size = (await registry.manifestText(repositoryName, digest)).length;
      manifests.push({ mediaType: ociManifest, digest, size });
    }
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests, subject: manifests[0] };
    const imageDigest = await registry.putManifest(repositoryName, index);
    const imageIds = [{ imageDigest }];
    const { imageDetails } = await registry.ask(describeImages, { repositoryName, imageIds });
    expect(imageDetails?.[0]).toMatchObject({
      imageSizeInBytes: JSON.stringify({ content: "large" }).length,
      subjectManifestDigest: small,
      imageManifestMediaType: ociIndex,
    });
    expect(imageDetails?.[0]).not.toHaveProperty("imageTags");
    expect(imageDetails?.[0]).not.toHaveProperty("artifactMediaType");
  });

  describe("of many images", () => {
    const tagged: string[] = [];
    const untagged: string[] = [];
    beforeEach(async () => {
      tagged.length = 0;
      untagged.length = 0;
      for (const content of ["1", "2", "3"]) {
        tagged.push(await registry.pushImage(repositoryName, content, { imageTag: `v${content}` }));
      }
      for (const content of ["4", "5"]) {
        untagged.push(await registry.pushImage(repositoryName, content));
      }
    });

    async function digests(more: object): Promise<(string | undefined)[]> {
      const seen: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const input = { repositoryName, maxResults: 2, nextToken, ...more };
        const page = await registry.ask(describeImages, input);
        expect(page.imageDetails?.length).toBeLessThanOrEqual(2);
        for (const { imageDigest } of page.imageDetails ?? []) seen.push(imageDigest);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return seen.toSorted();
    }

    it("pages through each of them once, as the filter has it", async () => {
      const all = [...tagged, ...untagged].toSorted();
      expect(await digests({})).toEqual(all);
      expect(await digests({ filter: { tagStatus: "ANY", imageStatus: "ANY" } })).toEqual(all);
      expect(await digests({ filter: { tagStatus: "TAGGED" } })).toEqual(tagged.toSorted());
      expect(await digests({ filter: { tagStatus: "UNTAGGED" } })).toEqual(untagged.toSorted());
      expect(await digests({ filter: { imageStatus: "ARCHIVED" } })).toEqual([]);
    });

    it("goes on only with the listing that the token was made for", async () => {
      const { nextToken } = await registry.ask(describeImages, { repositoryName, maxResults: 1 });
      await registry.createRepository("team/other");
      for (const other of [
        { repositoryName: "team/other" },
        { filter: { tagStatus: "TAGGED" } },
        { filter: { imageStatus: "ANY" } },
      ]) {
        const asked = registry.ask(describeImages, { repositoryName, nextToken, ...other });
        await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
      }
      const larger = await registry.ask(describeImages, { repositoryName, nextToken });
      expect(larger.imageDetails).toHaveLength(4);
    });

    it("answers named images once each, as the filter has it", async () => {
      const imageIds = [
        { imageTag: "v1" },
        { imageDigest: tagged[0] },
        { imageDigest: untagged[0] },
      ];
      const both = await registry.ask(describeImages, { repositoryName, imageIds });
      expect(both.imageDetails?.map((detail) => detail.imageDigest)).toEqual([
        tagged[0],
        untagged[0],
      ]);
      const filter = { tagStatus: "UNTAGGED" };
      const one = await registry.ask(describeImages, { repositoryName, imageIds, filter });
      expect(one.imageDetails?.map((detail) => detail.imageDigest)).toEqual([untagged[0]]);
    });

    it("answers nothing when one of the named images is missing", async () => {
      const imageIds = [{ imageTag: "v1" }, { imageTag: "none" }];
      await expect(
        registry.ask(describeImages, { repositoryName, imageIds }),
      ).rejects.toMatchObject({
        kind: "ImageNotFound",
        message:
          "The image with imageId {imageDigest:'null', imageTag:'none'} does not exist within the repository with name 'team/app' in the registry with id '000000000000'",
      });
    });

    it.each([
      { imageIds: [{ imageTag: "v1" }], maxResults: 1 },
      { imageIds: [{ imageTag: "v1" }], nextToken: "x" },
      { imageIds: [{}] },
      { imageIds: [] },
      { imageIds: [{ imageDigest: "rubbish" }] },
      { imageIds: [{ imageTag: "a+b" }] },
    ])("refuses %j", async (more) => {
      const asked = registry.ask(describeImages, { repositoryName, ...more });
      await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    });
  });
});
