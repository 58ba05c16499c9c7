/** Images of another registry through the cache by ECR's own API, without `/v2/`. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { createPullThroughCacheRule } from "../../src/operations/ecr/create-pull-through-cache-rule.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { listImageReferrers } from "../../src/operations/ecr/list-image-referrers.ts";
import { putPullThroughCacheTerms } from "../../src/operations/entrepot/put-pull-through-cache-terms.ts";
import {
  account,
  callerOf,
  digestOf,
  imageManifest,
  ociIndex,
  TestRegistry,
} from "../support/ecr.ts";
import { userWith } from "../support/identity.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { addAccounts } from "../support/sessions.ts";
import { UpstreamServer } from "../support/upstream-server.ts";

const repositoryName = "hub/library/app";
const config = Buffer.from('{"architecture":"amd64","os":"linux"}');
const layer = randomBytes(256 * 1024);
const layerDigest = digestOf(layer);

let upstream: UpstreamServer;
let opened: TestPorts;
let api: TestRegistry;

beforeEach(async () => {
  upstream = new UpstreamServer();
  await upstream.listen();
  opened = await testPorts();
  const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });
  api = new TestRegistry({ ...opened, ports: { ...opened.ports, egress } });
  Object.assign(api.environment, { afterwards });
  await addAccounts(opened.ports, account);
  const rule = { ecrRepositoryPrefix: "hub", upstreamRegistryUrl: upstream.origin };
  await api.ask(createPullThroughCacheRule, rule);
});
afterEach(async () => {
  await Promise.allSettled(afterwards.splice(0));
  await upstream.close();
  await opened.close();
});

const afterwards: Promise<unknown>[] = [];

function publish(tag = "v1"): string {
  for (const bytes of [config, layer]) upstream.putBlob("library/app", bytes);
  return upstream.putManifest("library/app", tag, imageManifest(config, layer));
}

const get = (...imageIds: object[]) => api.ask(batchGetImage, { repositoryName, imageIds });

it("BatchGetImage brings an image that is at the upstream alone, and GetDownloadUrlForLayer its layers", async () => {
  const imageDigest = publish();
  const { images, failures } = await get({ imageTag: "v1" }, { imageTag: "none" });
  expect(images).toEqual([
    {
      ...{ registryId: account, repositoryName, imageId: { imageDigest, imageTag: "v1" } },
      imageManifest: JSON.stringify(imageManifest(config, layer)),
      imageManifestMediaType: imageManifest(config, layer).mediaType,
    },
  ]);
  expect(failures).toMatchObject([{ failureCode: "ImageNotFound" }]);
  const url = await api.ask(getDownloadUrlForLayer, { repositoryName, layerDigest });
  expect(url).toMatchObject({ layerDigest, downloadUrl: expect.stringContaining("/layers/") });
  await Promise.all(afterwards);
  expect(upstream.times(`/v2/library/app/blobs/${layerDigest}`)).toBe(1);
  const { imageDetails } = await api.ask(describeImages, { repositoryName });
  expect(imageDetails).toMatchObject([{ imageDigest, imageTags: ["v1"] }]);
  const asked = upstream.asked.length;
  expect((await get({ imageDigest, imageTag: "v1" })).failures).toEqual([]);
  expect(upstream.asked).toHaveLength(asked);
});

it("ListImageReferrers brings what the upstream lists", async () => {
  const imageDigest = publish();
  await get({ imageTag: "v1" });
  await Promise.all(afterwards);
  const manifest = imageManifest(config);
  const subject = { mediaType: manifest.mediaType, digest: imageDigest, size: 1 };
  const signature = { ...manifest, subject, artifactType: "a/signature" };
  const digest = upstream.putManifest("library/app", "sig", signature);
  const list = { schemaVersion: 2, mediaType: ociIndex, manifests: [{ digest, size: 1 }] };
  const path = `/v2/library/app/referrers/${imageDigest}`;
  upstream.put(path, ociIndex, Buffer.from(JSON.stringify(list)));
  const asked = { repositoryName, subjectId: { imageDigest } };
  expect(await api.ask(listImageReferrers, asked)).toMatchObject({ referrers: [{ digest }] });
});

it.each([
  [401, "UpstreamAccessDenied"],
  [403, "UpstreamAccessDenied"],
  [429, "UpstreamTooManyRequests"],
  [500, "UpstreamUnavailable"],
])("an upstream's %i is the failure %s of an image", async (status, failureCode) => {
  upstream.before = (_request, response) => {
    response.writeHead(status).end();
    return true;
  };
  expect((await get({ imageTag: "v1" })).failures).toMatchObject([{ failureCode }]);
  await expect(
    api.ask(getDownloadUrlForLayer, { repositoryName, layerDigest }),
  ).rejects.toMatchObject({ kind: "RepositoryNotFound" });
});

it("what is no image, or another layer, can not be had from the upstream", async () => {
  publish();
  upstream.put("/v2/library/app/manifests/odd", "text/plain", Buffer.from("odd"));
  await expect(get({ imageTag: "odd" })).rejects.toMatchObject({
    kind: "UnableToGetUpstreamImage",
  });
  await get({ imageTag: "v1" });
  await Promise.all(afterwards);
  const wanted = digestOf("other");
  upstream.put(`/v2/library/app/blobs/${wanted}`, "application/octet-stream", layer);
  const url = (digest: string) =>
    api.ask(getDownloadUrlForLayer, { repositoryName, layerDigest: digest });
  await expect(url(wanted)).rejects.toMatchObject({ kind: "UnableToGetUpstreamLayer" });
  await expect(url(digestOf("none"))).rejects.toMatchObject({ kind: "LayersNotFound" });
});

it("nothing is asked for callers who may not import, nor against the rule's terms", async () => {
  publish();
  const pull = { Effect: "Allow", Action: ["ecr:BatchGetImage"], Resource: "*" };
  const { ports } = api.environment;
  const caller = await userWith(ports, { account, name: "puller" }, pull);
  const input = { repositoryName, imageIds: [{ imageTag: "v1" }] };
  await expect(api.ask(batchGetImage, input, caller)).rejects.toMatchObject({
    kind: "RepositoryNotFound",
  });
  const bring = { ...pull, Action: ["ecr:BatchGetImage", "ecr:BatchImportUpstreamImage"] };
  const bringer = await userWith(ports, { account, name: "bringer" }, bring);
  await expect(api.ask(batchGetImage, input, bringer)).rejects.toMatchObject({
    kind: "RepositoryNotFound",
  });
  const asked = upstream.asked.length;
  const terms = { ecrRepositoryPrefix: "hub", deny: ["library/*"] };
  await api.ask(putPullThroughCacheTerms, terms, callerOf(account));
  const { failures } = await get({ imageTag: "v1" });
  expect(failures).toMatchObject([{ failureCode: "UpstreamAccessDenied" }]);
  expect(upstream.asked).toHaveLength(asked);
});
