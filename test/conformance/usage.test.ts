/** What is counted of real traffic equals a recount of it. */
import { createHash } from "node:crypto";
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
} from "@aws-sdk/client-ecr";
import { expect, it } from "vitest";
import type { AccountId, Registry } from "../../src/registry/names.ts";
import { noCounts, type UsageCounts, wholeRegistry } from "../../src/registry/usage/usage.ts";
import { App } from "../support/app.ts";

const registry = { account: "000000000000", region: "us-east-1" } as Registry;
const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
const repositoryName = "team/app";
const digestOf = (content: Uint8Array | string) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

async function pushBlob(app: App, content: Uint8Array): Promise<string> {
  const opened = await app.send("POST", `/v2/${repositoryName}/blobs/uploads/`);
  const digest = digestOf(content);
  const pushed = await app.send("PUT", `${opened.headers.location}?digest=${digest}`, {
    body: content,
  });
  expect(pushed.status).toBe(201);
  return digest;
}

const mediaType = "application/vnd.oci.image.manifest.v1+json";
function manifestOf(config: Uint8Array, layer: Uint8Array): string {
  const entry = (content: Uint8Array) => ({
    mediaType: "application/octet-stream",
    size: content.length,
    digest: digestOf(content),
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: entry(config),
    layers: [entry(layer)],
  });
}

it("counts pulls, pushes, requests and bytes exactly, and aborted pulls by what was sent", async () => {
  const app = await App.start({ ENTREPOT_NETWORKS: '{"other-region":["127.0.0.0/8"]}' });
  const ecr = new ECRClient(app.clientSettings);
  await app.login();
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));

  const config = Buffer.from("{}");
  const layer = Buffer.alloc(12 * 1024 * 1024, "layer ");
  const manifest = manifestOf(config, layer);
  const image = `/v2/${repositoryName}/manifests/v1`;
  const layerPath = `/v2/${repositoryName}/blobs/${digestOf(layer)}`;
  const head = async (path: string, headers = {}) =>
    (await app.send("HEAD", path, { headers })).status;
  const get = async (path: string, headers = {}) =>
    (await app.send("GET", path, { headers })).status;

  expect(await head(layerPath)).toBe(404);
  await pushBlob(app, config);
  await pushBlob(app, layer);
  const put = { headers: { "content-type": mediaType }, body: manifest };
  expect((await app.send("PUT", image, put)).status).toBe(201);
  expect((await app.send("PUT", image, put)).status).toBe(201);
  for (let n = 0; n < 5; n++) expect(await get(image)).toBe(200);
  expect(await head(image)).toBe(200);
  expect(await get(image, { "if-none-match": `"${digestOf(manifest)}"` })).toBe(304);
  expect(await get(`/v2/${repositoryName}/manifests/none`)).toBe(404);
  expect(await get(layerPath, { range: "bytes=0-99" })).toBe(206);
  expect(await get(layerPath)).toBe(200);
  expect(await get(`/v2/${repositoryName}/tags/list`)).toBe(200);
  expect(await get("/v2/team/none/manifests/v1")).toBe(404);
  const exact = app.carried;
  const cut = await app.send("GET", layerPath, { cutAfter: 2 * 1024 * 1024 });
  expect(cut.body.length).toBeLessThan(layer.length);
  const atLeast = app.carried;
  await ecr.send(
    new BatchGetImageCommand({
      repositoryName,
      imageIds: [{ imageTag: "v1" }, { imageTag: "none" }],
    }),
  );
  await ecr.send(new DescribeImagesCommand({ repositoryName }));

  await app.stop(async ({ metadata: { usage } }) => {
    const [known] = await usage.repositories.list(registry, { limit: 9 });
    expect(known?.name).toBe(repositoryName);
    const counts = await usage.counts.sum(known!, "hour", all);
    const requests = {
      ...{ pulls: 6, pushes: 2 },
      // GET and HEAD, a 304, a 404, and BatchGetImage.
      manifestReads: 5 + 1 + 1 + 1 + 1,
      manifestWrites: 2,
      layerReads: 1 + 1 + 1 + 1,
      layerWrites: 4,
      lists: 2,
      deletes: 0,
      ...{ sentRegionBytes: 0, sentInternetBytes: 0, keyOperations: 0 },
    };
    expect(counts).toMatchObject(requests);

    const whole = await usage.counts.sum({ registry, repository: wholeRegistry }, "day", all);
    // What is of no repository: a login, a creation (which makes one), and a name that none has.
    const others: Partial<UsageCounts> = {
      manifestReads: requests.manifestReads + 1,
      otherRequests: 2,
    };
    expect(whole).toMatchObject({ ...requests, ...others });
    const ofSdk = 60_000; // At most: its answers are small.
    expect(whole.sentOtherRegionBytes).toBeGreaterThanOrEqual(atLeast.receivedBytes);
    expect(whole.sentOtherRegionBytes).toBeLessThan(exact.receivedBytes + layer.length + ofSdk);
    expect(whole.receivedBytes).toBeGreaterThanOrEqual(atLeast.sentBytes);
    expect(whole.receivedBytes).toBeLessThan(atLeast.sentBytes + ofSdk);

    for (const period of ["hour", "day"] as const) {
      expect(await usage.counts.sum(known!, period, all)).toEqual(counts);
    }
    const minutes = await usage.counts.sum(known!, "minute", all);
    expect(minutes).toEqual({ ...noCounts, pulls: 6 });
    const calls = async (operation: string) =>
      (await usage.calls.list(registry, operation, "day", all, 9)).reduce(
        (sum, { calls }) => sum + calls,
        0,
      );
    expect(await calls("BatchGetImage")).toBe(requests.manifestReads + 1);
    expect(await calls("PutImage")).toBe(2);
    expect(await calls("GetAuthorizationToken")).toBe(1);
  });
});

it("counts what is sent to a registry of somebody else's for who sent it", async () => {
  const app = await App.start();
  await app.login();
  for (const account of ["111111111111", "222222222222"]) {
    const host = `${account}.dkr.ecr.us-east-1.localhost`;
    const answer = await app.send("GET", "/v2/team/none/manifests/v1", { headers: { host } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
  await app.stop(async ({ metadata: { usage } }) => {
    const of = (account: string) =>
      usage.counts.sum(
        { registry: { ...registry, account: account as AccountId }, repository: wholeRegistry },
        "day",
        all,
      );
    expect(await of("111111111111")).toEqual(noCounts);
    expect(await of("222222222222")).toEqual(noCounts);
    expect((await of("000000000000")).manifestReads).toBe(2);
  });
});
