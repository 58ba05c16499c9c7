/** What rules of the pull-through cache spare their upstreams, and whether those would let one in. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { createPullThroughCacheRule } from "../../src/operations/ecr/create-pull-through-cache-rule.ts";
import { deletePullThroughCacheRule } from "../../src/operations/ecr/delete-pull-through-cache-rule.ts";
import { describePullThroughCacheRules } from "../../src/operations/ecr/describe-pull-through-cache-rules.ts";
import { listPullThroughCacheUsage } from "../../src/operations/entrepot/list-pull-through-cache-usage.ts";
import { putPullThroughCacheTerms } from "../../src/operations/entrepot/put-pull-through-cache-terms.ts";
import { testPullThroughCacheUpstream } from "../../src/operations/entrepot/test-pull-through-cache-upstream.ts";
import { createSecret } from "../../src/operations/secretsmanager/create-secret.ts";
import { putSecretValue } from "../../src/operations/secretsmanager/put-secret-value.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import { DistributionServer } from "../support/distribution-server.ts";
import { account, digestOf, imageManifest, TestRegistry } from "../support/ecr.ts";
import { testPorts } from "../support/ports.ts";
import { addAccounts } from "../support/sessions.ts";
import { UpstreamServer } from "../support/upstream-server.ts";

const hour = 3_600_000;
const layer = Buffer.alloc(40_000, "a layer");
const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux" }));

let upstream: UpstreamServer;
let server: DistributionServer;
let api: TestRegistry;
/** Of this replica, and of another. */
let memories: RegistryMemory[];

beforeEach(async () => {
  upstream = new UpstreamServer();
  await upstream.listen();
  const opened = await testPorts();
  const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });
  memories = [opened.ports.memory, new RegistryMemory()];
  const listed = { ...opened, ports: { ...opened.ports, egress } };
  server = new DistributionServer(listed, {});
  await server.listen();
  await addAccounts(opened.ports, account);
  api = new TestRegistry(listed);
  for (const bytes of [config, layer]) upstream.putBlob("library/app", bytes);
  upstream.putManifest("library/app", "v1", imageManifest(config, layer));
});
afterEach(async () => {
  await server.close();
  await upstream.close();
});

const makeRule = (prefix: string, more = {}) =>
  api.ask(createPullThroughCacheRule, {
    ...{ ecrRepositoryPrefix: prefix, upstreamRegistryUrl: upstream.origin, ...more },
  });

const get = async (path: string) => (await server.client().get(`/v2/${path}`)).status;

/** What was begun by a pull ends after its answer. */
const stored = (name: string) =>
  expect
    .poll(async () => (await server.client().get(`/v2/${name}/tags/list`)).text(), {
      timeout: 20_000,
    })
    .toContain("v1");

async function cached() {
  const registry = { account, region: "us-east-1" } as never;
  const { repositories } = api.environment.ports.metadata;
  const found = await repositories.find(registry, "hub/library/app" as never);
  if (found === undefined) throw new Error("the repository is not there");
  return found;
}

async function usage(hours?: number) {
  for (const { usage, upstreams } of memories) {
    await usage.flush(api.environment.ports.metadata);
    await upstreams.tally.flush(api.environment.ports.metadata);
  }
  return (await api.ask(listPullThroughCacheUsage, hours === undefined ? {} : { hours })).rules;
}

describe("what a rule spares its upstream", () => {
  it("tells hits and misses of all replicas, with the bytes that came", async () => {
    await makeRule("hub");
    expect(await get("hub/library/app/manifests/v1")).toBe(200);
    await stored("hub/library/app");
    for (let n = 0; n < 2; n++) expect(await get("hub/library/app/manifests/v1")).toBe(200);
    const repository = await cached();
    for (let n = 0; n < 2; n++) memories[1]!.usage.pulled(repository, api.clock.now());
    const [rule] = await usage();
    const manifest = JSON.stringify(imageManifest(config, layer)).length;
    expect(rule).toMatchObject({
      ...{ ecrRepositoryPrefix: "hub", upstreamRegistryUrl: upstream.origin },
      ...{ pulls: 5, hits: 4, misses: 1, hitRate: 0.8 },
      fetchedBytes: manifest + config.length + layer.length,
      lastFetchedAt: api.clock.now() / 1000,
    });
    expect(rule?.lastFailure).toBeUndefined();
    const times = upstream.asked.length;
    expect(times).toBeLessThan(8); // A pull of what is here asks nothing.
  });

  it("counts for the rule that is in force, the longest, and not what is under none", async () => {
    await makeRule("hub");
    await makeRule("hub/library", { upstreamRepositoryPrefix: "library" });
    await api.createRepository("own/app");
    await api.pushImage("own/app", "v1", { imageTag: "v1" });
    expect(await get("own/app/manifests/v1")).toBe(200);
    expect(await get("hub/library/app/manifests/v1")).toBe(200);
    await stored("hub/library/app");
    expect(await get("hub/library/app/manifests/v1")).toBe(200);
    const counted = (await usage()).map(({ ecrRepositoryPrefix: prefix, pulls }) => [
      prefix,
      pulls,
    ]);
    expect(counted).toEqual([
      ["hub", 0],
      ["hub/library", 2],
    ]);
    expect((await usage())[0]?.hitRate).toBeUndefined();
  });

  it("saves what was sent without having been fetched, in the hours that are asked for", async () => {
    await makeRule("hub");
    await get("hub/library/app/manifests/v1");
    await stored("hub/library/app");
    await usage();
    api.clock.advance(2 * hour);
    const repository = await cached();
    const sent = { kind: "layerReads", destination: "region", receivedBytes: 0 } as const;
    const ended = { registry: repository.registry, repository, ...sent, sentBytes: 90_000 };
    memories[1]!.usage.ended(ended, api.clock.now());
    const [recent] = await usage(1);
    expect(recent).toMatchObject({ sentBytes: 90_000, fetchedBytes: 0, savedBytes: 90_000 });
    const [day] = await usage();
    expect(day?.savedBytes).toBe(90_000 - day!.fetchedBytes);
    expect(day?.fetchedBytes).toBeGreaterThan(layer.length);
  });

  it("tells what the upstream failed at last, which nothing is that it does not have", async () => {
    await makeRule("hub");
    expect(await get("hub/library/never/manifests/v1")).toBe(404);
    expect((await usage())[0]?.lastFailure).toBeUndefined();
    upstream.before = (_request, response) => {
      response.writeHead(500).end();
      return true;
    };
    expect(await get("hub/library/app/manifests/v1")).toBeGreaterThanOrEqual(500);
    const failedAt = api.clock.now() / 1000;
    api.clock.advance(hour);
    upstream.before = () => false;
    expect(await get("hub/library/app/manifests/v1")).toBe(200);
    await stored("hub/library/app");
    const [rule] = await usage();
    expect(rule?.lastFailure).toMatchObject({ failedAt, repositoryName: "hub/library/app" });
    expect(rule?.lastFailure?.reason).toContain(upstream.origin);
    expect(rule?.lastFetchedAt).toBe(failedAt + hour / 1000);
  });

  it("tells of a layer that is another one than its digest says", async () => {
    await makeRule("hub");
    upstream.put(`/v2/library/app/blobs/${digestOf(layer)}`, "a/b", Buffer.from("other bytes"));
    expect(await get("hub/library/app/manifests/v1")).toBe(200);
    await expect
      .poll(async () => (await usage())[0]?.lastFailure?.reason)
      .toContain(`other bytes for ${digestOf(layer)}`);
  });

  it("ends with the rule, and begins at nothing where it is made anew", async () => {
    await makeRule("hub");
    await get("hub/library/app/manifests/v1");
    await stored("hub/library/app");
    expect((await usage())[0]?.pulls).toBe(1);
    await get("hub/library/app/manifests/v1");
    await api.ask(deletePullThroughCacheRule, { ecrRepositoryPrefix: "hub" });
    expect(await usage()).toEqual([]);
    await makeRule("hub");
    expect((await usage())[0]).toMatchObject({ pulls: 0, fetchedBytes: 0 });
  });

  it("is not that of a rule that is over", async () => {
    await makeRule("hub");
    await get("hub/library/app/manifests/v1");
    await stored("hub/library/app");
    await usage();
    const endsAt = api.clock.now() / 1000 + 60;
    await api.ask(putPullThroughCacheTerms, { ecrRepositoryPrefix: "hub", endsAt });
    api.clock.advance(120_000);
    await get("hub/library/app/manifests/v1");
    expect((await usage())[0]?.pulls).toBe(1);
  });
});

describe("a try of an upstream", () => {
  const arn = (told: { ARN?: string | undefined }) => told.ARN ?? "";
  const tryIt = (more = {}) =>
    api.ask(testPullThroughCacheUpstream, { upstreamRegistryUrl: upstream.origin, ...more });

  it("makes no rule, says why not, and looks at the secret anew", async () => {
    const basic = `Basic ${Buffer.from("me:right").toString("base64")}`;
    upstream.before = (request, response) => {
      if (request.headers.authorization === basic) return false;
      response.writeHead(401, { "www-authenticate": 'Basic realm="here"' }).end();
      return true;
    };
    const name = "ecr-pullthroughcache/here";
    const SecretString = (accessToken: string) => JSON.stringify({ username: "me", accessToken });
    const made = await api.ask(createSecret, { Name: name, SecretString: SecretString("wrong") });
    const refused = await tryIt({ credentialArn: arn(made) });
    expect(refused).toMatchObject({ isValid: false, failure: expect.stringContaining("401") });
    await api.ask(putSecretValue, { SecretId: name, SecretString: SecretString("right") });
    expect(await tryIt({ credentialArn: arn(made) })).toEqual({
      ...{ upstreamRegistryUrl: upstream.origin, isValid: true },
    });
    await api.ask(putSecretValue, { SecretId: name, SecretString: SecretString("wrong again") });
    expect(await tryIt({ credentialArn: arn(made) })).toMatchObject({ isValid: false });
    const { pullThroughCacheRules } = await api.ask(describePullThroughCacheRules, {});
    expect(pullThroughCacheRules).toEqual([]);
  });

  it("goes the way of every request to a host that users name", async () => {
    const times = upstream.asked.length;
    const port = new URL(upstream.origin).port;
    const told = await tryIt({ upstreamRegistryUrl: `http://127.0.0.2:${port}` });
    expect(told).toMatchObject({ isValid: false });
    expect(upstream.asked.length).toBe(times);
  });

  it("refuses what a rule would be refused for", async () => {
    await expect(tryIt({ upstreamRegistryUrl: "ghcr.io" })).rejects.toMatchObject({
      kind: "UnsupportedUpstreamRegistry",
    });
    const credentialArn = `arn:aws:secretsmanager:us-east-1:${account}:secret:ecr-pullthroughcache/no-Ab12Cd`;
    await expect(tryIt({ credentialArn })).rejects.toMatchObject({ kind: "SecretNotFound" });
  });
});
