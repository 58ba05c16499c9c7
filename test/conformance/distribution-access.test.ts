import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import type { Region } from "../../src/registry/names.ts";
import {
  type DistributionServer,
  hostOf,
  startDistribution,
} from "../support/distribution-server.ts";
import { account, otherAccount } from "../support/ecr.ts";
import { digestOf, OciClient } from "../support/oci-client.ts";

let server: DistributionServer;

beforeEach(async () => {
  server = await startDistribution();
});

afterEach(() => server.close());

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("who may come in", () => {
  it.each(["/v2", "/v2/", "/v2/app/tags/list", "/v2/no/such/path", "/v2/UPPER/manifests/x"])(
    "challenges %s without credentials, whatever is there",
    async (path) => {
      const answer = await new OciClient(server.origin).get(path);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe(
        `Basic realm="${server.origin}/",service="ecr.amazonaws.com"`,
      );
      expect(answer.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
      expect(answer.text()).toBe("Not Authorized");
    },
  );

  it("names the client's own host in the challenge", async () => {
    const host = `${hostOf(account)}:${server.port}`;
    const answer = await new OciClient(server.origin, { host }).get("/v2/");
    expect(answer.headers.get("www-authenticate")).toContain(`realm="http://${host}/"`);
  });

  it("never echoes a host that is none", async () => {
    const answer = await new OciClient(server.origin, { host: 'evil"/x' }).get("/v2/");
    expect(answer.headers.get("www-authenticate")).toContain('realm="http://localhost:5050/"');
  });

  it.each(["/v2", "/v2/"])("lets a good token in at %s", async (path) => {
    const answer = await server.client().get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
  });

  it.each([
    ["another scheme", "Bearer abc"],
    ["no base64", "Basic ***"],
    ["another user", basic("root:password")],
    ["a forged password", basic("AWS:forged")],
    ["an endless one", `Basic ${"A".repeat(8000)}`],
  ])("challenges %s", async (_what, authorization) => {
    const answer = await new OciClient(server.origin, { authorization }).get("/v2/");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain("Basic realm=");
  });

  it("37: an expired token is denied in ECR's words", async () => {
    const client = server.client();
    expect((await client.get("/v2/")).status).toBe(200);
    server.opened.clock.advance(limits.tokenLifeMs);
    const answer = await client.get("/v2/");
    expect(answer.status).toBe(403);
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const message = "Your authorization token has expired. Reauthenticate and try again.";
    expect(answer.json()).toEqual({ errors: [{ code: "DENIED", message }] });
  });

  it("38: a token of one region is none in another", async () => {
    const elsewhere = "eu-west-1" as Region;
    const host = hostOf(account, elsewhere);
    const here = new OciClient(server.origin, { authorization: server.authorization(), host });
    expect((await here.get("/v2/")).status).toBe(401);
    const authorization = server.authorization(account, elsewhere);
    const there = new OciClient(server.origin, { authorization, host });
    expect((await there.get("/v2/")).status).toBe(200);
  });

  it("knows no registry in a region that is not served", async () => {
    const host = hostOf(account, "us-west-9" as Region);
    expect((await server.client(account, host).get("/v2/")).status).toBe(401);
  });

  it("39: a token ends with its access key", async () => {
    const client = server.client();
    expect((await client.get("/v2/")).status).toBe(200);
    server.credentials.removeAll();
    const answer = await client.get("/v2/");
    expect(answer.status).toBe(403);
    const message = "Your authorization token has expired. Reauthenticate and try again.";
    expect(answer.json()).toEqual({ errors: [{ code: "DENIED", message }] });
  });

  it("refuses an address that guesses, but not who is signed in already", async () => {
    const signedIn = server.client();
    expect((await signedIn.get("/v2/")).status).toBe(200);
    const guess = (password: string) =>
      new OciClient(server.origin, { authorization: basic(`AWS:${password}`) }).get("/v2/");
    for (let tries = 0; tries < limits.failedLoginsPerMinute; tries += 1) {
      expect((await guess(`guess${tries}`)).status).toBe(401);
    }
    const answer = await guess("more");
    expect(answer.status).toBe(429);
    expect(answer.code()).toBe("TOOMANYREQUESTS");
    expect((await signedIn.get("/v2/")).status).toBe(200);
  });
});

describe("what they may do", () => {
  const digest = digestOf("x");
  const id = "00000000-0000-4000-8000-000000000000";

  it.each([
    ["GET", "/manifests/latest", "ecr:BatchGetImage"],
    ["PUT", "/manifests/latest", "ecr:PutImage"],
    ["DELETE", "/manifests/latest", "ecr:BatchDeleteImage"],
    ["GET", `/blobs/${digest}`, "ecr:GetDownloadUrlForLayer"],
    ["DELETE", `/blobs/${digest}`, "ecr:BatchDeleteImage"],
    ["POST", "/blobs/uploads/", "ecr:InitiateLayerUpload"],
    ["PATCH", `/blobs/uploads/${id}`, "ecr:UploadLayerPart"],
    ["PUT", `/blobs/uploads/${id}?digest=${digest}`, "ecr:CompleteLayerUpload"],
    ["GET", `/blobs/uploads/${id}`, "ecr:UploadLayerPart"],
    ["DELETE", `/blobs/uploads/${id}`, "ecr:UploadLayerPart"],
    ["GET", "/tags/list", "ecr:ListImages"],
    ["GET", `/referrers/${digest}`, "ecr:BatchGetImage"],
  ])("%s %s of another account is denied alike, there or not", async (method, rest, action) => {
    await server.createRepository("there");
    const client = server.client(otherAccount);
    const before = await server.opened.dump();
    const there = await client.send(method, `/v2/there${rest}`);
    const absent = await client.send(method, `/v2/absent${rest}`);
    expect(there.status).toBe(403);
    const message = `User: arn:aws:iam::${otherAccount}:root is not authorized to perform: ${action} on resource: arn:aws:ecr:us-east-1:${account}:repository/there because no resource-based policy allows the ${action} action`;
    expect(there.json()).toEqual({ errors: [{ code: "DENIED", message }] });
    expect(absent.text()).toBe(there.text().replaceAll("there", "absent"));
    expect(absent.status).toBe(there.status);
    expect(await server.opened.dump()).toBe(before);
  });

  it("HEAD of another account's blob is denied without a body", async () => {
    const answer = await server.client(otherAccount).head(`/v2/there/blobs/${digest}`);
    expect([answer.status, answer.body.length]).toEqual([403, 0]);
  });

  it("35: the catalog of another account's registry is denied", async () => {
    expect((await server.client(otherAccount).get("/v2/_catalog")).status).toBe(403);
  });

  it("74: tells the observer of each request once, allowed or denied", async () => {
    await server.createRepository("app");
    await server.client().get("/v2/app/tags/list");
    await server.client(otherAccount).get("/v2/app/tags/list");
    const arn = `arn:aws:ecr:us-east-1:${account}:repository/app`;
    const told = server.performed.map(({ operation, resource, caller, error }) => {
      const kind = (error as { kind?: string } | undefined)?.kind;
      return [operation, resource, caller.principal.account, kind];
    });
    expect(told).toEqual([
      ["ecr:ListImages", arn, account, undefined],
      ["ecr:ListImages", arn, otherAccount, "AccessDenied"],
    ]);
  });
});

describe("paths and methods", () => {
  it.each([
    "/v2/../x/manifests/latest",
    "/v2/%2e%2e/x/manifests/latest",
    "/v2/a%2Fb/manifests/latest",
    "/v2/App/tags/list",
    "/v2/a/tags/list",
    "/v2/-app/tags/list",
    "/v2/a//b/tags/list",
    "/v2/a/./b/tags/list",
    `/v2/${"a".repeat(300)}/manifests/latest`,
    "/v2/__proto__/tags/list",
  ])("36: %s is no repository's name", async (path) => {
    const answer = await server.client().get(path);
    expect([answer.status, answer.code()]).toEqual([400, "NAME_INVALID"]);
  });

  it("names a missing repository as ECR does", async () => {
    const answer = await server.client().get("/v2/absent/manifests/latest");
    expect(answer.status).toBe(404);
    const message = `The repository with name 'absent' does not exist in the registry with id '${account}'`;
    expect(answer.json()).toEqual({ errors: [{ code: "NAME_UNKNOWN", message }] });
  });

  it.each([
    ["POST", "/v2/", "GET, HEAD"],
    ["PATCH", "/v2/app/manifests/latest", "GET, HEAD, PUT, DELETE"],
    ["GET", "/v2/app/blobs/uploads/", "POST"],
    ["DELETE", "/v2/app/tags/list", "GET, HEAD"],
    ["OPTIONS", "/v2/_catalog", "GET, HEAD"],
  ])("does not support %s %s, and says what it does", async (method, path, allow) => {
    const answer = await server.client().send(method, path);
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe(allow);
    expect(answer.code()).toBe("UNSUPPORTED");
  });

  it("knows nothing at other paths", async () => {
    expect((await server.client().get("/v2/app/things/x")).status).toBe(404);
  });

  it("68: takes headers named like parts of an object for what they are", async () => {
    const answer = await server.client().get("/v2/", { ["__proto__"]: "x", constructor: "y" });
    expect(answer.status).toBe(200);
  });

  it("lets a refusal reach a client that is still sending", async () => {
    const path = "/v2/app/blobs/uploads/00000000-0000-4000-8000-000000000000";
    const body = Buffer.alloc(3_000_000);
    expect((await new OciClient(server.origin).send("PATCH", path, { body })).status).toBe(401);
  });

  it("answers a bug with 500 and the request's id, and logs its cause once", async () => {
    await server.close();
    const find = () => Promise.reject(new Error("the inner cause"));
    server = await startDistribution({ credentials: { find } });
    const answer = await server.client().get("/v2/");
    expect([answer.status, answer.code()]).toEqual([500, "UNKNOWN"]);
    expect(answer.text()).not.toContain("inner cause");
    expect(server.logged).toHaveLength(1);
    const [{ err, requestId }] = server.logged as [{ err: Error; requestId: string }];
    expect(err.message).toBe("the inner cause");
    expect(answer.text()).toContain(`'${requestId}'`);
  });

  it("62: cuts a refused client that goes on trickling", async () => {
    await server.close();
    server = await startDistribution({ bodyRate: { bytesPerSecond: 1024, windowMs: 50 } });
    const socket = connect(server.port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined);
    socket.resume();
    socket.write("PATCH /v2/app/blobs/uploads/x HTTP/1.1\r\nHost: localhost\r\n");
    socket.write("Content-Length: 1000\r\n\r\nx");
    await closed;
  });
});
