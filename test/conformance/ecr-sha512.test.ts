/** What was pushed by SHA-512 on `/v2/`, as ECR's API shows it; and that the API itself uses SHA-256. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchCheckLayerAvailability } from "../../src/operations/ecr/batch-check-layer-availability.ts";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { completeLayerUpload } from "../../src/operations/ecr/complete-layer-upload.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { initiateLayerUpload } from "../../src/operations/ecr/initiate-layer-upload.ts";
import { listImageReferrers } from "../../src/operations/ecr/list-image-referrers.ts";
import { listImages } from "../../src/operations/ecr/list-images.ts";
import { putImage } from "../../src/operations/ecr/put-image.ts";
import { uploadLayerPart } from "../../src/operations/ecr/upload-layer-part.ts";
import { rootPrincipal } from "../../src/registry/identity/principal.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { account, callerOf, imageManifest, ociManifest, TestRegistry } from "../support/ecr.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;
let registry: TestRegistry;

const repositoryName = "app";
const config = Buffer.from("{}");
const layer = Buffer.from("a layer");
const layerDigest = digestOf(layer, "sha512");
const image = JSON.stringify({
  ...imageManifest(config),
  layers: [{ mediaType: "application/x.layer", digest: layerDigest, size: layer.length }],
});
const imageDigest = digestOf(image, "sha512");
const imageId = { imageDigest };

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  registry = new TestRegistry(server.opened);
  await server.createRepository(repositoryName);
  await client.pushBlob(repositoryName, config);
  await client.pushBlob(repositoryName, layer, "sha512");
  expect((await push(image, "?tag=1.0")).status).toBe(201);
});

afterEach(() => server.close());

function push(body: string, query = "") {
  const target = `/v2/app/manifests/${digestOf(body, "sha512")}${query}`;
  return client.send("PUT", target, { body, headers: { "content-type": ociManifest } });
}

describe("an image with a SHA-512 digest", () => {
  it("is listed and described, by page, by digest and by tag", async () => {
    await registry.pushImage(repositoryName, "another");
    const listed = await registry.ask(listImages, { repositoryName });
    expect(listed.imageIds).toContainEqual({ imageDigest, imageTag: "1.0" });
    const pages: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const input = { repositoryName, maxResults: 1, nextToken };
      const page = await registry.ask(describeImages, input);
      pages.push(...(page.imageDetails ?? []).map((each) => each.imageDigest));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(pages).toEqual([expect.stringMatching(/^sha256:/), imageDigest]);
    for (const id of [imageId, { imageTag: "1.0" }, { ...imageId, imageTag: "1.0" }]) {
      const { imageDetails } = await registry.ask(describeImages, {
        repositoryName,
        imageIds: [id],
      });
      expect(imageDetails).toMatchObject([{ imageDigest, imageTags: ["1.0"] }]);
    }
  });

  it("is given by its digest, byte for byte", async () => {
    const { images, failures } = await registry.ask(batchGetImage, {
      repositoryName,
      imageIds: [
        imageId,
        { imageDigest: digestOf("none", "sha512") },
        { imageDigest: "sha512:ab" },
      ],
    });
    expect(images).toMatchObject([{ imageId, imageManifest: image }]);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual([
      "ImageNotFound",
      "InvalidImageDigest",
    ]);
  });

  it("is deleted by its digest, with its tags", async () => {
    const imageIds = [imageId];
    const gone = await registry.ask(batchDeleteImage, { repositoryName, imageIds });
    expect(gone).toMatchObject({ imageIds: [{ ...imageId, imageTag: "1.0" }], failures: [] });
    expect((await client.head(`/v2/app/manifests/${imageDigest}`)).status).toBe(404);
  });

  it("has its referrers, and they their subject", async () => {
    const subject = { mediaType: ociManifest, digest: imageDigest, size: image.length };
    const signature = JSON.stringify({ ...imageManifest(config), subject });
    expect((await push(signature)).status).toBe(201);
    const digest = digestOf(signature, "sha512");
    const subjectId = { imageDigest };
    const found = await registry.ask(listImageReferrers, { repositoryName, subjectId });
    expect(found.referrers).toMatchObject([{ digest }]);
    const imageIds = [{ imageDigest: digest }];
    const { imageDetails } = await registry.ask(describeImages, { repositoryName, imageIds });
    expect(imageDetails).toMatchObject([{ subjectManifestDigest: imageDigest }]);
  });
});

describe("a layer with a SHA-512 digest", () => {
  it("is available under it", async () => {
    const layerDigests = [layerDigest, digestOf(layer)];
    const { layers } = await registry.ask(batchCheckLayerAvailability, {
      repositoryName,
      layerDigests,
    });
    expect(layers).toEqual([
      {
        layerDigest,
        layerAvailability: "AVAILABLE",
        layerSize: layer.length,
        mediaType: "application/x.layer",
      },
      { layerDigest: digestOf(layer), layerAvailability: "UNAVAILABLE" },
    ]);
  });

  it("has a download URL that gives its bytes", async () => {
    const caller = { ...callerOf(account), principal: rootPrincipal(account, `AKIA${account}`) };
    const input = { repositoryName, layerDigest };
    const answer = await registry.ask(getDownloadUrlForLayer, input, caller);
    expect(answer.layerDigest).toBe(layerDigest);
    const pulled = await client.get(answer.downloadUrl ?? "");
    expect([pulled.status, pulled.body.equals(layer)]).toEqual([200, true]);
    expect(pulled.headers.get("docker-content-digest")).toBe(layerDigest);
  });
});

describe("what ECR calculates", () => {
  it("is the SHA-256 of an image, whatever the caller believes, and whatever is there", async () => {
    const wanted = { repositoryName, imageManifest: image };
    await expect(registry.ask(putImage, { ...wanted, imageDigest })).rejects.toMatchObject({
      kind: "ImageDigestDoesNotMatch",
    });
    const { image: put } = await registry.ask(putImage, { ...wanted, imageTag: "1.0" });
    expect(put?.imageId).toEqual({ imageDigest: digestOf(image), imageTag: "1.0" });
    const { imageIds } = await registry.ask(listImages, { repositoryName });
    expect(imageIds).toEqual([{ imageDigest: digestOf(image), imageTag: "1.0" }, { imageDigest }]);
  });

  it("is the SHA-256 of a layer: a SHA-512 digest beside it does not count, alone it is refused", async () => {
    const { uploadId } = await registry.ask(initiateLayerUpload, { repositoryName });
    await registry.ask(uploadLayerPart, {
      repositoryName,
      uploadId,
      partFirstByte: 0,
      partLastByte: layer.length - 1,
      layerPartBlob: layer.toString("base64"),
    });
    const complete = (...layerDigests: string[]) =>
      registry.ask(completeLayerUpload, { repositoryName, uploadId, layerDigests });
    await expect(complete(layerDigest)).rejects.toMatchObject({ kind: "InvalidParameter" });
    const completed = await complete(digestOf("wrong", "sha512"), digestOf(layer));
    expect(completed.layerDigest).toBe(digestOf(layer));
  });
});
