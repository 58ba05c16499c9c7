/** Tags that are given along with a manifest that is pushed by its digest. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { imageManifest, ociManifest } from "../support/ecr.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;

const config = Buffer.from("{}");
const image = (n: number) =>
  JSON.stringify({ ...imageManifest(config), annotations: { n: String(n) } });

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  for (const [name, mode] of [
    ["app", "MUTABLE"],
    ["fixed", "IMMUTABLE"],
  ] as const) {
    await server.createRepository(name, mode);
    await client.pushBlob(name, config);
  }
});

afterEach(() => server.close());

const query = (tags: readonly string[]) => tags.map((tag) => `tag=${tag}`).join("&");

function push(repository: string, body: string, tags: readonly string[], reference?: string) {
  const target = `/v2/${repository}/manifests/${reference ?? digestOf(body)}?${query(tags)}`;
  return client.send("PUT", target, { body, headers: { "content-type": ociManifest } });
}

async function tagsOf(repository: string): Promise<Record<string, string | null>> {
  const listed = await client.get(`/v2/${repository}/tags/list`);
  const found: Record<string, string | null> = {};
  for (const tag of listed.json<{ tags: string[] }>().tags) {
    const { headers } = await client.head(`/v2/${repository}/manifests/${tag}`);
    found[tag] = headers.get("docker-content-digest");
  }
  return found;
}

it("all name the image, each once, and are told to the client", async () => {
  const pushed = await push("app", image(1), ["1", "1.0", "1", "latest"]);
  expect(pushed.status).toBe(201);
  expect(pushed.headers.get("oci-tag")).toBe("1, 1.0, latest");
  const one = digestOf(image(1));
  expect(await tagsOf("app")).toEqual({ "1": one, "1.0": one, latest: one });
});

it("are moved from other images, together with tags that are new, also by an image that is known", async () => {
  await push("app", image(1), ["1", "latest"]);
  await push("app", image(2), []);
  const [one, two] = [digestOf(image(1)), digestOf(image(2))];
  expect(await tagsOf("app")).toEqual({ "1": one, latest: one });
  const pushed = await push("app", image(2), ["2", "latest"]);
  expect([pushed.status, pushed.headers.get("oci-tag")]).toEqual([201, "2, latest"]);
  expect(await tagsOf("app")).toEqual({ "1": one, "2": two, latest: two });
});

it("27: are refused together when one is immutable and points elsewhere, and nothing changes", async () => {
  await push("fixed", image(1), ["1"]);
  const before = await server.opened.dump();
  const answer = await push("fixed", image(2), ["0", "1", "2"]);
  expect([answer.status, answer.code()]).toEqual([400, "TAG_INVALID"]);
  expect(answer.text()).toContain("The image tag '1' already exists");
  expect(await server.opened.dump()).toBe(before);
});

it("10: may be given again, and missing ones added, where they are immutable", async () => {
  await push("fixed", image(1), ["1"]);
  const answer = await push("fixed", image(1), ["1", "1.0"]);
  expect([answer.status, answer.headers.get("oci-tag")]).toEqual([201, "1, 1.0"]);
  const one = digestOf(image(1));
  expect(await tagsOf("fixed")).toEqual({ "1": one, "1.0": one });
});

it("are refused with a push by tag, which has its own", async () => {
  const answer = await push("app", image(1), ["2"], "1");
  expect([answer.status, answer.code()]).toEqual([400, "TAG_INVALID"]);
  expect(await tagsOf("app")).toEqual({});
});

it.each(["", ".x", "a%2Bb", "a".repeat(129)])("must have the form of tags: '%s'", async (tag) => {
  const answer = await push("app", image(1), ["good", tag]);
  expect([answer.status, answer.code()]).toEqual([400, "TAG_INVALID"]);
  expect((await client.head(`/v2/app/manifests/${digestOf(image(1))}`)).status).toBe(404);
});

it("are no more than a limit, which is told by 414", async () => {
  const tags = Array.from({ length: limits.tagsPerPush + 1 }, (_, index) => `t${index}`);
  expect((await push("app", image(1), tags)).status).toBe(414);
  const most = tags.slice(1);
  expect((await push("app", image(1), most)).status).toBe(201);
  expect(Object.keys(await tagsOf("app"))).toHaveLength(limits.tagsPerPush);
});

it("are refused together when an image would have more tags than it may", async () => {
  const tags = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `t${from + index}`);
  for (let from = 0; from < limits.tagsPerImage; from += limits.tagsPerPush) {
    expect((await push("app", image(1), tags(from, limits.tagsPerPush))).status).toBe(201);
  }
  await client.send("DELETE", "/v2/app/manifests/t999");
  const answer = await push("app", image(1), ["t0", "one", "two"]);
  expect([answer.status, answer.code()]).toEqual([403, "DENIED"]);
  expect(answer.text()).toContain("Adding tag 'two'");
  expect((await client.head("/v2/app/manifests/one")).status).toBe(404);
  expect((await push("app", image(1), ["t0", "one"])).status).toBe(201);
});
