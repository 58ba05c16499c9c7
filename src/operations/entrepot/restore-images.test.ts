import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import type { RepositoryName } from "../../registry/names.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { listImages } from "../ecr/list-images.ts";
import { restoreImages } from "./restore-images.ts";

const repositoryName = "team/app" as RepositoryName;

describe("whoever may push by some tags alone", () => {
  let iam: TestIam;
  beforeEach(async () => {
    iam = await openTestIam();
    iam.registry.keepTrash(7);
    await iam.registry.createRepository(repositoryName);
  });
  afterEach(() => iam.registry.close());

  const restorer = (condition: object) =>
    iam.user(
      "restorer",
      { Effect: "Allow", Action: "entrepot:RestoreImages", Resource: "*" },
      { Effect: "Allow", Action: "ecr:PutImage", Resource: "*", Condition: condition },
    );
  const onlyRequests = () => restorer({ StringLike: { "ecr:ImageTag": "pr-*" } });
  async function deleted(content: string, ...imageTags: string[]): Promise<string> {
    const [imageTag, ...others] = imageTags;
    const { registry } = iam;
    const imageDigest = await registry.pushImage(repositoryName, content, { imageTag });
    const manifest = JSON.parse(await registry.manifestText(repositoryName, imageDigest));
    for (const other of others) {
      await registry.putManifest(repositoryName, manifest, { imageTag: other });
    }
    await iam.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest }] });
    return imageDigest;
  }
  const tags = async () =>
    ((await iam.ask(listImages, { repositoryName })).imageIds ?? []).map((id) => id.imageTag);

  it("brings back images that had these, and none that had another beside it", async () => {
    const [one, other] = [await deleted("one", "pr-1"), await deleted("other", "pr-2", "v1")];
    const user = await onlyRequests();
    const ask = (...imageDigests: string[]) =>
      iam.ask(restoreImages, { repositoryName, imageDigests }, user);
    await expect(ask(other)).rejects.toMatchObject({ kind: "AccessDenied" });
    await expect(ask(one, other)).rejects.toMatchObject({ kind: "AccessDenied" });
    expect(await tags()).toEqual([]);
    await ask(one);
    expect(await tags()).toEqual(["pr-1"]);
  });

  it("brings back an image whose other tag names another one by now", async () => {
    const one = await deleted("one", "pr-1", "latest");
    await iam.registry.pushImage(repositoryName, "two", { imageTag: "latest" });
    const answer = await iam.ask(
      restoreImages,
      { repositoryName, imageDigests: [one] },
      await onlyRequests(),
    );
    expect(answer.images).toEqual([
      { imageDigest: one, imageTags: ["pr-1"], takenTags: ["latest"] },
    ]);
  });

  it("brings back no image without tags, as he pushes none by its digest", async () => {
    const [bare, one] = [await deleted("bare"), await deleted("one", "pr-1")];
    const user = await onlyRequests();
    const imageDigests = [one, bare];
    await expect(
      iam.ask(restoreImages, { repositoryName, imageDigests }, user),
    ).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("gets no tag that he was not judged by, though it came free meanwhile", async () => {
    const one = await deleted("one", "pr-1", "latest");
    const two = await iam.registry.pushImage(repositoryName, "two", { imageTag: "latest" });
    const user = await onlyRequests();
    const { metadata } = iam.ports;
    const transaction = metadata.transaction.bind(metadata);
    const freeing = vi.spyOn(metadata, "transaction").mockImplementationOnce(async (...asked) => {
      await iam.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: two }] });
      return transaction(...asked);
    });
    const answer = await iam.ask(restoreImages, { repositoryName, imageDigests: [one] }, user);
    expect(answer.images[0]?.imageTags).toEqual(["pr-1"]);
    expect(freeing).toHaveBeenCalled();
    expect(await tags()).toEqual(["pr-1"]);
  });
});
