import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  imageManifest,
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { takeEnvelopes } from "../../../test/support/events.ts";
import { deleteLayer } from "../../registry/layers/delete-layer.ts";
import type { Digest, Registry, RepositoryName } from "../../registry/names.ts";
import { checkStore } from "../../workers/check-store.ts";
import { reclaimOnce } from "../../workers/reclaim.ts";
import { batchCheckLayerAvailability } from "../ecr/batch-check-layer-availability.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { deleteRepository } from "../ecr/delete-repository.ts";
import { describeImages } from "../ecr/describe-images.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { listImageReferrers } from "../ecr/list-image-referrers.ts";
import { listImages } from "../ecr/list-images.ts";
import { putImageTagMutability } from "../ecr/put-image-tag-mutability.ts";
import { emptyTrash } from "./empty-trash.ts";
import { listTagHistory } from "./list-tag-history.ts";
import { listTrash } from "./list-trash.ts";
import { restoreImages } from "./restore-images.ts";
import { restoreRepository } from "./restore-repository.ts";
import { restoreTag } from "./restore-tag.ts";

const repositoryName = "team/app" as RepositoryName;
const dayMs = 86_400_000;

describe("the trash", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    registry.keepTrash(7);
    await registry.createRepository(repositoryName);
  });
  afterEach(async () => {
    await reclaim(); // Whatever was done, nothing is missing and every count is right.
    const { problems } = await checkStore(registry.environment.ports, { repair: false });
    await registry.close();
    expect(problems).toEqual([]);
  });

  const reclaim = () => reclaimOnce(registry.environment.ports);
  const remove = (...imageDigests: string[]) =>
    registry.ask(batchDeleteImage, {
      repositoryName,
      imageIds: imageDigests.map((imageDigest) => ({ imageDigest })),
    });
  const restore = (...imageDigests: string[]) =>
    registry.ask(restoreImages, { repositoryName, imageDigests });
  const tagsOf = async () =>
    ((await registry.ask(listImages, { repositoryName })).imageIds ?? [])
      .map(({ imageTag, imageDigest }) => [imageTag, imageDigest])
      .sort();
  const isPulled = async (imageDigest: string) => {
    const answer = await registry.ask(batchGetImage, {
      repositoryName,
      imageIds: [{ imageDigest }],
    });
    return answer.images?.length === 1;
  };
  async function pushIndex(children: readonly string[], more: object = {}): Promise<string> {
    const manifests = [];
    for (const digest of children) {
      const size = (await registry.manifestText(repositoryName, digest)).length;
      manifests.push({ mediaType: ociManifest, digest, size });
    }
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    return registry.putManifest(repositoryName, index, more);
  }
  async function pushReferrer(subject: string, content: string): Promise<string> {
    const config = Buffer.from(JSON.stringify({ content }));
    await registry.pushLayer(repositoryName, config);
    const size = (await registry.manifestText(repositoryName, subject)).length;
    const about = { mediaType: ociManifest, digest: subject, size };
    return registry.putManifest(repositoryName, { ...imageManifest(config), subject: about });
  }

  it("keeps a deleted image from every look at the repository, and its bytes from the collector", async () => {
    const digest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    await remove(digest);
    registry.clock.advance(2 * dayMs); // Longer than any lease.
    await reclaim();
    expect(await isPulled(digest)).toBe(false);
    expect(await tagsOf()).toEqual([]);
    expect((await registry.ask(describeImages, { repositoryName })).imageDetails).toEqual([]);
    const listed = await registry.ask(listTrash, { repositoryName });
    expect(listed).toMatchObject({
      repositories: [],
      images: [{ imageDigest: digest, imageTags: ["v1"], reason: "DELETED" }],
    });
    expect(listed.images[0]?.deletedBy).toBe("arn:aws:iam::000000000000:root");

    expect(await restore(digest)).toEqual({
      images: [{ imageDigest: digest, imageTags: ["v1"], takenTags: [] }],
      failures: [],
    });
    expect(await isPulled(digest)).toBe(true);
    expect(await tagsOf()).toEqual([["v1", digest]]);
    expect((await registry.ask(listTrash, {})).images).toEqual([]);
  });

  it("leaves tags where they are that name another image by now", async () => {
    const one = await registry.pushImage(repositoryName, "one", { imageTag: "latest" });
    await registry.putManifest(
      repositoryName,
      JSON.parse(await registry.manifestText(repositoryName, one)),
      { imageTag: "v1" },
    );
    await remove(one);
    const two = await registry.pushImage(repositoryName, "two", { imageTag: "latest" });
    const { images } = await restore(one);
    expect(images).toEqual([{ imageDigest: one, imageTags: ["v1"], takenTags: ["latest"] }]);
    expect(await tagsOf()).toEqual(
      [
        ["latest", two],
        ["v1", one],
      ].sort(),
    );
  });

  it("frees the bytes when the time is over, and not a moment before", async () => {
    const digest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    await remove(digest);
    registry.clock.advance(7 * dayMs - 1);
    expect((await reclaim()).images).toBe(0);
    registry.clock.advance(1);
    expect(await restore(digest)).toMatchObject({
      images: [],
      failures: [{ imageDigest: digest, failureCode: "ImageNotInTrash" }],
    });
    const freed = await reclaim();
    expect(freed).toMatchObject({ images: 1, layers: 1, objects: 2 });
    expect((await registry.ask(listTrash, {})).images).toEqual([]);
  });

  it("takes a push of a deleted image as if it had never been there", async () => {
    const digest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    const manifest = JSON.parse(await registry.manifestText(repositoryName, digest)) as object;
    await remove(digest);
    registry.clock.advance(dayMs);
    const again = await registry.putManifest(repositoryName, manifest, { imageTag: "v2" });
    expect(again).toBe(digest);
    const { imageDetails } = await registry.ask(describeImages, { repositoryName });
    expect(imageDetails).toMatchObject([
      { imageDigest: digest, imageTags: ["v2"], imagePushedAt: registry.clock.now() / 1000 },
    ]);
    registry.clock.advance(8 * dayMs); // What was to be purged is not what is there now.
    await reclaim();
    expect(await isPulled(digest)).toBe(true);
  });

  it("brings an index back with the children that went after it", async () => {
    const child = await registry.pushImage(repositoryName, "child");
    const index = await pushIndex([child], { imageTag: "multi" });
    await remove(index, child);
    expect(await isPulled(child)).toBe(false);
    const { images } = await restore(index);
    expect(images.map(({ imageDigest }) => imageDigest)).toEqual([child, index]);
    expect(await isPulled(child)).toBe(true);
    expect(await isPulled(index)).toBe(true);
  });

  it("refuses an index whose child is gone for good, and a child alone comes back", async () => {
    const child = await registry.pushImage(repositoryName, "child");
    const index = await pushIndex([child]);
    await remove(index, child);
    await registry.ask(emptyTrash, { repositoryName, imageDigests: [child] });
    await reclaim();
    expect(await restore(index)).toMatchObject({
      images: [],
      failures: [{ failureCode: "ReferencedImageNotFound" }],
    });
  });

  it("has signatures follow their image into the trash, and back", async () => {
    const image = await registry.pushImage(repositoryName, "image", { imageTag: "v1" });
    const signature = await pushReferrer(image, "signature");
    const ofSignature = await pushReferrer(signature, "signature of the signature");
    const referrers = async () =>
      (
        await registry.ask(listImageReferrers, {
          repositoryName,
          subjectId: { imageDigest: image },
        })
      ).referrers;
    expect(await referrers()).toHaveLength(1);
    await remove(image);
    await reclaim();
    expect(await isPulled(signature)).toBe(false);
    expect(await isPulled(ofSignature)).toBe(false);
    const { images } = await registry.ask(listTrash, { repositoryName });
    expect(images.map(({ reason }) => reason).sort()).toEqual(["DELETED", "SUBJECT", "SUBJECT"]);
    await restore(image);
    expect(await referrers()).toHaveLength(1);
    expect(await isPulled(ofSignature)).toBe(true);
    expect((await registry.ask(listTrash, {})).images).toEqual([]);
  });

  it("keeps what is about an image that was pushed again before it followed", async () => {
    const image = await registry.pushImage(repositoryName, "image", { imageTag: "v1" });
    const signature = await pushReferrer(image, "signature");
    const manifest = JSON.parse(await registry.manifestText(repositoryName, image)) as object;
    await remove(image);
    await registry.putManifest(repositoryName, manifest, { imageTag: "v1" });
    await reclaim();
    expect(await isPulled(signature)).toBe(true);
  });

  it("deletes a repository whole, and brings it back whole", async () => {
    const one = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    await registry.pushImage(repositoryName, "two");
    await registry.ask(deleteRepository, { repositoryName, force: true });
    await expect(registry.ask(listImages, { repositoryName })).rejects.toMatchObject({
      kind: "RepositoryNotFound",
    });
    expect((await registry.ask(describeRepositories, {})).repositories).toEqual([]);
    const totals = await registry.environment.ports.metadata.repositories.totals();
    expect(totals).toMatchObject({ repositories: 0, images: 0 });
    registry.clock.advance(2 * dayMs);
    await reclaim();
    expect(await registry.ask(listTrash, {})).toMatchObject({
      repositories: [{ repositoryName, imageCount: 2 }],
      images: [],
    });

    const { repository } = await registry.ask(restoreRepository, { repositoryName });
    expect(repository.repositoryName).toBe(repositoryName);
    expect(await tagsOf()).toHaveLength(2);
    expect(await isPulled(one)).toBe(true);
    const after = await registry.environment.ports.metadata.repositories.totals();
    expect(after).toMatchObject({ repositories: 1, images: 2 });
    expect((await registry.ask(listTrash, {})).repositories).toEqual([]);
  });

  it("does not put a repository back under a name that is in use", async () => {
    await registry.ask(deleteRepository, { repositoryName });
    await registry.ask(createRepository, { repositoryName });
    await expect(registry.ask(restoreRepository, { repositoryName })).rejects.toMatchObject({
      kind: "RepositoryAlreadyExists",
    });
    await registry.ask(deleteRepository, { repositoryName });
    await registry.ask(restoreRepository, { repositoryName });
    // The older of the two is still there.
    expect((await registry.ask(listTrash, {})).repositories).toHaveLength(1);
  });

  it("removes a repository for good when its time is over, with all bytes", async () => {
    const child = await registry.pushImage(repositoryName, "child");
    await pushIndex([child], { imageTag: "multi" });
    const gone = await registry.pushImage(repositoryName, "gone", { imageTag: "x" });
    await remove(gone);
    await registry.ask(deleteRepository, { repositoryName, force: true });
    registry.clock.advance(7 * dayMs);
    expect(await reclaim()).toMatchObject({ repositories: 1 });
    await expect(registry.ask(restoreRepository, { repositoryName })).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
    const { metadata } = registry.environment.ports;
    expect(await metadata.objects.totals()).toEqual({ objects: 0, sealedBytes: 0 });
    expect(await metadata.repositories.totals()).toEqual({
      repositories: 0,
      images: 0,
      sizeBytes: 0,
    });
  });

  it("empties: one image, one repository, all", async () => {
    const one = await registry.pushImage(repositoryName, "one");
    const two = await registry.pushImage(repositoryName, "two");
    await remove(one, two);
    await registry.createRepository("team/other");
    await registry.ask(deleteRepository, { repositoryName: "team/other" });
    const only = await registry.ask(emptyTrash, { repositoryName, imageDigests: [one] });
    expect(only).toEqual({ images: 1, repositories: 0 });
    expect(await restore(one, two)).toMatchObject({
      images: [{ imageDigest: two }],
      failures: [{ imageDigest: one }],
    });
    await remove(two);
    // One of the two images is gone already.
    expect(await registry.ask(emptyTrash, {})).toEqual({ images: 1, repositories: 1 });
    expect(await registry.ask(emptyTrash, {})).toEqual({ images: 0, repositories: 0 });
    expect(await registry.ask(listTrash, {})).toEqual({ repositories: [], images: [] });
    expect(await reclaim()).toMatchObject({ images: 2, repositories: 1 });
  });

  it("pages through what is there, each once", async () => {
    for (const name of ["team/a", "team/b", "team/c"]) {
      await registry.createRepository(name);
      await registry.ask(deleteRepository, { repositoryName: name });
    }
    const digests = [];
    for (const content of ["1", "2", "3", "4"]) {
      digests.push(await registry.pushImage(repositoryName, content));
    }
    await remove(...digests);
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await registry.ask(listTrash, { maxResults: 2, nextToken });
      for (const { repositoryName: name } of page.repositories) seen.push(name);
      for (const { imageDigest } of page.images) seen.push(imageDigest);
      expect(page.repositories.length + page.images.length).toBeLessThanOrEqual(2);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(["team/a", "team/b", "team/c", ...digests.sort()]);
  });

  it("tells where a tag pointed, and points it back, out of the trash if need be", async () => {
    const one = await registry.pushImage(repositoryName, "one", { imageTag: "latest" });
    registry.clock.advance(1000);
    const two = await registry.pushImage(repositoryName, "two", { imageTag: "latest" });
    registry.clock.advance(1000);
    await remove(one);
    const history = await registry.ask(listTagHistory, { repositoryName, imageTag: "latest" });
    expect(history.moves.map(({ imageDigest }) => imageDigest)).toEqual([two, one]);
    const back = { repositoryName, imageTag: "latest", imageDigest: one };
    expect(await registry.ask(restoreTag, back)).toEqual({
      imageTag: "latest",
      imageDigest: one,
      broughtBack: true,
    });
    expect(await tagsOf()).toEqual(
      [
        ["latest", one],
        [undefined, two],
      ].sort(),
    );
  });

  it("does not point an immutable tag elsewhere", async () => {
    const one = await registry.pushImage(repositoryName, "one");
    await registry.pushImage(repositoryName, "two", { imageTag: "v1" });
    await registry.ask(putImageTagMutability, {
      repositoryName,
      imageTagMutability: "IMMUTABLE",
    });
    const asked = registry.ask(restoreTag, { repositoryName, imageTag: "v1", imageDigest: one });
    await expect(asked).rejects.toMatchObject({ kind: "ImageTagAlreadyExists" });
  });

  it("14: leases a layer that only the trash needs for who hears that it is there", async () => {
    const digest = await registry.pushImage(repositoryName, "one");
    const manifest = JSON.parse(await registry.manifestText(repositoryName, digest)) as {
      config: { digest: string };
    };
    await remove(digest);
    registry.clock.advance(7 * dayMs - 1000);
    const layerDigests = [manifest.config.digest];
    const asked = { repositoryName, layerDigests };
    const { layers } = await registry.ask(batchCheckLayerAvailability, asked);
    expect(layers).toMatchObject([{ layerAvailability: "AVAILABLE" }]);
    registry.clock.advance(dayMs / 2); // The image's time is over, the lease's is not.
    expect(await reclaim()).toMatchObject({ images: 1, layers: 0 });
    expect(await registry.putManifest(repositoryName, manifest)).toBe(digest);
    expect(await isPulled(digest)).toBe(true);
  });

  it("gives up an image in the trash when its bytes are deleted by their digest", async () => {
    const digest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
    const kept = await registry.pushImage(repositoryName, "two");
    const layerOf = async (image: string) => {
      const manifest = JSON.parse(await registry.manifestText(repositoryName, image));
      return (manifest as { config: { digest: Digest } }).config.digest;
    };
    const [layer, other] = [await layerOf(digest), await layerOf(kept)];
    await remove(digest);
    const { ports } = registry.environment;
    const own = { account: "000000000000", region: "us-east-1" } as Registry;
    const deletion = (one: Digest) => deleteLayer(ports, own, repositoryName, one);
    await takeEnvelopes(ports);
    await expect(deletion(other)).rejects.toMatchObject({ kind: "LayerInUse" });
    expect(await takeEnvelopes(ports)).toEqual([]);
    await deletion(layer);
    const gone = { "resource-type": "IMAGE", "image-digest": digest, "image-tags": ["v1"] };
    expect(await takeEnvelopes(ports)).toMatchObject([
      { "detail-type": "Entrepot Trash", detail: { "action-type": "EMPTY", ...gone } },
    ]);
    expect(await restore(digest)).toMatchObject({ images: [], failures: [{}] });
    expect(await isPulled(kept)).toBe(true);
  });

  it("keeps nothing where nothing is to be kept", async () => {
    registry.keepTrash(0);
    const digest = await registry.pushImage(repositoryName, "one");
    await remove(digest);
    expect(await restore(digest)).toMatchObject({ images: [], failures: [{}] });
    expect((await registry.ask(listTrash, {})).images).toEqual([]);
    await registry.ask(deleteRepository, { repositoryName, force: true });
    expect(await registry.ask(listTrash, {})).toEqual({ repositories: [], images: [] });
    expect(await reclaim()).toMatchObject({ repositories: 1 });
  });
});
