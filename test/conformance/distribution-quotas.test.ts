/** What a client of `/v2/` meets where a quota is full. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { countQuota } from "../../src/registry/quotas/count-quota.ts";
import { putQuota, type WantedQuota } from "../../src/registry/quotas/put-quota.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { account, deployment, imageManifest } from "../support/ecr.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  await server.createRepository("team/app");
});
afterEach(() => server.close());

const registry = { account, region: deployment.region };
const config = Buffer.from("{}");
const content = Buffer.alloc(50_000, "layer ");

async function limit(unit: WantedQuota["unit"], hard: number): Promise<void> {
  const { ports } = server.opened;
  const wanted = { prefix: "team", unit, soft: undefined, hard };
  const { quota } = await putQuota(ports, registry, wanted);
  await countQuota(ports, registry, quota.id, new AbortController().signal);
}

const sentence = (allows: string, would: number) =>
  `The repository with name 'team/app' in registry with id '000000000000' cannot take this: the quota of repositories under 'team' is ${allows}, and ${would} would be used`;
const denied = (allows: string, would: number) => ({
  errors: [{ code: "DENIED", message: sentence(allows, would) }],
});

it("refuses a manifest that the quota has no room for with 403 DENIED, and keeps nothing of it", async () => {
  await client.pushBlob("team/app", config);
  await limit("IMAGES", 1);
  expect((await client.putManifest("team/app", "v1", imageManifest(config))).status).toBe(201);
  const second = { ...imageManifest(config), annotations: { n: "2" } };
  const before = await server.opened.dump();
  const answer = await client.putManifest("team/app", "v2", second);
  expect([answer.status, answer.json()]).toEqual([403, denied("1 images", 2)]);
  expect(await server.opened.dump()).toBe(before);
  expect((await client.get("/v2/team/app/manifests/v2")).status).toBe(404);
  // What is there may be pushed again, and tagged.
  expect((await client.putManifest("team/app", "v3", imageManifest(config))).status).toBe(201);
});

it("refuses the layer that the quota has no room for, and takes a smaller one", async () => {
  await limit("BYTES", content.length - 1);
  const location = await client.startUpload("team/app");
  const digest = digestOf(content);
  const answer = await client.send("PUT", `${location}?digest=${digest}`, { body: content });
  const refused = denied(`${content.length - 1} bytes`, content.length);
  expect([answer.status, answer.json()]).toEqual([403, refused]);
  expect((await client.head(`/v2/team/app/blobs/${digest}`)).status).toBe(404);
  await client.pushBlob("team/app", content.subarray(1));
});

it("refuses an upload at its start while the quota is full", async () => {
  await client.pushBlob("team/app", content);
  const open = await client.startUpload("team/app");
  await limit("BYTES", content.length);
  const full = denied(`${content.length} bytes`, content.length + 1);
  const begun = await client.send("POST", "/v2/team/app/blobs/uploads/");
  expect([begun.status, begun.json()]).toEqual([403, full]);
  const patched = await client.send("PATCH", open, { body: Buffer.from("more") });
  expect([patched.status, patched.json()]).toEqual([403, full]);
  // What the repository has already costs nothing.
  const digest = digestOf(content);
  const again = await client.send("PUT", `${open}?digest=${digest}`, { body: content });
  expect(again.status).toBe(201);
});
