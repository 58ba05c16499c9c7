/** Images as Docker before 1.10 made them, through both doors and all that comes after. */
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { putImage } from "../../src/operations/ecr/put-image.ts";
import { startImageScan } from "../../src/operations/ecr/start-image-scan.ts";
import { copyImage } from "../../src/operations/entrepot/copy-image.ts";
import { restoreImages } from "../../src/operations/entrepot/restore-images.ts";
import { mediaTypes } from "../../src/registry/images/parse-manifest.ts";
import { schema1Types } from "../../src/registry/images/schema1.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { activeImage } from "../../src/registry/scanning/active-image.ts";
import { listedImage } from "../../src/registry/search/image-layers.ts";
import { describeOverview } from "../../src/registry/search/image-overview.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { digestOf } from "../support/ecr.ts";
import type { OciClient } from "../support/oci-client.ts";
import {
  api,
  closeServer,
  create,
  finish,
  newKey,
  openServer,
  registry,
  rekey,
  server,
  service,
  under,
} from "../support/rekey-server.ts";
import { emptyLayer, schema1Payload, signSchema1 } from "../support/schema1.ts";

const repositoryName = "app";
const layers = ["the base", "what is on it"].map((each) => gzipSync(each));
const [base, top] = layers as [Buffer, Buffer];
const empty = digestOf(emptyLayer);
const payload = schema1Payload([empty, digestOf(top), empty, digestOf(base)]);
const manifest = signSchema1(payload);
const imageDigest = digestOf(payload);

let client: OciClient;
beforeEach(async () => {
  await openServer();
  await create(repositoryName, service);
  client = server.client();
});
afterEach(async () => {
  const { problems } = await checkStore(server.opened.ports, { repair: false });
  await closeServer();
  expect(problems).toEqual([]);
});

const put = (reference: string, body: Uint8Array, type?: string) =>
  client.send("PUT", `/v2/${repositoryName}/manifests/${reference}`, {
    ...{ body, headers: type === undefined ? {} : { "content-type": type } },
  });
const pull = (reference: string) => client.get(`/v2/${repositoryName}/manifests/${reference}`);
const pulled = async (reference: string) => {
  const { status, headers, body } = await pull(reference);
  const named = ["content-type", "docker-content-digest"].map((name) => headers.get(name));
  return [status, ...named, body.toString()];
};
const asPushed = [200, schema1Types.signed, imageDigest, manifest.toString()];
const reclaim = () => reclaimOnce(server.opened.ports, { ignoreLeases: true });

async function pushLayers(name = repositoryName): Promise<void> {
  for (const each of [...layers, emptyLayer]) await client.pushBlob(name, each);
}
async function push(): Promise<void> {
  await pushLayers();
  expect((await put("v1", manifest, schema1Types.signed)).status).toBe(201);
}

it.each([undefined, "application/json", schema1Types.signed])(
  "is pushed as %s, and pulled byte for byte by tag and by the digest of what is signed",
  async (type) => {
    await pushLayers();
    const answer = await put("v1", manifest, type);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("docker-content-digest")).toBe(imageDigest);
    expect(await pulled("v1")).toEqual(asPushed);
    expect(await pulled(imageDigest)).toEqual(asPushed);
  },
);

it("is pushed by digest: that of what is signed, not that of its bytes", async () => {
  await pushLayers();
  const refused = await put(digestOf(manifest), manifest, schema1Types.signed);
  expect([refused.status, refused.code()]).toEqual([400, "MANIFEST_INVALID"]);
  expect((await put(imageDigest, manifest, schema1Types.signed)).status).toBe(201);
  expect(await pulled(imageDigest)).toEqual(asPushed);
});

it("is pushed and read through ECR's API, with its type and the bytes of its layers", async () => {
  await pushLayers();
  const asked = { repositoryName, imageManifest: manifest.toString(), imageTag: "v1" };
  const { image } = await api.ask(putImage, asked);
  expect(image).toMatchObject({
    ...{ imageId: { imageDigest, imageTag: "v1" }, imageManifestMediaType: schema1Types.signed },
  });
  const found = await api.ask(batchGetImage, {
    ...{ repositoryName, imageIds: [{ imageTag: "v1" }, { imageDigest }] },
    acceptedMediaTypes: [mediaTypes.dockerManifest],
  });
  const read = found.images?.map((each) => [each.imageManifestMediaType, each.imageManifest]);
  expect(read).toEqual([
    [schema1Types.signed, manifest.toString()],
    [schema1Types.signed, manifest.toString()],
  ]);
  const { imageDetails = [] } = await api.ask(describeImages, { repositoryName });
  expect(imageDetails).toMatchObject([
    {
      ...{ imageDigest, imageManifestMediaType: schema1Types.signed, imageTags: ["v1"] },
      imageSizeInBytes: base.length + top.length + emptyLayer.length,
    },
  ]);
  expect(imageDetails[0]).not.toHaveProperty("artifactMediaType");
});

it("may be unsigned, and then is another one than the signed one only by its type", async () => {
  await pushLayers();
  expect((await put("plain", Buffer.from(payload), schema1Types.plain)).status).toBe(201);
  expect(await pulled("plain")).toEqual([200, schema1Types.plain, imageDigest, payload]);
  // It is there under that digest: the first that came stays.
  expect((await put("v1", manifest, schema1Types.signed)).status).toBe(201);
  expect(await pulled("v1")).toEqual([200, schema1Types.plain, imageDigest, payload]);
});

it("comes back with other signatures where it was deleted in between", async () => {
  await push();
  await api.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest }] });
  const other = signSchema1(payload);
  expect((await put("v1", other, schema1Types.signed)).status).toBe(201);
  expect((await pull("v1")).text()).toBe(other.toString());
  await api.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest }] });
  expect((await put("v1", Buffer.from(payload), schema1Types.plain)).status).toBe(201);
  expect(await pulled("v1")).toEqual([200, schema1Types.plain, imageDigest, payload]);
});

it("is refused without one of its layers, and with signatures that are not over it", async () => {
  for (const each of layers) await client.pushBlob(repositoryName, each);
  const incomplete = await put("v1", manifest, schema1Types.signed);
  expect([incomplete.status, incomplete.code()]).toEqual([400, "BLOB_UPLOAD_UNKNOWN"]);
  expect(incomplete.text()).toContain(empty);
  await client.pushBlob(repositoryName, emptyLayer);
  const lie = signSchema1(payload, [{ over: schema1Payload([empty]) }]);
  const refused = await put("v1", lie, schema1Types.signed);
  expect([refused.status, refused.code()]).toEqual([400, "MANIFEST_INVALID"]);
  expect((await pull("v1")).status).toBe(404);
});

it("keeps its layers from being reclaimed, and lets go of them with itself", async () => {
  await push();
  await reclaim();
  const blob = (digest: string) => client.head(`/v2/${repositoryName}/blobs/${digest}`);
  const all = [empty, digestOf(base), digestOf(top)];
  const there = async () => Promise.all(all.map(async (each) => (await blob(each)).status));
  expect(await there()).toEqual([200, 200, 200]);
  await api.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest }] });
  await reclaim();
  expect(await there()).toEqual([404, 404, 404]);
});

it("goes to the trash and comes back, and is copied to where another key is", async () => {
  api.keepTrash(7);
  await push();
  await api.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest }] });
  expect((await pull(imageDigest)).status).toBe(404);
  await api.ask(restoreImages, { repositoryName, imageDigests: [imageDigest] });
  expect(await pulled(imageDigest)).toEqual(asPushed);
  await create("sealed", under(await newKey()));
  await api.ask(copyImage, {
    ...{ repositoryName, imageId: { imageDigest }, destinationRepositoryName: "sealed" },
    imageTags: ["v1"],
  });
  const copied = await client.get("/v2/sealed/manifests/v1");
  expect(copied.text()).toBe(manifest.toString());
});

it("is put under another key with its repository, and back", async () => {
  await push();
  for (const wanted of [under(await newKey()), under(await newKey()), service]) {
    await rekey(repositoryName, wanted);
    await finish(repositoryName);
    expect(await pulled(imageDigest)).toEqual(asPushed);
  }
});

it("lists its layers from the oldest on, and is not scanned", async () => {
  await push();
  const { ports } = server.opened;
  const [name, id] = [repositoryName as RepositoryName, { digest: imageDigest as Digest }];
  const { repository, image } = await activeImage(ports, registry, name, id);
  const listed = await listedImage(ports, repository, image);
  expect(listed.layers.map(({ digest, sizeBytes }) => [digest, sizeBytes])).toEqual([
    [digestOf(base), base.length],
    [empty, emptyLayer.length],
    [digestOf(top), top.length],
    [empty, emptyLayer.length],
  ]);
  const overview = await describeOverview(ports, registry, name, id, async () => true);
  expect(overview.layers.map(({ digest }) => digest)).toEqual([
    digestOf(base),
    empty,
    digestOf(top),
  ]);
  const scan = api.ask(startImageScan, { repositoryName, imageId: { imageDigest } });
  await expect(scan).rejects.toMatchObject({
    kind: "UnsupportedImageType",
    message: expect.stringContaining(schema1Types.signed),
  });
});
