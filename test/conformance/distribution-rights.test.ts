/** What the policies of a user open on `/v2/`, and what they leave closed. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { getSessionToken } from "../../src/operations/sts/get-session-token.ts";
import { issueToken } from "../../src/registry/identity/authorization-token.ts";
import { entityArn } from "../../src/registry/identity/entity.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { renameEntity } from "../../src/registry/identity/rename-entity.ts";
import { revokeSessions } from "../../src/registry/identity/revoke-sessions.ts";
import { revokeRootSessions } from "../../src/registry/identity/root-revocation.ts";
import { limits } from "../../src/registry/limits.ts";
import { DistributionServer } from "../support/distribution-server.ts";
import { account, imageManifest, otherAccount, TestRegistry } from "../support/ecr.ts";
import { keyOf, putUser, type TestStatement, userWith } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testOrganization } from "../support/organization.ts";
import { testPorts } from "../support/ports.ts";
import { addAccounts, callerWith } from "../support/sessions.ts";

let server: DistributionServer;

beforeEach(async () => {
  const opened = await testPorts();
  const roots = { accessKeyId: `AKIA${account}`, secretAccessKey: "secret" };
  const credentials = new IdentityCredentials(opened.ports, testOrganization, roots);
  server = new DistributionServer(opened, { credentials });
  await server.listen();
  await addAccounts(opened.ports, account);
});
afterEach(() => server.close());

/** A new user's client, with a token made by an access key of the user's. */
function clientWith(name: string, ...statements: TestStatement[]): Promise<OciClient> {
  return clientOf({ account, name }, ...statements);
}

/** The same, of any account. */
async function clientOf(
  named: Parameters<typeof putUser>[1],
  ...statements: TestStatement[]
): Promise<OciClient> {
  const { ports } = server.opened;
  const user = await putUser(ports, named, ...statements);
  const { accessKeyId } = await keyOf(ports, user);
  const caller = await callerWith(ports, { AccessKeyId: accessKeyId });
  const { password } = issueToken(ports, caller);
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  return new OciClient(server.origin, { authorization });
}

const repositories = `arn:aws:ecr:us-east-1:${account}:repository`;

describe("35: the catalog of somebody who may not list the registry", () => {
  beforeEach(async () => {
    const names = ["a/hidden", "team/one", "team/three", "team/two", "z/hidden"];
    for (const name of names) await server.createRepository(name);
  });

  const describeTeam = {
    Effect: "Allow",
    Action: "ecr:DescribeRepositories",
    Resource: `${repositories}/team/*`,
  };

  it("has the names that they may describe, page by page, and tells of no others", async () => {
    const client = await clientWith("team", describeTeam);
    const pages: unknown[] = [];
    let path: string | undefined = "/v2/_catalog?n=2";
    while (path !== undefined) {
      const answer = await client.get(path);
      expect(answer.status).toBe(200);
      pages.push((answer.json() as { repositories: string[] }).repositories);
      const link = answer.headers.get("link") ?? "";
      expect(link).not.toContain("hidden");
      path = /<https?:\/\/[^/]+([^>]+)>/.exec(link)?.[1];
    }
    expect(pages).toEqual([["team/one", "team/three"], ["team/two"]]);
  });

  it("is denied where there is no such name", async () => {
    const client = await clientWith("nobody");
    const answer = await client.get("/v2/_catalog");
    expect(answer.status).toBe(403);
    expect(answer.text()).toContain("ecr:DescribeRepositories");
    expect(answer.text()).not.toContain("hidden");
  });
});

describe("the catalog of a registry with more names than one request looks at", () => {
  const last = "z/known";
  const pageAt = async (client: OciClient, path: string) => {
    const answer = await client.get(path);
    const { repositories: names } = answer.json<{ repositories?: string[] }>();
    const link = answer.headers.get("link") ?? "";
    expect(link).not.toContain("hidden");
    return { status: answer.status, names, next: /<https?:\/\/[^/]+([^>]+)>/.exec(link)?.[1] };
  };

  beforeEach(async () => {
    await server.createRepository(last);
    const hidden = Array.from({ length: limits.catalogNamesLookedAt }, (_, n) => `hidden/${n}`);
    await Promise.all(hidden.map((name) => server.createRepository(name)));
  });

  const describeLast = {
    Effect: "Allow",
    Action: "ecr:DescribeRepositories",
    Resource: `${repositories}/${last}`,
  };

  it("is seen whole by who follows the links, over pages that have no name", async () => {
    const client = await clientWith("patient", describeLast);
    const first = await pageAt(client, "/v2/_catalog?n=5");
    expect(first).toEqual({ status: 200, names: [], next: expect.any(String) });
    const second = await pageAt(client, first.next!);
    expect(second).toEqual({ status: 200, names: [last], next: undefined });
    // A link is of use to whom it was given alone, and cannot be made up.
    const other = await clientWith("other", describeLast);
    expect((await other.get(first.next!)).status).toBe(400);
    expect((await client.get("/v2/_catalog?last=~AAAA")).status).toBe(400);
    expect((await pageAt(client, "/v2/_catalog?n=0")).next).toBeUndefined();
  });

  it("tells another account that may describe none nothing, not even that it is so full", async () => {
    await addAccounts(server.opened.ports, otherAccount);
    const anybody = { ...describeLast, Resource: "*" };
    const stranger = await clientOf({ account: otherAccount, name: "stranger" }, anybody);
    const answer = await stranger.get("/v2/_catalog");
    expect([answer.status, answer.headers.has("link")]).toEqual([403, false]);
    expect(answer.text()).not.toContain("hidden");
  });
});

it("39: a token of root ends when root revokes what it has, and its key gets another one", async () => {
  const { ports, clock } = server.opened;
  const client = server.client();
  expect((await client.get("/v2/")).status).toBe(200);
  const root = await server.credentials.find(`AKIA${account}`);
  await revokeRootSessions(ports, root!.principal, account);
  expect((await client.get("/v2/")).status).toBe(403);
  clock.advance(1);
  expect((await server.client().get("/v2/")).status).toBe(200);
});

it("39: a token ends when its user gets another name", async () => {
  const client = await clientWith("ci", { Effect: "Allow", Action: "*", Resource: "*" });
  expect((await client.get("/v2/")).status).toBe(200);
  const user = { account, kind: "user", name: "ci" } as const;
  await renameEntity(server.opened.ports, user, { name: "former", path: undefined });
  expect((await client.get("/v2/")).status).toBe(403);
});

describe("ecr:ImageTag", () => {
  const config = Buffer.from("{}");
  const upload = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
  ];

  it("lets a user push and pull by the tags that a policy names, and by no others", async () => {
    await server.createRepository("app");
    const client = await clientWith(
      "ci",
      { Effect: "Allow", Action: upload, Resource: "*" },
      {
        Effect: "Allow",
        Action: ["ecr:PutImage", "ecr:BatchGetImage"],
        Resource: "*",
        Condition: {
          "ForAllValues:StringLike": { "ecr:ImageTag": "pr-*" },
          Null: { "ecr:ImageTag": "false" },
        },
      },
    );
    const put = async (reference: string) =>
      (await client.putManifest("app", reference, imageManifest(config))).status;
    await client.pushBlob("app", config);
    expect(await put("pr-7")).toBe(201);
    expect(await put("v1")).toBe(403);
    const digest = (await client.get("/v2/app/manifests/pr-7")).headers.get(
      "docker-content-digest",
    );
    expect(await put(`${digest}`)).toBe(403);
    expect(await put(`${digest}?tag=pr-8`)).toBe(201);
    expect(await put(`${digest}?tag=pr-9&tag=v1`)).toBe(403);
    expect((await client.get("/v2/app/manifests/v1")).status).toBe(403);
  });

  it("is not what a pull or a delete by digest says of itself in its query", async () => {
    await server.createRepository("app");
    await server.client().pushBlob("app", config);
    const pushed = await server.client().putManifest("app", "v1", imageManifest(config));
    const digest = pushed.headers.get("docker-content-digest");
    const client = await clientWith("ci", {
      Effect: "Allow",
      Action: ["ecr:BatchGetImage", "ecr:BatchDeleteImage"],
      Resource: "*",
      Condition: { StringLike: { "ecr:ImageTag": "pr-*" } },
    });
    for (const path of ["manifests", "referrers"]) {
      const answer = await client.get(`/v2/app/${path}/${digest}?tag=pr-1`);
      expect(answer.status).toBe(403);
    }
    const gone = await client.send("DELETE", `/v2/app/manifests/${digest}?tag=pr-1`);
    expect(gone.status).toBe(403);
  });

  it("of several images lets none through on the tag of another", async () => {
    const { ports } = server.opened;
    const registry = new TestRegistry(server.opened);
    await registry.createRepository("app");
    const client = await clientWith(
      "ci",
      { Effect: "Allow", Action: upload, Resource: "*" },
      {
        Effect: "Allow",
        Action: ["ecr:BatchDeleteImage", "ecr:BatchGetImage", "ecr:PutImage"],
        Resource: "*",
        Condition: { StringLike: { "ecr:ImageTag": "pr-*" } },
      },
    );
    await registry.pushImage("app", "release", { imageTag: "v1" });
    await client.pushBlob("app", config);
    const pushed = await client.putManifest("app", "pr-1", imageManifest(config));
    const digest = pushed.headers.get("docker-content-digest");
    const moved = await client.putManifest(
      "app",
      `${digest}?tag=pr-1&tag=v1`,
      imageManifest(config),
    );
    expect(moved.status).toBe(403);
    const caller = await userWith(
      ports,
      { account, name: "other" },
      {
        Effect: "Allow",
        Action: ["ecr:BatchDeleteImage", "ecr:BatchGetImage"],
        Resource: "*",
        Condition: { StringLike: { "ecr:ImageTag": "pr-*" } },
      },
    );
    const imageIds = [{ imageTag: "pr-1" }, { imageTag: "v1" }];
    for (const operation of [batchGetImage, batchDeleteImage]) {
      await expect(
        registry.ask(operation, { repositoryName: "app", imageIds }, caller),
      ).rejects.toMatchObject({ kind: "AccessDenied" });
    }
  });

  it("is empty in ECR's API for an image by digest beside one by tag", async () => {
    const { ports } = server.opened;
    const registry = new TestRegistry(server.opened);
    await registry.createRepository("app");
    const imageDigest = await registry.pushImage("app", "one", { imageTag: "v1" });
    await registry.pushImage("app", "two", { imageTag: "pr-1" });
    const caller = await userWith(
      ports,
      { account, name: "ci" },
      {
        Effect: "Allow",
        Action: "ecr:BatchGetImage",
        Resource: "*",
        Condition: {
          "ForAllValues:StringLike": { "ecr:ImageTag": "pr-*" },
          Null: { "ecr:ImageTag": "false" },
        },
      },
    );
    const ask = (...imageIds: object[]) =>
      registry.ask(batchGetImage, { repositoryName: "app", imageIds }, caller);
    expect((await ask({ imageTag: "pr-1" })).images).toHaveLength(1);
    for (const ids of [[{ imageDigest }], [{ imageTag: "pr-1" }, { imageDigest }]]) {
      await expect(ask(...ids)).rejects.toMatchObject({ kind: "AccessDenied" });
    }
  });
});

describe("a download URL", () => {
  const layer = Buffer.from("a layer of some image");

  /** A path that ECR's API gave to the caller, for a layer of the repository `app`. */
  async function pathFor(caller: Caller): Promise<string> {
    const registry = new TestRegistry(server.opened);
    await registry.createRepository("app");
    const layerDigest = await registry.pushLayer("app", layer);
    const manifest = imageManifest(config, layer);
    await registry.pushLayer("app", config);
    await registry.putManifest("app", manifest);
    const input = { repositoryName: "app", layerDigest };
    const { downloadUrl } = await registry.ask(getDownloadUrlForLayer, input, caller);
    return new URL(downloadUrl ?? "").pathname;
  }

  const config = Buffer.from("{}");
  const pull = { Effect: "Allow", Action: "ecr:GetDownloadUrlForLayer", Resource: "*" };
  const statusOf = async (path: string) => (await new OciClient(server.origin).get(path)).status;

  it("is void once what was issued to its user is revoked", async () => {
    const { ports, clock } = server.opened;
    const user = await putUser(ports, { account, name: "ci" }, pull);
    const { accessKeyId } = await keyOf(ports, user);
    const path = await pathFor(await callerWith(ports, { AccessKeyId: accessKeyId }));
    expect(await statusOf(path)).toBe(200);
    clock.advance(1_000);
    await revokeSessions(ports, entityArn(user));
    expect(await statusOf(path)).toBe(403);
  });

  it("ends with the session that asked for it", async () => {
    const { ports, clock } = server.opened;
    const registry = new TestRegistry(server.opened);
    const user = await putUser(ports, { account, name: "ci" }, pull);
    const { accessKeyId } = await keyOf(ports, user);
    const caller = await callerWith(ports, { AccessKeyId: accessKeyId });
    const asked = { DurationSeconds: String(limits.sessionTokenMinimumSeconds) };
    const { Credentials } = await registry.ask(getSessionToken, asked, caller);
    const path = await pathFor(await callerWith(ports, Credentials));
    clock.advance((limits.sessionTokenMinimumSeconds - 1) * 1000);
    expect(await statusOf(path)).toBe(200);
    clock.advance(1_000);
    expect(await statusOf(path)).toBe(403);
  });
});
