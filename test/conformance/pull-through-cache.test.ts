/** Images of another registry through the cache: what is fetched, what is served, and what is not. */
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { mirrorDoor } from "../../src/doors/distribution/mirror-door.ts";
import { createPullThroughCacheRule } from "../../src/operations/ecr/create-pull-through-cache-rule.ts";
import { createRepositoryCreationTemplate } from "../../src/operations/ecr/create-repository-creation-template.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { describeRepositories } from "../../src/operations/ecr/describe-repositories.ts";
import { putImageTagMutability } from "../../src/operations/ecr/put-image-tag-mutability.ts";
import { validatePullThroughCacheRule } from "../../src/operations/ecr/validate-pull-through-cache-rule.ts";
import { getPullThroughCacheTerms as getTerms } from "../../src/operations/entrepot/get-pull-through-cache-terms.ts";
import { putGate } from "../../src/operations/entrepot/put-gate.ts";
import { putPullThroughCacheTerms as putTerms } from "../../src/operations/entrepot/put-pull-through-cache-terms.ts";
import { createSecret } from "../../src/operations/secretsmanager/create-secret.ts";
import { issueToken } from "../../src/registry/identity/authorization-token.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { schema1Types } from "../../src/registry/images/schema1.ts";
import type { Region } from "../../src/registry/names.ts";
import { cacheLimits } from "../../src/registry/pull-through-cache/cache-limits.ts";
import { mirroredName } from "../../src/registry/pull-through-cache/mirrored-name.ts";
import { auditEntries } from "../support/audit.ts";
import { DistributionServer, hostOf } from "../support/distribution-server.ts";
import {
  account,
  deployment,
  digestOf,
  imageManifest,
  ociIndex,
  TestRegistry,
} from "../support/ecr.ts";
import { keyOf, putUser, type TestStatement } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testOrganization } from "../support/organization.ts";
import { testPorts } from "../support/ports.ts";
import { emptyLayer, schema1Payload, signSchema1 } from "../support/schema1.ts";
import { addAccounts, callerWith, roleWith } from "../support/sessions.ts";
import { UpstreamServer } from "../support/upstream-server.ts";

const registry = { account, region: "us-east-1" as Region };
const config = Buffer.from('{"architecture":"amd64","os":"linux"}');
const layer = randomBytes(3 * 1024 * 1024);
const manifest = imageManifest(config, layer);
const layers = (digest: string) => `/v2/library/app/blobs/${digest}`;

const trustsEcr = {
  ...{ Effect: "Allow", Action: "sts:AssumeRole" },
  Principal: { Service: "ecr.amazonaws.com" },
};

let upstream: UpstreamServer;
let server: DistributionServer;
let api: TestRegistry;
let root: OciClient;

beforeEach(async () => {
  upstream = new UpstreamServer();
  await upstream.listen();
  const opened = await testPorts();
  const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });
  const listed = { ...opened, ports: { ...opened.ports, egress } };
  const roots = { accessKeyId: `AKIA${account}`, secretAccessKey: "secret" };
  const credentials = new IdentityCredentials(opened.ports, testOrganization, roots);
  server = new DistributionServer(listed, { credentials });
  await server.listen();
  await addAccounts(opened.ports, account);
  api = new TestRegistry(listed);
  root = server.client();
  await rule("hub");
});
afterEach(async () => {
  await server.close();
  await upstream.close();
});

function rule(ecrRepositoryPrefix: string, more: object = {}) {
  const input = { ecrRepositoryPrefix, upstreamRegistryUrl: upstream.origin, ...more };
  return api.ask(createPullThroughCacheRule, input);
}

/** At the upstream. */
function publish(tag = "v1", content: Buffer = layer) {
  const configDigest = upstream.putBlob("library/app", config);
  const layerDigest = upstream.putBlob("library/app", content);
  const digest = upstream.putManifest("library/app", tag, imageManifest(config, content));
  return { configDigest, layerDigest, digest };
}

async function clientOf(name: string, ...statements: TestStatement[]): Promise<OciClient> {
  const { ports } = server.opened;
  const user = await putUser(ports, { account, name }, ...statements);
  const { accessKeyId } = await keyOf(ports, user);
  const { password } = issueToken(ports, await callerWith(ports, { AccessKeyId: accessKeyId }));
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  return new OciClient(server.origin, { authorization, host: hostOf(account) });
}

/** Until the image is stored; what was begun by a pull ends after its answer. */
async function stored(digest: string, repositoryName = "hub/library/app") {
  await expect
    .poll(
      async () => {
        const asked = { repositoryName, imageIds: [{ imageDigest: digest }] };
        return api.ask(describeImages, asked).then(
          ({ imageDetails: [image] = [] }) => image,
          () => undefined,
        );
      },
      { timeout: 20_000 },
    )
    .toBeDefined();
}

async function events(): Promise<readonly { type: string; detail: Record<string, unknown> }[]> {
  const rows = await server.opened.ports.metadata.outbox.first(100);
  return rows.map(({ event }) => ({ type: event.detailType, detail: event.detail }));
}

describe("a pull of what is at the upstream alone", () => {
  it("gives manifest, config and layer at once, and keeps the whole image", async () => {
    const { digest, configDigest, layerDigest } = publish();
    const got = await root.get("/v2/hub/library/app/manifests/v1");
    expect(got.status).toBe(200);
    expect(got.body).toEqual(Buffer.from(JSON.stringify(manifest)));
    expect(got.headers.get("docker-content-digest")).toBe(digest);
    expect(got.headers.get("content-type")).toBe(manifest.mediaType);
    for (const [each, bytes] of [
      [configDigest, config],
      [layerDigest, layer],
    ] as const) {
      const blob = await root.get(`/v2/hub/library/app/blobs/${each}`);
      expect(blob.status).toBe(200);
      expect(blob.body.equals(bytes)).toBe(true);
    }
    await stored(digest);
    expect(upstream.times(layers(layerDigest))).toBe(1);
    expect(upstream.times(layers(configDigest))).toBe(1);
    expect(upstream.times("/v2/library/app/manifests/v1")).toBe(1);
    const before = upstream.asked.length;
    for (const path of ["manifests/v1", `manifests/${digest}`, `blobs/${layerDigest}`]) {
      expect((await root.get(`/v2/hub/library/app/${path}`)).status).toBe(200);
    }
    expect(upstream.asked).toHaveLength(before);
  });

  it.each(["application/json", schema1Types.signed])(
    "keeps an image of Docker's schema 1 that comes as %s, by the digest of what is signed",
    async (type) => {
      const payload = schema1Payload([upstream.putBlob("library/app", emptyLayer)]);
      const [signed, digest] = [signSchema1(payload), digestOf(payload)];
      upstream.put("/v2/library/app/manifests/old", type, signed);
      const got = await root.get("/v2/hub/library/app/manifests/old");
      expect([got.status, got.text()]).toEqual([200, signed.toString()]);
      expect(got.headers.get("docker-content-digest")).toBe(digest);
      await stored(digest);
      const kept = await root.get(`/v2/hub/library/app/manifests/${digest}`);
      expect([kept.status, kept.text()]).toEqual([200, signed.toString()]);
      expect(kept.headers.get("content-type")).toBe(schema1Types.signed);
    },
  );

  it("leaves a tag where somebody has pushed it while the image was on its way", async () => {
    const { digest, layerDigest } = publish();
    const hold = Promise.withResolvers<void>();
    upstream.before = ({ url }, response) => {
      if (url !== layers(layerDigest)) return false;
      void hold.promise.then(() => response.writeHead(200).end(layer));
      return true;
    };
    expect((await root.get("/v2/hub/library/app/manifests/v1")).status).toBe(200);
    const own = imageManifest(config, Buffer.from("pushed here"));
    for (const blob of [config, Buffer.from("pushed here")]) {
      await root.pushBlob("hub/library/app", blob);
    }
    expect((await root.putManifest("hub/library/app", "v1", own)).status).toBe(201);
    hold.resolve();
    await stored(digest);
    const got = await root.get("/v2/hub/library/app/manifests/v1");
    expect(got.body).toEqual(Buffer.from(JSON.stringify(own)));
  });

  it("is told by an event and in the trail", async () => {
    const { digest } = publish();
    await root.get("/v2/hub/library/app/manifests/v1");
    await stored(digest);
    const told = await events();
    expect(told.map(({ type }) => type)).toContain("ECR Image Action");
    expect(told.find(({ type }) => type === "ECR Pull Through Cache Action")?.detail).toEqual({
      ...{ "rule-version": "1", "sync-status": "SUCCESS", "ecr-repository-prefix": "hub" },
      ...{ "repository-name": "hub/library/app", "upstream-registry-url": upstream.origin },
      ...{ "image-tag": "v1", "image-digest": digest },
    });
    const trail = JSON.stringify(await auditEntries(server.opened.ports, registry));
    expect(trail).toContain("BatchImportUpstreamImage");
    expect(trail).toContain("createdByPullThroughCache");
  });

  it("brings an index with all that it lists, whichever of it is asked for", async () => {
    const first = publish("a");
    const other = publish("b", randomBytes(1000));
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const manifests = [first, other].map(({ digest }) => ({
      ...{ mediaType: manifest.mediaType, digest, size: 1 },
    }));
    const index = upstream.putManifest("library/app", "all", {
      ...{ schemaVersion: 2, mediaType, manifests },
    });
    expect((await root.head("/v2/hub/library/app/manifests/all")).status).toBe(200);
    await stored(index);
    for (const { digest, layerDigest } of [first, other]) {
      await stored(digest);
      expect(upstream.times(layers(layerDigest))).toBe(1);
    }
  });

  it("brings what the upstream lists about it when that is listed, and lists it later unasked", async () => {
    const { digest } = publish();
    await root.get("/v2/hub/library/app/manifests/v1");
    await stored(digest);
    upstream.putBlob("library/app", config);
    const subject = { mediaType: manifest.mediaType, digest, size: 1 };
    const signature = { ...imageManifest(config), subject, artifactType: "a/signature" };
    const signed = upstream.putManifest("library/app", "sig", signature);
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [{ digest: signed }] };
    const list = `/v2/library/app/referrers/${digest}`;
    upstream.put(list, ociIndex, Buffer.from(JSON.stringify(index)));
    const listed = async () => {
      const got = await server.client().get(`/v2/hub/library/app/referrers/${digest}`);
      return got.json<{ manifests: { digest: string }[] }>().manifests.map((each) => each.digest);
    };
    expect(await listed()).toEqual([signed]);
    expect(await listed()).toEqual([signed]);
    expect(upstream.times(list)).toBe(1);
    await upstream.close();
    api.clock.advance(cacheLimits.freshMs);
    expect(await listed()).toEqual([signed]);
  });

  it("gives nothing of it under a gate before it is judged", async () => {
    await api.ask(putGate, {
      ...{ name: "reviewed", mode: "enforce", requireReview: true },
      repositories: ["hub/*"],
    });
    const { layerDigest } = publish();
    for (const path of ["manifests/v1", `blobs/${layerDigest}`, "manifests/v1"]) {
      const user = await clientOf(`u-${path.length}-${Math.floor(performance.now())}`, {
        ...{ Effect: "Allow", Resource: "*" },
        Action: [
          "ecr:BatchGetImage",
          "ecr:GetDownloadUrlForLayer",
          "ecr:CreateRepository",
          "ecr:BatchImportUpstreamImage",
        ],
      });
      const got = await user.get(`/v2/hub/library/app/${path}`);
      expect([path, got.status, got.code()]).toEqual([path, 403, "DENIED"]);
    }
  });

  it("60: is one fetch of each, however many ask at once", async () => {
    const { digest, layerDigest } = publish();
    const path = "/v2/hub/library/app";
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const got = await root.get(`${path}/manifests/v1`);
        const blob = await root.get(`${path}/blobs/${layerDigest}`);
        return got.status === 200 && blob.body.equals(layer);
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
    await stored(digest);
    expect(upstream.times("/v2/library/app/manifests/v1")).toBe(1);
    expect(upstream.times(layers(layerDigest))).toBe(1);
  });

  it("makes the repository by the template for it, and with the defaults without one", async () => {
    const input = { prefix: "hub/library", imageTagMutability: "IMMUTABLE" };
    await api.ask(createRepositoryCreationTemplate, {
      ...{ ...input, appliedFor: ["PULL_THROUGH_CACHE"] },
    });
    const { digest } = publish();
    upstream.putBlob("other/app", config);
    upstream.putManifest("other/app", "v1", imageManifest(config));
    await root.get("/v2/hub/library/app/manifests/v1");
    expect((await root.get("/v2/hub/other/app/manifests/v1")).status).toBe(200);
    await stored(digest);
    const { repositories = [] } = await api.ask(describeRepositories, {});
    const made = repositories.map((each) => [each.repositoryName, each.imageTagMutability]);
    expect(made).toEqual([
      ["hub/library/app", "IMMUTABLE"],
      ["hub/other/app", "MUTABLE"],
    ]);
  });
});

describe("what an upstream does not give", () => {
  it.each([
    [404, 404, "MANIFEST_UNKNOWN"],
    [403, 403, "DENIED"],
    [429, 429, "TOOMANYREQUESTS"],
    [502, 503, "UNAVAILABLE"],
  ])("answers %i as %i %s, makes nothing, and is not remembered", async (status, seen, code) => {
    upstream.before = (_request, response) => {
      response.writeHead(status).end();
      return true;
    };
    const got = await root.get("/v2/hub/library/app/manifests/v1");
    expect([got.status, got.code()]).toEqual([seen, code]);
    expect((await api.ask(describeRepositories, {})).repositories).toEqual([]);
    upstream.before = () => false;
    publish();
    api.clock.advance(cacheLimits.throttledMs);
    expect((await root.get("/v2/hub/library/app/manifests/v1")).status).toBe(200);
  });

  it("leaves a registry alone that is asked too often, as long as it wants", async () => {
    upstream.before = (_request, response) => {
      response.writeHead(429, { "retry-after": "100" }).end();
      return true;
    };
    for (let n = 0; n < 3; n++) {
      expect((await root.get(`/v2/hub/library/app/manifests/v${n}`)).status).toBe(429);
    }
    expect(upstream.asked).toHaveLength(1);
    api.clock.advance(100_000);
    expect((await root.get("/v2/hub/library/app/manifests/v1")).status).toBe(429);
    expect(upstream.asked).toHaveLength(2);
  });

  it.each([
    ["other bytes", (bytes: Buffer) => Buffer.alloc(bytes.length, 1)],
    ["half of them", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ])("59: links no layer of %s, gives nobody its end, and fetches again", async (_what, wrong) => {
    const { layerDigest } = publish();
    await root.get("/v2/hub/library/app/manifests/v1");
    await root.get(`/v2/hub/library/app/blobs/${layerDigest}`);
    // In another repository of the same upstream, of which nothing is here.
    upstream.putBlob("library/new", config);
    upstream.putManifest("library/new", "v1", imageManifest(config, layer));
    const path = `/v2/library/new/blobs/${layerDigest}`;
    let isWrong = true;
    upstream.before = ({ url }, response) => {
      if (url !== path || !isWrong) return false;
      response.writeHead(200, { "content-length": layer.length });
      const bytes = wrong(layer);
      response.end(bytes.length === layer.length ? bytes : undefined);
      if (bytes.length < layer.length) response.destroy();
      return true;
    };
    await root.get("/v2/hub/library/new/manifests/v1");
    const got = await root
      .get(`/v2/hub/library/new/blobs/${layerDigest}`)
      .then(({ status, body }) => ({ status, bytes: body.length }))
      .catch(() => ({ status: 0, bytes: 0 }));
    expect(got.status === 200 && got.bytes === layer.length).toBe(false);
    await expect
      .poll(async () => (await events()).map(({ detail }) => detail["sync-status"]))
      .toContain("FAILED");
    isWrong = false;
    upstream.putBlob("library/new", layer);
    api.clock.advance(cacheLimits.failingMs);
    const again = await root.get(`/v2/hub/library/new/blobs/${layerDigest}`);
    expect(again.body.equals(layer)).toBe(true);
  });
});

describe("a tag that is here", () => {
  const path = "/v2/hub/library/app/manifests/v1";
  const named = async () => {
    const { status, headers } = await server.client().get(path); // Tokens last twelve hours.
    return status === 200 ? headers.get("docker-content-digest") : status;
  };

  it("is asked for again after a day, and moves with the upstream's", async () => {
    const { digest } = publish();
    await root.get(path);
    await stored(digest);
    const changed = publish("v1", randomBytes(500));
    const asked = upstream.asked.length;
    api.clock.advance(cacheLimits.freshMs - 1);
    expect(await named()).toBe(digest);
    expect(upstream.asked).toHaveLength(asked);
    api.clock.advance(1);
    expect(await named()).toBe(changed.digest);
    await stored(changed.digest);
    await expect.poll(named).toBe(changed.digest);
    const later = upstream.asked.length;
    api.clock.advance(cacheLimits.freshMs - 10_000);
    expect(await named()).toBe(changed.digest);
    expect(upstream.asked).toHaveLength(later);
  });

  it("is served while the upstream fails, is gone, or has it no more", async () => {
    const { digest } = publish();
    await root.get(path);
    await stored(digest);
    for (const status of [500, 429, 403, 404]) {
      upstream.before = (_request, response) => {
        response.writeHead(status).end();
        return true;
      };
      api.clock.advance(cacheLimits.freshMs);
      expect(await named()).toBe(digest);
      const asked = upstream.asked.length;
      expect(await named()).toBe(digest);
      expect(upstream.asked).toHaveLength(asked); // Left alone for a while.
    }
    await upstream.close();
    api.clock.advance(cacheLimits.freshMs);
    expect(await named()).toBe(digest);
  });

  it("stays where somebody has pushed it, and where it is immutable", async () => {
    const { digest } = publish();
    await root.get(path);
    await stored(digest);
    await root.pushBlob("hub/library/app", config);
    const own = imageManifest(config);
    expect((await root.putManifest("hub/library/app", "v1", own)).status).toBe(201);
    const pushed = await named();
    expect(pushed).not.toBe(digest);
    const asked = upstream.asked.length;
    api.clock.advance(cacheLimits.freshMs);
    expect(await named()).toBe(pushed);
    expect(upstream.asked).toHaveLength(asked);
    const repositoryName = "hub/library/app";
    publish("fixed");
    const fixed = "/v2/hub/library/app/manifests/fixed";
    expect((await server.client().get(fixed)).status).toBe(200);
    const imageIds = [{ imageTag: "fixed" }];
    await expect
      .poll(() => api.ask(describeImages, { repositoryName, imageIds }).catch(() => undefined))
      .toBeDefined();
    await api.ask(putImageTagMutability, { repositoryName, imageTagMutability: "IMMUTABLE" });
    publish("fixed", randomBytes(100));
    const before = upstream.asked.length;
    api.clock.advance(cacheLimits.freshMs);
    expect((await server.client().get(fixed)).headers.get("docker-content-digest")).toBe(digest);
    expect(upstream.asked).toHaveLength(before);
  });
});

describe("the terms of a rule", () => {
  const terms = { ecrRepositoryPrefix: "hub" };

  it("say what may be fetched, and not what may be served", async () => {
    const { digest } = publish();
    await root.get("/v2/hub/library/app/manifests/v1");
    await stored(digest);
    upstream.putBlob("library/new", config);
    upstream.putManifest("library/new", "v1", imageManifest(config));
    upstream.putManifest("other/new", "v1", imageManifest(config));
    await api.ask(putTerms, { ...terms, allow: ["library/*"], deny: ["library/app"] });
    const asked = upstream.asked.length;
    const codes = [];
    for (const path of ["library/app/manifests/v2", "other/new/manifests/v1"]) {
      codes.push((await root.get(`/v2/hub/${path}`)).code());
    }
    expect(codes).toEqual(["DENIED", "DENIED"]);
    api.clock.advance(cacheLimits.freshMs);
    const client = server.client();
    expect((await client.get("/v2/hub/library/app/manifests/v1")).status).toBe(200);
    expect(upstream.asked).toHaveLength(asked);
    expect((await client.get("/v2/hub/library/new/manifests/v1")).status).toBe(200);
  });

  it("say how long a tag is good, are shown as they count, and end with what they leave out", async () => {
    const put = await api.ask(putTerms, { ...terms, freshSeconds: 60 });
    expect(await api.ask(getTerms, terms)).toEqual(put);
    const { digest } = publish();
    await root.get("/v2/hub/library/app/manifests/v1");
    await stored(digest);
    const changed = publish("v1", randomBytes(10));
    api.clock.advance(60_000);
    const now = await root.get("/v2/hub/library/app/manifests/v1");
    expect(now.headers.get("docker-content-digest")).toBe(changed.digest);
    expect(await api.ask(putTerms, terms)).toMatchObject({ freshSeconds: 86_400, allow: [] });
    const missing = { ecrRepositoryPrefix: "never" };
    for (const asked of [putTerms, getTerms]) {
      const kind = "PullThroughCacheRuleNotFound";
      await expect(api.ask(asked, missing)).rejects.toMatchObject({ kind });
    }
  });
});

describe("as a mirror", () => {
  it("takes what containerd asks for by the host that it means, and no push", async () => {
    const { digest } = publish();
    const ns = new URL(upstream.origin).host;
    const got = await root.get(`/v2/library/app/manifests/v1?ns=${ns}`);
    expect(got.headers.get("docker-content-digest")).toBe(digest);
    await stored(digest);
    expect((await root.get("/v2/library/app/manifests/v1?ns=other.example")).status).toBe(404);
    const path = `/v2/library/app/blobs/uploads/?ns=${ns}`;
    expect((await root.send("POST", path)).code()).toBe("NAME_UNKNOWN");
  });

  it("is open to whoever comes in as a mirror's client, with one principal's rights, for reads", async () => {
    const { ports } = server.opened;
    const listed = { ...ports, egress: api.environment.ports.egress };
    await roleWith(
      ports,
      { account, name: "mirror", trust: [trustsEcr] },
      {
        ...{ Effect: "Allow", Resource: `arn:aws:ecr:*:${account}:repository/dh/*` },
        Action: ["ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
      },
    );
    await rule("dh", { upstreamRegistryUrl: "https://registry-1.docker.io" });
    const upstreams = {
      origins: new Map([["registry-1.docker.io", upstream.origin]]),
      tokenRealms: new Set<string>(),
    };
    const app = Fastify();
    await app.register(
      mirrorDoor({
        environment: {
          ...api.environment,
          ports: listed,
          deployment: { ...deployment, upstreams },
        },
        ...{ credentials: server.credentials, failedLogins: new FailedLogins(ports.clock) },
        ...{ observer: { performed: () => undefined }, log: { error: () => undefined } },
        principalArn: `arn:aws:iam::${account}:role/mirror`,
      }),
    );
    await app.listen({ host: "127.0.0.1", port: 0 });
    try {
      const { port } = app.server.address() as AddressInfo;
      const client = new OciClient(`http://127.0.0.1:${port}`, { authorization: "Basic aHViOng=" });
      const { digest } = publish();
      expect((await client.get("/v2/")).status).toBe(200);
      const got = await client.get("/v2/library/app/manifests/v1");
      expect(got.headers.get("docker-content-digest")).toBe(digest);
      await stored(digest, "dh/library/app");
      const host = new URL(upstream.origin).host;
      const path = "/v2/library/app/manifests/v1";
      expect((await client.get(`${path}?ns=${host}`)).code()).toBe("DENIED");
      expect((await client.get(`${path}?ns=other.example`)).code()).toBe("NAME_UNKNOWN");
      expect((await client.get("/v2/_catalog")).status).toBe(404);
      expect((await client.send("POST", "/v2/library/app/blobs/uploads/")).status).toBe(403);
    } finally {
      await app.close();
    }
  });

  it("is by the rule with the longest upstream prefix, and by Docker Hub's several names", async () => {
    const { metadata } = server.opened.ports;
    await rule("team", { upstreamRepositoryPrefix: "library" });
    await rule("dh", { upstreamRegistryUrl: "https://registry-1.docker.io" });
    const host = new URL(upstream.origin).host;
    const name = (from: string, of: string) => mirroredName(metadata, registry, from, of);
    expect(await name(host, "library/app")).toBe("team/app");
    expect(await name(host, "libraryx/app")).toBe("hub/libraryx/app");
    expect(await name("docker.io", "library/app")).toBe("dh/library/app");
    expect(await name("registry-1.docker.io", "a")).toBe("dh/a");
    expect(await name("quay.io", "library/app")).toBeUndefined();
  });
});

describe("who may have something imported", () => {
  const pull = { Effect: "Allow", Action: ["ecr:BatchGetImage"], Resource: "*" };
  const bring = { ...pull, Action: ["ecr:BatchImportUpstreamImage"] };
  const make = { ...pull, Action: ["ecr:CreateRepository"] };

  it("is who may import, and create where the repository is not there", async () => {
    const { digest } = publish();
    const path = "/v2/hub/library/app/manifests/v1";
    const answer = async (name: string, ...statements: TestStatement[]) =>
      (await clientOf(name, ...statements)).get(path);
    const status = async (name: string, ...statements: TestStatement[]) =>
      (await answer(name, ...statements)).status;
    expect(await status("puller", pull)).toBe(404);
    expect(await status("maker", pull, make)).toBe(404);
    expect(upstream.asked).toEqual([]);
    const refused = await answer("bringer", pull, bring);
    expect(refused.status).toBe(404);
    const { errors } = (await refused.json()) as { errors: { code: string }[] };
    expect(errors.map(({ code }) => code)).toEqual(["NAME_UNKNOWN"]);
    expect((await api.ask(describeRepositories, {})).repositories).toEqual([]);
    expect(await status("both", pull, bring, make)).toBe(200);
    await stored(digest);
    expect(await status("later", pull)).toBe(200);
  });
});

describe("an upstream that asks who comes", () => {
  const basic = `Basic ${Buffer.from("u:t").toString("base64")}`;
  const secret = async () => {
    const SecretString = '{"username":"u","accessToken":"t"}';
    const Name = "ecr-pullthroughcache/own";
    return (await api.ask(createSecret, { Name, SecretString })).ARN;
  };

  it("is shown the rule's credentials, by Basic or for a token, and nobody else is", async () => {
    const { digest } = publish();
    const seen: (string | undefined)[] = [];
    let realm = `${upstream.origin}/token`;
    upstream.before = ({ url = "", headers }, response) => {
      seen.push(headers.authorization);
      if (url.startsWith("/token")) {
        const isIn = headers.authorization === basic;
        response.writeHead(isIn ? 200 : 401).end(isIn ? '{"token":"abc"}' : "");
        return true;
      }
      if (headers.authorization === "Bearer abc") return false;
      const challenge = `Bearer realm="${realm}",service="s"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return true;
    };
    await rule("own", { credentialArn: await secret() });
    const ecrRepositoryPrefix = "own";
    expect(await api.ask(validatePullThroughCacheRule, { ecrRepositoryPrefix })).toMatchObject({
      isValid: true,
    });
    expect((await root.get("/v2/own/library/app/manifests/v1")).status).toBe(200);
    await stored(digest, "own/library/app");
    expect(seen).toContain(basic);
    // Anonymous, by the other rule.
    expect((await root.get("/v2/hub/library/app/manifests/v1")).status).toBe(403);
    const other = new UpstreamServer();
    await other.listen();
    try {
      realm = other.origin.replace("127.0.0.1", "localhost");
      await rule("own2", {
        credentialArn: await api
          .ask(createSecret, {
            ...{
              Name: "ecr-pullthroughcache/2",
              SecretString: '{"username":"u","accessToken":"t"}',
            },
          })
          .then(({ ARN }) => ARN),
      });
      expect((await root.get("/v2/own2/library/app/manifests/v1")).status).toBe(503);
      expect(other.asked).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it("may lead to another registry, which is asked as nobody and gives its own tokens alone", async () => {
    const { digest, layerDigest } = publish();
    const near = new UpstreamServer();
    await near.listen();
    try {
      near.putBlob("library/app", config);
      near.putBlob("library/app", layer);
      near.putManifest("library/app", "v1", manifest);
      const seen: (string | undefined)[] = [];
      let realm = `${near.origin}/token`;
      near.before = ({ url = "", headers }, response) => {
        seen.push(headers.authorization);
        if (url.startsWith("/token")) {
          response.writeHead(200).end('{"token":"near"}');
          return true;
        }
        if (headers.authorization === "Bearer near") return false;
        const challenge = `Bearer realm="${realm}",service="s"`;
        response.writeHead(401, { "www-authenticate": challenge }).end();
        return true;
      };
      upstream.before = ({ url = "", headers }, response) => {
        if (headers.authorization !== basic) {
          response.writeHead(401, { "www-authenticate": "Basic" }).end();
        } else {
          response.writeHead(307, { location: `${near.origin}${url}` }).end();
        }
        return true;
      };
      await rule("own", { credentialArn: await secret() });
      expect((await root.get("/v2/own/library/app/manifests/v1")).status).toBe(200);
      const blob = await root.get(`/v2/own/library/app/blobs/${layerDigest}`);
      expect(blob.body.equals(layer)).toBe(true);
      await stored(digest, "own/library/app");
      expect(new Set(seen)).toEqual(new Set([undefined, "Bearer near"]));
      // One token for all that is of one repository.
      expect(near.asked.filter((each) => each.startsWith("GET /token"))).toHaveLength(1);
      realm = `${upstream.origin}/token`;
      await rule("own2", {
        credentialArn: (
          await api.ask(createSecret, {
            ...{
              Name: "ecr-pullthroughcache/2",
              SecretString: '{"username":"u","accessToken":"t"}',
            },
          })
        ).ARN,
      });
      expect((await root.get("/v2/own2/library/app/manifests/v1")).status).toBe(403);
      expect(upstream.times("/token")).toBe(0);
    } finally {
      await near.close();
    }
  });
});
