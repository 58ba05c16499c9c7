/** What a pull through cache rule fetches: images of some age, and tags that are pinned to one. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { createPullThroughCacheRule } from "../../src/operations/ecr/create-pull-through-cache-rule.ts";
import { getPullThroughCacheTerms } from "../../src/operations/entrepot/get-pull-through-cache-terms.ts";
import { putPullThroughCacheTerms } from "../../src/operations/entrepot/put-pull-through-cache-terms.ts";
import { cacheLimits } from "../../src/registry/pull-through-cache/cache-limits.ts";
import { DistributionServer } from "../support/distribution-server.ts";
import { account, digestOf, imageManifest, ociIndex, TestRegistry } from "../support/ecr.ts";
import { testPorts } from "../support/ports.ts";
import { addAccounts } from "../support/sessions.ts";
import { UpstreamServer } from "../support/upstream-server.ts";

const day = 24 * 3_600_000;
const layer = Buffer.from("a layer");

let upstream: UpstreamServer;
let server: DistributionServer;
let api: TestRegistry;

beforeEach(async () => {
  upstream = new UpstreamServer();
  await upstream.listen();
  const opened = await testPorts();
  const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });
  const listed = { ...opened, ports: { ...opened.ports, egress } };
  server = new DistributionServer(listed, {});
  await server.listen();
  await addAccounts(opened.ports, account);
  api = new TestRegistry(listed);
  const rule = { ecrRepositoryPrefix: "hub", upstreamRegistryUrl: upstream.origin };
  await api.ask(createPullThroughCacheRule, rule);
});
afterEach(async () => {
  await server.close();
  await upstream.close();
});

const put = (terms: object) =>
  api.ask(putPullThroughCacheTerms, { ecrRepositoryPrefix: "hub", ...terms });

/** At the upstream, an image that says that it was made so many days ago; or does not. */
function publish(tag: string, ageDays: number | undefined): string {
  const created =
    ageDays === undefined
      ? {}
      : { created: new Date(api.clock.now() - ageDays * day).toISOString() };
  const config = Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", tag, ...created }),
  );
  for (const bytes of [config, layer]) upstream.putBlob("library/app", bytes);
  return upstream.putManifest("library/app", tag, imageManifest(config, layer));
}

const pull = async (reference: string) => {
  const got = await server.client().get(`/v2/hub/library/app/manifests/${reference}`);
  return got.status === 200 ? got.headers.get("docker-content-digest") : got.status;
};

/** What was begun by a pull ends after its answer. */
const stored = (tag: string) =>
  expect
    .poll(async () => (await server.client().get("/v2/hub/library/app/tags/list")).text(), {
      timeout: 20_000,
    })
    .toContain(tag);

describe("a minimum age", () => {
  it("keeps away what was made later, or does not say when, by tag and by digest", async () => {
    await put({ minimumAgeSeconds: (7 * day) / 1000 });
    const [old, young] = [publish("old", 8), publish("young", 6)];
    publish("silent", undefined);
    publish("tomorrow", -1);
    for (const reference of ["young", young, "silent", "tomorrow"]) {
      expect(await pull(reference)).toBe(403);
    }
    const input = { repositoryName: "hub/library/app", imageIds: [{ imageTag: "young" }] };
    const { failures } = await api.ask(batchGetImage, input);
    expect(failures).toMatchObject([
      {
        failureCode: "UpstreamAccessDenied",
        failureReason: expect.stringMatching(/images that are 7\.0 days old: .* is of /),
      },
    ]);
    expect(upstream.times(`/v2/library/app/blobs/${digestOf(layer)}`)).toBe(0);
    expect(await pull("old")).toBe(old);
    api.clock.advance(day);
    expect(await pull("young")).toBe(young);
  });

  it("is that of the youngest of an index", async () => {
    await put({ minimumAgeSeconds: (7 * day) / 1000 });
    const list = (...digests: string[]) => ({
      ...{ schemaVersion: 2, mediaType: ociIndex },
      manifests: digests.map((digest) => ({
        ...{ mediaType: imageManifest(layer).mediaType, digest, size: 1 },
      })),
    });
    const [old, silent, young] = [publish("o", 8), publish("s", undefined), publish("y", 6)];
    upstream.putManifest("library/app", "mixed", list(old, silent, young));
    expect(await pull("mixed")).toBe(403);
    const all = upstream.putManifest("library/app", "all", list(old, silent));
    expect(await pull("all")).toBe(all);
  });

  it("leaves a tag where it is until the other image is old enough, and gives no layer alone", async () => {
    const old = publish("v1", 8);
    expect(await pull("v1")).toBe(old);
    await stored("v1");
    await put({ minimumAgeSeconds: (7 * day) / 1000 });
    const young = publish("v1", 6);
    const other = Buffer.from("another layer");
    upstream.putBlob("library/app", other);
    const blob = await server.client().get(`/v2/hub/library/app/blobs/${digestOf(other)}`);
    expect([blob.status, upstream.times(`/v2/library/app/blobs/${digestOf(other)}`)]).toEqual([
      404, 0,
    ]);
    api.clock.advance(cacheLimits.freshMs / 2);
    expect(await pull("v1")).toBe(old);
    api.clock.advance(cacheLimits.freshMs / 2);
    expect(await pull("v1")).toBe(young); // It is seven days old now.
  });
});

describe("a pin", () => {
  it("is what the tag names, whatever the upstream says, also for a tag that is here", async () => {
    const [first, second] = [publish("first", 1), publish("v1", 0)];
    expect(await pull("v1")).toBe(second);
    await stored("v1");
    const pin = { repositoryName: "library/app", imageTag: "v1", imageDigest: first };
    await put({ pins: [pin] });
    expect(await api.ask(getPullThroughCacheTerms, { ecrRepositoryPrefix: "hub" })).toMatchObject({
      ...{ pins: [pin], minimumAgeSeconds: 0 },
    });
    expect(await pull("v1")).toBe(first);
    const asked = upstream.times("/v2/library/app/manifests/v1");
    api.clock.advance(2 * cacheLimits.freshMs);
    expect(await pull("v1")).toBe(first);
    expect(upstream.times("/v2/library/app/manifests/v1")).toBe(asked);
  });

  it("that the upstream does not have is nothing", async () => {
    publish("v1", 0);
    const pin = { repositoryName: "library/app", imageTag: "v1", imageDigest: digestOf("gone") };
    await put({ pins: [pin] });
    expect(await pull("v1")).toBe(404);
    const { imageDigest, ...rest } = pin;
    await expect(put({ pins: [{ ...rest, imageDigest: "md5:1" }] })).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
    expect(imageDigest).toBe(digestOf("gone"));
  });
});

describe("an end", () => {
  const inDays = (days: number) => (api.clock.now() + days * day) / 1000;

  it("is when what is not here is missing again, and what came stays", async () => {
    publish("later", 0);
    const first = publish("v1", 0);
    await put({ endsAt: inDays(14) });
    expect(await api.ask(getPullThroughCacheTerms, { ecrRepositoryPrefix: "hub" })).toMatchObject({
      endsAt: inDays(14),
    });
    expect(await pull("v1")).toBe(first);
    await stored("v1");
    publish("v1", 1);
    api.clock.advance(14 * day);
    const { length } = upstream.asked;
    expect(await pull("v1")).toBe(first);
    expect(await pull("later")).toBe(404);
    expect(upstream.asked).toHaveLength(length);
  });

  it("has what its lists leave out be missing, where another rule has it refused", async () => {
    publish("v1", 0);
    await put({ allow: ["team/*"] });
    expect(await pull("v1")).toBe(403);
    await put({ allow: ["team/*"], endsAt: inDays(1) });
    expect(await pull("v1")).toBe(404);
    await put({ allow: ["library/*"], endsAt: inDays(1) });
    expect(await pull("v1")).toBe(publish("v1", 0));
  });

  it("has the upstream left alone by who looks what a push has to send", async () => {
    publish("v1", 0);
    await put({ endsAt: inDays(1) });
    expect(await pull("v1")).not.toBe(404);
    await stored("v1");
    const other = Buffer.from("only there");
    const path = `blobs/${upstream.putBlob("library/app", other)}`;
    const { length } = upstream.asked;
    expect((await server.client().head(`/v2/hub/library/app/${path}`)).status).toBe(404);
    expect(upstream.asked).toHaveLength(length);
    expect((await server.client().get(`/v2/hub/library/app/${path}`)).body).toEqual(other);
    const look = async () => (await server.client().head(`/v2/hub/library/app/${path}`)).status;
    await expect.poll(look).toBe(200); // It is given before it is stored.
  });

  it("gives way to the rule of a shorter prefix", async () => {
    const root = { ecrRepositoryPrefix: "ROOT", upstreamRegistryUrl: upstream.origin };
    await api.ask(createPullThroughCacheRule, root);
    const config = Buffer.from("{}");
    for (const bytes of [config, layer]) upstream.putBlob("hub/library/app", bytes);
    const whole = upstream.putManifest("hub/library/app", "v9", imageManifest(config, layer));
    await put({ endsAt: inDays(1) });
    expect(await pull("v9")).toBe(404);
    api.clock.advance(day);
    expect(await pull("v9")).toBe(whole);
  });

  it.each([-1, 0, 366])("is no time that is %i days away", async (days) => {
    await expect(put({ endsAt: inDays(days) })).rejects.toMatchObject({ kind: "InvalidParameter" });
  });
});
