import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rootPrincipal } from "../../src/registry/identity/principal.ts";
import { mintDownloadToken } from "../../src/registry/layers/download-token.ts";
import { findLayer } from "../../src/registry/layers/find-layer.ts";
import { limits } from "../../src/registry/limits.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { deleteRepository } from "../../src/registry/repositories/delete-repository.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { account, deployment, imageManifest, ociManifest } from "../support/ecr.ts";
import { digestOf, OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  await server.createRepository("app");
  await server.createRepository("other");
});

afterEach(() => server.close());

const registry = { account, region: deployment.region };
const app = "app" as RepositoryName;
const content = Buffer.alloc(3_000_000);
for (let index = 0; index < content.length; index += 4) content.writeUInt32LE(index, index);
const digest = digestOf(content) as Digest;
const blob = `/v2/app/blobs/${digest}`;

describe("pulling a blob", () => {
  beforeEach(async () => {
    await client.pushBlob("app", content);
  });

  it("gives the bytes, and says what they are", async () => {
    const answer = await client.get(blob);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(content)).toBe(true);
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(answer.headers.get("docker-content-digest")).toBe(digest);
    expect(answer.headers.get("accept-ranges")).toBe("bytes");
    expect(answer.headers.get("etag")).toBe(`"${digest}"`);
    expect(answer.headers.get("cache-control")).toContain("immutable");
  });

  it("HEAD says the same without the bytes", async () => {
    const answer = await client.head(blob);
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
    expect(answer.headers.get("content-length")).toBe(String(content.length));
    expect(answer.headers.get("docker-content-digest")).toBe(digest);
  });

  it.each([
    ["bytes=0-0", 0, 1],
    ["bytes=1048570-1048590", 1048570, 1048591],
    ["bytes=2999990-", 2999990, 3000000],
    ["bytes=-10", 2999990, 3000000],
    ["bytes=2999990-9999999", 2999990, 3000000],
    ["bytes=0-", 0, 3000000],
  ])("gives the range %s", async (range, start, end) => {
    const answer = await client.get(blob, { range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/3000000`);
    expect(answer.headers.get("content-length")).toBe(String(end - start));
    expect(answer.body.equals(content.subarray(start, end))).toBe(true);
  });

  it.each(["bytes=3000000-", "bytes=500-0", "bytes=-0"])("has nothing in %s", async (range) => {
    const answer = await client.get(blob, { range });
    expect(answer.status).toBe(416);
    expect(answer.headers.get("content-range")).toBe("bytes */3000000");
  });

  it("answers several ranges with the whole", async () => {
    const answer = await client.get(blob, { range: "bytes=0-1,5-6" });
    expect([answer.status, answer.body.length]).toEqual([200, content.length]);
  });

  it("gives the rest to who has the beginning of the same content, and the whole to everybody else", async () => {
    const statusWith = async (validator: string) => {
      const answer = await client.get(blob, { range: "bytes=5-", "if-range": validator });
      expect(answer.body.equals(content.subarray(answer.status === 206 ? 5 : 0))).toBe(true);
      return answer.status;
    };
    expect(await statusWith(`"${digest}"`)).toBe(206);
    const others = [`"${digestOf("other")}"`, `W/"${digest}"`, "Sun, 29 Nov 2026 10:00:00 GMT"];
    for (const other of others) expect(await statusWith(other), other).toBe(200);
  });

  it.each(["bytes=0-9", "bytes=3000000-"])(
    "tells by HEAD of the whole, whatever range is asked for: %s",
    async (range) => {
      const answer = await client.head(blob, { range });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-length")).toBe(String(content.length));
      expect(answer.headers.get("content-range")).toBeNull();
    },
  );

  it("gives nothing to who has it already", async () => {
    const answer = await client.get(blob, { "if-none-match": `"x", "${digest}"` });
    expect([answer.status, answer.body.length]).toEqual([304, 0]);
  });

  it("33: knows it only where it was pushed", async () => {
    const answer = await client.get(`/v2/other/blobs/${digest}`);
    expect([answer.status, answer.code()]).toEqual([404, "BLOB_UNKNOWN"]);
    expect(answer.text()).toContain(`The layer with digest '${digest}' does not exist within the`);
  });

  it("34: deletes it here and keeps it there", async () => {
    await client.pushBlob("other", content);
    expect((await client.send("DELETE", blob)).status).toBe(202);
    expect((await client.get(blob)).status).toBe(404);
    expect((await client.send("DELETE", blob)).status).toBe(404);
    const kept = await client.get(`/v2/other/blobs/${digest}`);
    expect(kept.body.equals(content)).toBe(true);
  });

  it("refuses to delete what a manifest names", async () => {
    const config = Buffer.from("{}");
    await client.pushBlob("app", config);
    await client.putManifest("app", "1.0", imageManifest(config, content));
    const answer = await client.send("DELETE", blob);
    expect([answer.status, answer.code()]).toEqual([405, "UNSUPPORTED"]);
    expect(answer.headers.get("allow")).toContain("GET");
    expect((await client.head(blob)).status).toBe(200);
  });

  it("answers requests that are sent one upon the other, in their order", async () => {
    const head = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${server.authorization()}\r\n`;
    const received = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1");
      const pieces: Buffer[] = [];
      socket.on("data", (piece) => pieces.push(piece));
      socket.on("error", reject);
      socket.on("end", () => resolve(Buffer.concat(pieces).toString("latin1")));
      socket.write(`${head(blob)}\r\n${head("/v2/app/blobs/x")}\r\n`);
      socket.write(`${head("/v2/")}Connection: close\r\n\r\n`);
    });
    const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(["200", "400", "200"]);
    expect(received.includes(content.subarray(-1000).toString("latin1"))).toBe(true);
  });
});

describe("pulling a manifest", () => {
  const config = Buffer.from("{}");
  const text = JSON.stringify(imageManifest(config));
  const named = digestOf(text);

  beforeEach(async () => {
    await client.pushBlob("app", config);
    await client.putManifest("app", "1.0", imageManifest(config));
  });

  it.each(["1.0", named, named.replace(":", "%3A")])(
    "HEAD of %s says what it is",
    async (reference) => {
      const answer = await client.head(`/v2/app/manifests/${reference}`);
      expect([answer.status, answer.body.length]).toEqual([200, 0]);
      expect(answer.headers.get("content-type")).toBe(ociManifest);
      expect(answer.headers.get("content-length")).toBe(String(text.length));
      expect(answer.headers.get("docker-content-digest")).toBe(named);
    },
  );

  it("gives nothing to who has it already", async () => {
    const answer = await client.get("/v2/app/manifests/1.0", { "if-none-match": `"${named}"` });
    expect(answer.status).toBe(304);
    expect(answer.headers.get("docker-content-digest")).toBe(named);
  });

  it.each(["absent", digestOf("absent")])("knows no %s", async (reference) => {
    const answer = await client.get(`/v2/app/manifests/${reference}`);
    expect(answer.status).toBe(404);
    const message = "Requested image not found";
    expect(answer.json()).toEqual({ errors: [{ code: "MANIFEST_UNKNOWN", message }] });
    const head = await client.head(`/v2/app/manifests/${reference}`);
    expect([head.status, head.body.length]).toEqual([404, 0]);
  });

  it("deletes a tag alone, or the image with its tags", async () => {
    await client.putManifest("app", "2.0", imageManifest(config));
    expect((await client.send("DELETE", "/v2/app/manifests/1.0")).status).toBe(202);
    expect((await client.head("/v2/app/manifests/1.0")).status).toBe(404);
    expect((await client.head("/v2/app/manifests/2.0")).status).toBe(200);
    expect((await client.send("DELETE", `/v2/app/manifests/${named}`)).status).toBe(202);
    expect((await client.head("/v2/app/manifests/2.0")).status).toBe(404);
    expect((await client.send("DELETE", `/v2/app/manifests/${named}`)).status).toBe(404);
  });
});

describe("a download URL", () => {
  const asked = rootPrincipal(account, `AKIA${account}`);
  let path: string;
  let anonymous: OciClient;

  beforeEach(async () => {
    await client.pushBlob("app", content);
    const { ports } = server.opened;
    const { repository } = await findLayer(ports, registry, app, digest);
    path = `/layers/${mintDownloadToken(ports, repository, digest, asked)}`;
    anonymous = new OciClient(server.origin);
  });

  it("gives the layer without further credentials", async () => {
    const answer = await anonymous.get(path);
    expect([answer.status, answer.body.equals(content)]).toEqual([200, true]);
    expect((await anonymous.get(path, { range: "bytes=5-9" })).status).toBe(206);
    expect((await anonymous.head(path)).status).toBe(200);
  });

  it.each([
    ["another method", "POST", ""],
    ["a query", "GET", "?a=b"],
    ["something after it", "GET", "x"],
    ["another path", "GET", "/.."],
  ])("41: is refused with %s", async (_what, method, rest) => {
    const answer = await anonymous.send(method, `${path}${rest}`);
    expect([answer.status, answer.code()]).toEqual([403, "DENIED"]);
  });

  it("41: is refused when it has expired", async () => {
    server.opened.clock.advance(limits.downloadUrlLifeMs);
    expect((await anonymous.get(path)).status).toBe(403);
  });

  it("is refused once the access key is gone", async () => {
    server.credentials.removeAll();
    expect((await anonymous.get(path)).status).toBe(403);
  });

  it("is refused in a later life of the repository", async () => {
    await deleteRepository(server.opened.ports, registry, app, { force: true, by: "", keepMs: 0 });
    await server.createRepository("app");
    await client.pushBlob("app", content);
    expect((await anonymous.get(path)).status).toBe(403);
  });
});
