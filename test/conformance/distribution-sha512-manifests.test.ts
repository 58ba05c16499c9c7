/** Manifests that a client names by SHA-512, and what refers to what by which algorithm. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { ociConfig, ociIndex, ociManifest } from "../support/ecr.ts";
import { type Algorithm, digestOf, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;

const config = Buffer.from("{}");
const layer = Buffer.from("a layer");

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  await server.createRepository("app");
  for (const algorithm of ["sha256", "sha512"] as const) {
    await client.pushBlob("app", config, algorithm);
    await client.pushBlob("app", layer, algorithm);
  }
});

afterEach(() => server.close());

const descriptor = (content: Buffer, algorithm: Algorithm, mediaType: string) => ({
  mediaType,
  digest: digestOf(content, algorithm),
  size: content.length,
});

const manifest = (algorithm: Algorithm, more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociManifest,
      config: descriptor(config, algorithm, ociConfig),
      layers: [descriptor(layer, algorithm, "application/octet-stream")],
      ...more,
    }),
  );

const indexOf = (algorithm: Algorithm, ...children: Buffer[]) =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: children.map((child) => descriptor(child, algorithm, ociManifest)),
    }),
  );

const path = (reference: string) => `/v2/app/manifests/${reference}`;
const put = (reference: string, body: Buffer, type = ociManifest) =>
  client.send("PUT", path(reference), { body, headers: { "content-type": type } });
const remove = (reference: string) => client.send("DELETE", path(reference));

const image = manifest("sha512");
const digest = digestOf(image, "sha512");

describe("a manifest pushed by SHA-512", () => {
  it("is given back byte for byte under that digest", async () => {
    const pushed = await put(digest, image);
    expect([pushed.status, pushed.text()]).toEqual([201, ""]);
    expect(pushed.headers.get("docker-content-digest")).toBe(digest);
    expect(pushed.headers.get("location")).toBe(`${server.origin}${path(digest)}`);
    for (const answer of [await client.get(path(digest)), await client.get(path(digest))]) {
      expect([answer.status, answer.body.equals(image)]).toEqual([200, true]);
      expect(answer.headers.get("docker-content-digest")).toBe(digest);
    }
    expect((await client.head(path(digest))).headers.get("content-length")).toBe(`${image.length}`);
    expect((await client.head(path(digestOf(image)))).status).toBe(404);
  });

  it("25: is refused by another digest than its own, of either algorithm", async () => {
    for (const algorithm of ["sha256", "sha512"] as const) {
      const answer = await put(digestOf("wrong", algorithm), image);
      expect([answer.status, answer.code()]).toEqual([400, "MANIFEST_INVALID"]);
      expect(answer.text()).toContain("does not match the image digest");
    }
    expect((await client.head(path(digest))).status).toBe(404);
  });

  it("26: is refused when what it names is there under the other algorithm alone", async () => {
    await client.send("DELETE", `/v2/app/blobs/${digestOf(layer, "sha512")}`);
    const answer = await put(digest, image);
    expect([answer.status, answer.code()]).toEqual([400, "BLOB_UPLOAD_UNKNOWN"]);
    expect(answer.text()).toContain(`'[${digestOf(layer, "sha512")}]' required`);
    const index = indexOf("sha512", manifest("sha256"));
    expect((await put("1.0", manifest("sha256"))).status).toBe(201);
    const refused = await put(digestOf(index, "sha512"), index, ociIndex);
    expect([refused.status, refused.code()]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
  });

  it("may refer to what has a SHA-256 digest, and be referred to beside it", async () => {
    const other = manifest("sha256");
    expect((await put(digestOf(other, "sha512"), other)).status).toBe(201);
    expect((await put(digest, image)).status).toBe(201);
    const index = indexOf("sha512", other, image);
    expect((await put("1.0", index, ociIndex)).status).toBe(201);
    expect((await checkStore(server.opened.ports, { repair: false })).problems).toEqual([]);
  });

  it("2: keeps what it names, and lets go of it when it is deleted", async () => {
    await put(digest, image);
    const held = `/v2/app/blobs/${digestOf(layer, "sha512")}`;
    await reclaimOnce(server.opened.ports, { ignoreLeases: true });
    expect((await client.get(held)).body.equals(layer)).toBe(true);
    expect((await client.send("DELETE", held)).status).toBe(405);
    expect((await remove(digest)).status).toBe(202);
    expect((await client.head(path(digest))).status).toBe(404);
    await reclaimOnce(server.opened.ports, { ignoreLeases: true });
    expect((await client.head(held)).status).toBe(404);
    for (const content of [config, layer]) await client.pushBlob("app", content, "sha512");
    expect((await put(digest, image)).status).toBe(201);
    expect((await client.get(path(digest))).body.equals(image)).toBe(true);
    expect((await checkStore(server.opened.ports, { repair: false })).problems).toEqual([]);
  });

  it("is another image than the same bytes by SHA-256", async () => {
    expect((await put(digest, image)).status).toBe(201);
    expect((await put(digestOf(image), image)).status).toBe(201);
    expect((await remove(digest)).status).toBe(202);
    expect((await client.head(path(digest))).status).toBe(404);
    expect((await client.get(path(digestOf(image)))).body.equals(image)).toBe(true);
  });

  it("19: cannot be deleted while an index lists it", async () => {
    await put(digest, image);
    const index = indexOf("sha512", image);
    const whole = digestOf(index, "sha512");
    expect((await put(whole, index, ociIndex)).status).toBe(201);
    const answer = await remove(digest);
    expect(answer.status).toBe(405);
    expect(answer.text()).toContain(`[${whole}]`);
    for (const each of [whole, digest]) expect((await remove(each)).status).toBe(202);
  });

  it("is named by SHA-256 when it is pushed by a tag", async () => {
    const pushed = await put("1.0", image);
    expect(pushed.headers.get("docker-content-digest")).toBe(digestOf(image));
    expect((await client.head(path(digest))).status).toBe(404);
  });

  it("is tagged by parameters, and its tags point to it", async () => {
    const pushed = await put(`${digest}?tag=1.0&tag=latest`, image);
    expect([pushed.status, pushed.headers.get("oci-tag")]).toEqual([201, "1.0, latest"]);
    for (const tag of ["1.0", "latest"]) {
      const pulled = await client.get(path(tag));
      expect(pulled.headers.get("docker-content-digest")).toBe(digest);
      expect(pulled.body.equals(image)).toBe(true);
    }
    expect((await remove("1.0")).status).toBe(202);
    expect((await client.head(path("latest"))).status).toBe(200);
    expect((await remove(digest)).status).toBe(202);
    expect((await client.head(path("latest"))).status).toBe(404);
  });
});

describe("referrers", () => {
  const subject = descriptor(image, "sha512", ociManifest);
  const signature = manifest("sha512", { artifactType: "application/x.signature", subject });
  const note = manifest("sha256", { artifactType: "application/x.note", subject });
  const listed = async (of: string) => {
    const answer = await client.get(`/v2/app/referrers/${of}`);
    expect(answer.status).toBe(200);
    return answer.json<{ manifests: { digest: string }[] }>().manifests.map((each) => each.digest);
  };

  it("of a SHA-512 digest are those whose subject names just it", async () => {
    const named = { ...subject, digest: digestOf(image) };
    const other = manifest("sha512", { artifactType: "application/x.other", subject: named });
    const pushed = await put(digestOf(signature, "sha512"), signature);
    expect(pushed.headers.get("oci-subject")).toBe(digest);
    expect((await put("note", note)).headers.get("oci-subject")).toBe(digest);
    expect((await put(digestOf(other, "sha512"), other)).status).toBe(201);
    expect(await listed(digest)).toEqual([digestOf(note), digestOf(signature, "sha512")]);
    expect(await listed(digestOf(image))).toEqual([digestOf(other, "sha512")]);
    expect(await listed(digestOf("nothing", "sha512"))).toEqual([]);
  });

  it("are paged across both algorithms", async () => {
    await put(digestOf(signature, "sha512"), signature);
    await put("note", note);
    const first = await client.get(`/v2/app/referrers/${digest}?n=1`);
    const next = /<([^>]*)>/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    const second = await client.get(next);
    const digests = [first, second].map(
      (answer) => answer.json<{ manifests: { digest: string }[] }>().manifests[0]?.digest,
    );
    expect(digests).toEqual([digestOf(note), digestOf(signature, "sha512")]);
    expect(second.headers.has("link")).toBe(false);
  });

  it("may be kept under the tag that stands for the digest, by clients that want to", async () => {
    const tag = `sha512-${digest.slice("sha512:".length, "sha512:".length + 64)}`;
    const fallback = indexOf("sha512", image);
    await put(digest, image);
    expect((await put(tag, fallback, ociIndex)).status).toBe(201);
    expect((await client.get(path(tag))).body.equals(fallback)).toBe(true);
  });
});
