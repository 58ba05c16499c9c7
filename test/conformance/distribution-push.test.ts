import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import {
  type DistributionServer,
  hostOf,
  startDistribution,
} from "../support/distribution-server.ts";
import { account, imageManifest, ociIndex, ociManifest, otherAccount } from "../support/ecr.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  await server.createRepository("app");
  await server.createRepository("other");
});

afterEach(() => server.close());

const content = Buffer.from("0123456789".repeat(100));
const digest = digestOf(content);
const blob = `/v2/app/blobs/${digest}`;
const uploads = "/v2/app/blobs/uploads/";

function patch(location: string, body: Uint8Array | string, headers = {}) {
  return client.send("PATCH", location, { body, headers });
}

describe("uploading a blob", () => {
  it("opens a session with an absolute URL", async () => {
    const answer = await client.send("POST", uploads);
    expect(answer.status).toBe(202);
    const id = answer.headers.get("docker-upload-uuid");
    expect(answer.headers.get("location")).toBe(`${server.origin}${uploads}${id}`);
    expect(answer.headers.get("range")).toBe("0-0");
  });

  it("takes it whole with POST and PUT", async () => {
    const location = await client.startUpload("app");
    const answer = await client.send("PUT", `${location}?digest=${digest}`, { body: content });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`${server.origin}${blob}`);
    expect(answer.headers.get("docker-content-digest")).toBe(digest);
    expect((await client.get(blob)).body.equals(content)).toBe(true);
  });

  it("takes it in one POST", async () => {
    const answer = await client.send("POST", `${uploads}?digest=${digest}`, { body: content });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("docker-content-digest")).toBe(digest);
    expect((await client.head(blob)).status).toBe(200);
  });

  it("takes it as one stream of unknown length", async () => {
    const location = await client.startUpload("app");
    const patched = await patch(location, content, { "transfer-encoding": "chunked" });
    expect([patched.status, patched.headers.get("range")]).toEqual([202, "0-999"]);
    const put = await client.send("PUT", `${patched.headers.get("location")}?digest=${digest}`);
    expect(put.status).toBe(201);
  });

  it("takes it in chunks, the last of them with the PUT", async () => {
    const location = await client.startUpload("app");
    const first = await patch(location, content.subarray(0, 400), { "content-range": "0-399" });
    expect([first.status, first.headers.get("range")]).toEqual([202, "0-399"]);
    const second = await patch(location, content.subarray(400, 700), {
      "content-range": "400-699",
    });
    expect([second.status, second.headers.get("range")]).toEqual([202, "0-699"]);
    const last = await client.send("PUT", `${location}?digest=${digest}`, {
      body: content.subarray(700),
      headers: { "content-range": "700-999" },
    });
    expect(last.status).toBe(201);
    expect((await client.get(blob)).body.equals(content)).toBe(true);
  });

  it.each(["PATCH", "PUT"])(
    "answers a %s out of order with 416 and where to go on",
    async (method) => {
      const location = await client.startUpload("app");
      await patch(location, content.subarray(0, 400));
      const target = method === "PUT" ? `${location}?digest=${digest}` : location;
      const answer = await client.send(method, target, {
        body: content.subarray(500),
        headers: { "content-range": "500-999" },
      });
      expect(answer.status).toBe(416);
      expect(answer.headers.get("range")).toBe("0-399");
      expect(answer.headers.get("location")).toBe(location);
      const message = "First byte of the layer part is 500 instead of 400";
      expect(answer.json()).toEqual({ errors: [{ code: "BLOB_UPLOAD_INVALID", message }] });
      const status = await client.get(location);
      expect([status.status, status.headers.get("range")]).toEqual([204, "0-399"]);
    },
  );

  it.each(["bytes 0-999/1000", "0-998", "999-0", "0", "a-b"])(
    "refuses the Content-Range %s",
    async (range) => {
      const location = await client.startUpload("app");
      const answer = await patch(location, content, { "content-range": range });
      expect([answer.status, answer.code()]).toEqual([400, "BLOB_UPLOAD_INVALID"]);
      expect((await client.get(location)).headers.get("range")).toBe("0-0");
    },
  );

  it("takes an empty blob, as OCI has it", async () => {
    const empty = digestOf("");
    const location = await client.startUpload("app");
    expect((await client.send("PUT", `${location}?digest=${empty}`)).status).toBe(201);
    const answer = await client.get(`/v2/app/blobs/${empty}`);
    expect([answer.status, answer.headers.get("content-length")]).toEqual([200, "0"]);
  });

  it.each(["PUT", "POST"])("refuses a %s whose bytes have another digest", async (method) => {
    const wrong = digestOf("something else");
    const location = method === "PUT" ? await client.startUpload("app") : uploads;
    const answer = await client.send(method, `${location}?digest=${wrong}`, { body: content });
    expect([answer.status, answer.code()]).toEqual([400, "DIGEST_INVALID"]);
    expect((await client.head(`/v2/app/blobs/${wrong}`)).status).toBe(404);
  });

  it.each(["", "?digest=", "?digest=sha256:short", `?digest=sha512:${"0".repeat(128)}`])(
    "refuses to complete with '%s' and keeps the session",
    async (query) => {
      const location = await client.startUpload("app");
      await patch(location, content);
      const answer = await client.send("PUT", `${location}${query}`);
      expect([answer.status, answer.code()]).toEqual([400, "DIGEST_INVALID"]);
      expect((await client.send("PUT", `${location}?digest=${digest}`)).status).toBe(201);
    },
  );

  it("forgets a session that is cancelled", async () => {
    const location = await client.startUpload("app");
    expect((await client.send("DELETE", location)).status).toBe(204);
    const answer = await client.get(location);
    expect([answer.status, answer.code()]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
  });

  it("keeps what came when the client leaves half-way, to be resumed", async () => {
    const location = await client.startUpload("app");
    const left = new Promise((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => {
        socket.write(
          `PATCH ${new URL(location).pathname} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${server.authorization()}\r\nContent-Length: 1000\r\n\r\n`,
        );
        socket.write(content.subarray(0, 600), () => socket.destroy());
      });
      socket.on("close", resolve);
    });
    await left;
    await expect.poll(async () => (await client.get(location)).headers.get("range")).toBe("0-599");
    await expect
      .poll(async () => {
        const headers = { "content-range": "600-999" };
        return (await patch(location, content.subarray(600), headers)).status;
      })
      .toBe(202);
    expect((await client.send("PUT", `${location}?digest=${digest}`)).status).toBe(201);
    expect(server.logged).toEqual([]);
  });

  it("takes the same blob again", async () => {
    await client.pushBlob("app", content);
    await client.pushBlob("app", content);
    expect((await client.head(blob)).status).toBe(200);
  });

  it.each(["GET", "PATCH", "PUT", "DELETE"])(
    "31, 32: %s of a session through another repository or account finds nothing",
    async (method) => {
      const registry = { account: otherAccount, region: "us-east-1" as never };
      await server.createRepository("app", "MUTABLE", registry);
      const location = await client.startUpload("app");
      const query = method === "PUT" ? `?digest=${digest}` : "";
      const body = method === "PATCH" || method === "PUT" ? { body: content } : {};
      const elsewhere = location.replace("/app/", "/other/");
      const answer = await client.send(method, `${elsewhere}${query}`, body);
      expect([answer.status, answer.code()]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
      const stranger = server.client(otherAccount, hostOf(otherAccount));
      const theirs = await stranger.send(method, `${location}${query}`, body);
      expect([theirs.status, theirs.code()]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
      expect((await client.get(location)).status).toBe(204);
    },
  );

  it("finds no session under what is no upload id", async () => {
    const answer = await client.get(`${uploads}nonsense`);
    expect([answer.status, answer.code()]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
  });
});

describe("mounting", () => {
  it("links a blob of another repository without its bytes", async () => {
    await client.pushBlob("other", content);
    const answer = await client.send("POST", `${uploads}?mount=${digest}&from=other`);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`${server.origin}${blob}`);
    expect((await client.get(blob)).body.equals(content)).toBe(true);
  });

  it("finds a source by itself when none is named", async () => {
    await client.pushBlob("other", content);
    expect((await client.send("POST", `${uploads}?mount=${digest}`)).status).toBe(201);
  });

  it.each([
    ["a blob that is nowhere", `?mount=${digest}&from=other`],
    ["a source that is not there", `?mount=${digest}&from=absent`],
    ["a source that is no name", `?mount=${digest}&from=../x`],
    ["no digest", "?mount=x&from=other"],
    ["an unknown blob by digest alone", `?mount=${digest}`],
  ])("29, 30: becomes an upload with %s", async (_what, query) => {
    const answer = await client.send("POST", `${uploads}${query}`);
    expect(answer.status).toBe(202);
    expect((await client.head(blob)).status).toBe(404);
  });

  it("29: never mounts out of another account's registry", async () => {
    const registry = { account: otherAccount, region: "us-east-1" as never };
    await server.createRepository("secret", "MUTABLE", registry);
    await server.client(otherAccount, hostOf(otherAccount)).pushBlob("secret", content);
    for (const query of [`?mount=${digest}&from=secret`, `?mount=${digest}`]) {
      expect((await client.send("POST", `${uploads}${query}`)).status).toBe(202);
    }
    expect((await client.get(blob)).status).toBe(404);
  });
});

describe("pushing a manifest", () => {
  const config = Buffer.from("{}");
  const manifest = imageManifest(config, content);
  const text = JSON.stringify(manifest);
  const put = (reference: string, body: string, type = ociManifest) =>
    client.send("PUT", `/v2/app/manifests/${reference}`, {
      body,
      headers: { "content-type": type },
    });

  beforeEach(async () => {
    await client.pushBlob("app", config);
    await client.pushBlob("app", content);
  });

  it("answers with digest and location, and gives back what was pushed", async () => {
    const answer = await put("1.0", text, `${ociManifest}; charset=utf-8`);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("docker-content-digest")).toBe(digestOf(text));
    expect(answer.headers.get("location")).toBe(
      `${server.origin}/v2/app/manifests/${digestOf(text)}`,
    );
    expect(answer.headers.has("oci-subject")).toBe(false);
    for (const reference of ["1.0", digestOf(text)]) {
      const pulled = await client.get(`/v2/app/manifests/${reference}`);
      expect(pulled.status).toBe(200);
      expect(pulled.text()).toBe(text);
      expect(pulled.headers.get("content-type")).toBe(ociManifest);
      expect(pulled.headers.get("docker-content-digest")).toBe(digestOf(text));
    }
  });

  it("names the subject, which need not be there", async () => {
    const subject = { mediaType: ociManifest, digest: digestOf("absent"), size: 6 };
    const answer = await put("sig", JSON.stringify({ ...manifest, subject }));
    expect([answer.status, answer.headers.get("oci-subject")]).toEqual([201, subject.digest]);
  });

  it("27: keeps an immutable tag, and takes the same manifest again", async () => {
    await server.createRepository("fixed", "IMMUTABLE");
    await client.pushBlob("fixed", config);
    await client.pushBlob("fixed", content);
    const first = await client.putManifest("fixed", "1.0", manifest);
    expect(first.status).toBe(201);
    expect((await client.putManifest("fixed", "1.0", manifest)).status).toBe(201);
    const answer = await client.putManifest("fixed", "1.0", imageManifest(config));
    expect(answer.status).toBe(400);
    const message =
      "The image tag '1.0' already exists in the 'fixed' repository and cannot be overwritten because the repository is immutable.";
    expect(answer.json()).toEqual({ errors: [{ code: "TAG_INVALID", message }] });
  });

  it("25: refuses another digest than its own", async () => {
    const answer = await put(digestOf("wrong"), text);
    expect([answer.status, answer.code()]).toEqual([400, "MANIFEST_INVALID"]);
    expect(answer.text()).toContain("does not match the image digest");
  });

  it("26: refuses a manifest whose layer is not there", async () => {
    const answer = await put("1.0", JSON.stringify(imageManifest(config, Buffer.from("absent"))));
    expect([answer.status, answer.code()]).toEqual([400, "BLOB_UPLOAD_UNKNOWN"]);
    expect(answer.text()).toContain(`Layers with digests '[${digestOf("absent")}]' required`);
    expect((await client.head("/v2/app/manifests/1.0")).status).toBe(404);
  });

  it("refuses an index whose image is not there", async () => {
    const child = { mediaType: ociManifest, digest: digestOf("absent"), size: 6 };
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [child] };
    const answer = await put("1.0", JSON.stringify(index), ociIndex);
    expect([answer.status, answer.code()]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
  });

  it.each([
    ["23: layers beside manifests", { ...manifest, manifests: [] }, ociManifest],
    ["24: another type than its Content-Type", manifest, ociIndex],
  ])("refuses a manifest with %s", async (_what, body, type) => {
    const answer = await put("1.0", JSON.stringify(body), type);
    expect([answer.status, answer.code()]).toEqual([400, "MANIFEST_INVALID"]);
  });

  it("28: refuses a key that is given twice", async () => {
    const answer = await put("1.0", text.replace('"layers":', '"layers":[],"layers":'));
    expect([answer.status, answer.code()]).toEqual([400, "MANIFEST_INVALID"]);
  });

  it("says what ECR says of what is no JSON", async () => {
    const answer = await put("1.0", "{");
    expect([answer.status, answer.code()]).toEqual([405, "UNSUPPORTED"]);
    expect(answer.text()).toContain("'Invalid JSON syntax'");
  });

  it.each(["a+b", ".x", "a".repeat(129)])(
    "refuses the tag %s, under which nothing is",
    async (tag) => {
      expect((await put(tag, text)).status).toBe(400);
      expect((await client.head(`/v2/app/manifests/${tag}`)).status).toBe(404);
    },
  );

  it.each(["sha256:short", "sha512:00"])("refuses the digest %s", async (digest) => {
    expect((await put(digest, text)).status).toBe(400);
    expect((await client.head(`/v2/app/manifests/${digest}`)).status).toBe(400);
  });

  it.each([
    ["said", {}],
    ["unsaid", { "transfer-encoding": "chunked" }],
  ])("67: refuses a manifest of more than 4 MiB, its length being %s", async (_how, headers) => {
    const answer = await client.send("PUT", "/v2/app/manifests/big", {
      body: Buffer.alloc(5 * 1024 * 1024, " "),
      headers: { "content-type": ociManifest, ...headers },
    });
    expect(answer.status).toBe(413);
  });

  it("takes a manifest of just under 4 MiB", async () => {
    const frame = JSON.stringify({ ...manifest, annotations: { a: "" } }).length;
    const annotations = { a: "x".repeat(limits.manifestBytes - frame) };
    expect((await put("big", JSON.stringify({ ...manifest, annotations }))).status).toBe(201);
  });
});

it("acts on the registry that the host names", async () => {
  const registry = { account: otherAccount, region: "us-east-1" as never };
  await server.createRepository("theirs", "MUTABLE", registry);
  const host = `${hostOf(otherAccount)}:${server.port}`;
  const answer = await server.client(otherAccount, host).send("POST", "/v2/theirs/blobs/uploads/");
  expect(answer.headers.get("location")).toContain(`http://${host}/v2/theirs/`);
  expect((await client.send("POST", "/v2/theirs/blobs/uploads/")).status).toBe(404);
  expect(account).not.toBe(otherAccount);
});
