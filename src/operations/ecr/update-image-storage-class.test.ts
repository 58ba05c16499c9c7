import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  imageManifest,
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { checkStore } from "../../workers/check-store.ts";
import { reclaimOnce } from "../../workers/reclaim.ts";
import { restoreImages } from "../entrepot/restore-images.ts";
import { batchCheckLayerAvailability } from "./batch-check-layer-availability.ts";
import { batchDeleteImage } from "./batch-delete-image.ts";
import { batchGetImage } from "./batch-get-image.ts";
import { describeImages } from "./describe-images.ts";
import { listImageReferrers } from "./list-image-referrers.ts";
import { listImages } from "./list-images.ts";
import { updateImageStorageClass } from "./update-image-storage-class.ts";

const repositoryName = "team/app";

describe("UpdateImageStorageClass", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    registry.keepTrash(7);
    await registry.createRepository(repositoryName);
  });
  afterEach(async () => {
    const { problems } = await checkStore(registry.environment.ports, { repair: false });
    await registry.close();
    expect(problems).toEqual([]);
  });

  const update = (imageDigest: string, targetStorageClass: "ARCHIVE" | "STANDARD") =>
    registry.ask(updateImageStorageClass, {
      ...{ repositoryName, imageId: { imageDigest }, targetStorageClass },
    });
  const reclaim = () => {
    registry.clock.advance(1000);
    return reclaimOnce(registry.environment.ports);
  };
  const remove = (imageDigest: string) =>
    registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest }] });
  const restore = (imageDigest: string) =>
    registry.ask(restoreImages, { repositoryName, imageDigests: [imageDigest] });
  const pull = (imageDigest: string) =>
    registry.ask(batchGetImage, { repositoryName, imageIds: [{ imageDigest }] });
  const isPulled = async (digest: string) => (await pull(digest)).images?.length === 1;
  const stateOf = async (imageDigest: string) => {
    const answer = await registry.ask(describeImages, {
      ...{ repositoryName, imageIds: [{ imageDigest }], filter: { imageStatus: "ANY" } },
    });
    return answer.imageDetails?.[0]?.imageStatus;
  };
  const refusal = { kind: "ImageStorageClassUpdateNotSupported" };
  async function describedOf(digest: string) {
    const size = (await registry.manifestText(repositoryName, digest)).length;
    return { mediaType: ociManifest, digest, size };
  }
  async function pushIndex(child: string): Promise<string> {
    const manifests = [await describedOf(child)];
    return registry.putManifest(repositoryName, {
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests,
    });
  }
  async function pushReferrer(subject: string): Promise<string> {
    const config = Buffer.from("{}");
    await registry.pushLayer(repositoryName, config);
    const about = await describedOf(subject);
    return registry.putManifest(repositoryName, { ...imageManifest(config), subject: about });
  }

  it("takes an image away from pulls and ordinary listings, and brings it back", async () => {
    const image = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    expect(await update(image, "ARCHIVE")).toMatchObject({
      imageId: { imageDigest: image },
      imageStatus: "ARCHIVED",
    });
    expect(await pull(image)).toMatchObject({
      images: [],
      failures: [{ failureCode: "ImageInaccessible" }],
    });
    const list = async (imageStatus?: string) => {
      const filter = imageStatus === undefined ? {} : { imageStatus };
      const [ids, details] = [
        (await registry.ask(listImages, { repositoryName, filter })).imageIds,
        (await registry.ask(describeImages, { repositoryName, filter })).imageDetails,
      ];
      expect(ids).toHaveLength(details?.length ?? 0);
      return details;
    };
    expect(await list()).toEqual([]);
    expect(await list("ACTIVATING")).toEqual([]);
    const lastArchivedAt = registry.clock.now() / 1000;
    for (const status of ["ARCHIVED", "ANY"]) {
      expect(await list(status)).toMatchObject([{ imageStatus: "ARCHIVED", lastArchivedAt }]);
    }

    expect(await update(image, "STANDARD")).toMatchObject({ imageStatus: "ACTIVATING" });
    expect(await isPulled(image)).toBe(false);
    await reclaim();
    expect(await isPulled(image)).toBe(true);
    const lastActivatedAt = registry.clock.now() / 1000;
    expect(await list()).toMatchObject([
      { imageTags: ["v1"], imageStatus: "ACTIVE", lastActivatedAt },
    ]);
  });

  it("refuses what changes nothing, and what does not exist", async () => {
    const image = await registry.pushImage(repositoryName, "one");
    await expect(update(image, "STANDARD")).rejects.toMatchObject(refusal);
    await update(image, "ARCHIVE");
    await expect(update(image, "ARCHIVE")).rejects.toMatchObject(refusal);
    await update(image, "STANDARD");
    await expect(update(image, "STANDARD")).rejects.toMatchObject(refusal);
    const unknown = `sha256:${"0".repeat(64)}`;
    await expect(update(unknown, "ARCHIVE")).rejects.toMatchObject({ kind: "ImageNotFound" });
  });

  it("has a child follow its index only, back as well", async () => {
    const child = await registry.pushImage(repositoryName, "child");
    const index = await pushIndex(child);
    await expect(update(child, "ARCHIVE")).rejects.toMatchObject(refusal);
    await update(index, "ARCHIVE");
    await update(child, "ARCHIVE");
    // What the index needs to come back stays.
    expect((await remove(child)).failures).toMatchObject([
      { failureCode: "ImageReferencedByManifestList" },
    ]);
    await update(index, "STANDARD");
    await reclaim();
    registry.clock.advance(60_000);
    await reclaim();
    expect([await isPulled(child), await isPulled(index)]).toEqual([true, true]);
  });

  it("has signatures follow their image there and back, also when that is pushed again", async () => {
    const image = await registry.pushImage(repositoryName, "one");
    const manifest = JSON.parse(await registry.manifestText(repositoryName, image)) as object;
    const signature = await pushReferrer(image);
    await expect(update(signature, "ARCHIVE")).rejects.toMatchObject(refusal);
    const referrers = async (artifactStatus: string) => {
      const answer = await registry.ask(listImageReferrers, {
        ...{ repositoryName, subjectId: { imageDigest: image }, filter: { artifactStatus } },
      });
      return answer.referrers?.map(({ digest }) => digest);
    };
    for (const back of [
      () => update(image, "STANDARD"),
      () => registry.putManifest(repositoryName, manifest, { imageTag: "again" }),
    ]) {
      await update(image, "ARCHIVE");
      await reclaim();
      expect(await stateOf(signature)).toBe("ARCHIVED");
      expect([await referrers("ACTIVE"), await referrers("ARCHIVED")]).toEqual([[], [signature]]);
      await back();
      await reclaim();
      // The image is back; what it started for its followers falls due after it.
      await reclaim();
      expect([await isPulled(image), await isPulled(signature)]).toEqual([true, true]);
    }
  });

  it("tells of layers that archived images alone refer to", async () => {
    const [shared, alone] = [Buffer.from("shared"), Buffer.from("alone")];
    const config = Buffer.from("{}");
    const digests: string[] = [];
    for (const each of [config, shared, alone]) {
      digests.push(await registry.pushLayer(repositoryName, each));
    }
    await registry.putManifest(repositoryName, imageManifest(config, shared));
    const image = await registry.putManifest(repositoryName, imageManifest(config, shared, alone));
    const availability = async () => {
      const asked = { repositoryName, layerDigests: digests };
      const { layers } = await registry.ask(batchCheckLayerAvailability, asked);
      return layers?.map(({ layerAvailability }) => layerAvailability);
    };
    expect(await availability()).toEqual(["AVAILABLE", "AVAILABLE", "AVAILABLE"]);
    await update(image, "ARCHIVE");
    expect(await availability()).toEqual(["AVAILABLE", "AVAILABLE", "ARCHIVED"]);
  });

  it("keeps the state of an image through the trash, and lets what was on its way go on", async () => {
    const archived = await registry.pushImage(repositoryName, "archived");
    const activating = await registry.pushImage(repositoryName, "activating");
    for (const image of [archived, activating]) await update(image, "ARCHIVE");
    await update(activating, "STANDARD");
    for (const image of [archived, activating]) await remove(image);
    await reclaim();
    for (const image of [archived, activating]) await restore(image);
    await reclaim();
    expect([await stateOf(archived), await stateOf(activating)]).toEqual(["ARCHIVED", "ACTIVE"]);
  });

  it("brings an index out of the trash only when its children can be pulled", async () => {
    const child = await registry.pushImage(repositoryName, "child");
    const index = await pushIndex(child);
    await remove(index);
    await update(child, "ARCHIVE");
    await restore(index);
    expect(await isPulled(index)).toBe(false);
    for (let round = 0; round < 2; round++) {
      await reclaim();
      registry.clock.advance(60_000);
    }
    expect([await isPulled(child), await isPulled(index)]).toEqual([true, true]);
  });
});
