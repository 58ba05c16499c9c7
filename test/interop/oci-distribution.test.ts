/**
 * The demands of the OCI Distribution Specification 1.1, workflow by workflow, put to a real server.
 * Written from the text of the specification alone, apart from the code that fulfils it.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OciAnswer, OciClient } from "../support/oci-client.ts";
import { type Blob, blob, buildImage, mebibyte, mediaTypes, type TestImage } from "./image.ts";
import { type InteropRegistry, openRegistry } from "./registry.ts";

let registry: InteropRegistry;
let client: OciClient;

beforeAll(async () => {
  registry = await openRegistry();
  const login = `AWS:${await registry.password()}`;
  client = new OciClient(registry.server.origin, {
    authorization: `Basic ${Buffer.from(login).toString("base64")}`,
  });
});

afterAll(() => registry?.close());

const textBlob = (text: string) => blob(Buffer.from(text));
const newRepository = () => registry.createRepository("oci");
const get = (path: string, headers = {}) => client.send("GET", path, { headers });
const head = (path: string) => client.send("HEAD", path);
const octets = { "content-type": "application/octet-stream" };

function locationOf(answer: OciAnswer): string {
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`no Location in an answer of status ${answer.status}`);
  return location;
}

/** Adds the digest to an upload's location, which may have a query of its own. */
function withDigest(location: string, digest: string): string {
  return `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
}

async function startUpload(repository: string): Promise<string> {
  const answer = await client.send("POST", `/v2/${repository}/blobs/uploads/`);
  expect(answer.status).toBe(202);
  return locationOf(answer);
}

async function pushBlob(repository: string, { digest, content }: Blob): Promise<OciAnswer> {
  const target = withDigest(await startUpload(repository), digest);
  const answer = await client.send("PUT", target, { headers: octets, body: content });
  expect(answer.status).toBe(201);
  return answer;
}

function sendChunk(location: string, first: number, content: Buffer): Promise<OciAnswer> {
  const range = `${first}-${first + content.length - 1}`;
  const headers = { ...octets, "content-range": range };
  return client.send("PATCH", location, { headers, body: content });
}

function putManifest(
  repository: string,
  reference: string,
  content: Buffer,
  mediaType: string = mediaTypes.manifest,
): Promise<OciAnswer> {
  const headers = { "content-type": mediaType };
  const target = `/v2/${repository}/manifests/${reference}`;
  return client.send("PUT", target, { headers, body: content });
}

async function pushImage(repository: string, image: TestImage, tag: string): Promise<void> {
  for (const each of [image.config, ...image.layers]) await pushBlob(repository, each);
  expect((await putManifest(repository, tag, image.manifest.content)).status).toBe(201);
}

/** Every error body of the specification: a list of codes. */
function codesOf(answer: OciAnswer): string[] {
  return answer.json<{ errors: { code: string }[] }>().errors.map((error) => error.code);
}

describe("pull", () => {
  it("answers GET /v2/ with 200", async () => {
    expect((await get("/v2/")).status).toBe(200);
  });

  it("gives a blob and its digest, or 404", async () => {
    const repository = await newRepository();
    const { digest, content } = textBlob("pulled");
    for (const send of [get, head]) {
      expect((await send(`/v2/${repository}/blobs/${digest}`)).status).toBe(404);
    }
    await pushBlob(repository, { digest, content });
    const whole = await get(`/v2/${repository}/blobs/${digest}`);
    expect(whole.status).toBe(200);
    expect(whole.body.equals(content)).toBe(true);
    const seen = await head(`/v2/${repository}/blobs/${digest}`);
    expect(seen.status).toBe(200);
    expect(seen.headers.get("content-length")).toBe(String(content.length));
    for (const answer of [whole, seen]) {
      expect(answer.headers.get("docker-content-digest")).toBe(digest);
    }
  });

  it("gives a range of a blob", async () => {
    const repository = await newRepository();
    const { digest, content } = buildImage({ layerSizes: [200_000] }).layers[0]!;
    await pushBlob(repository, { digest, content });
    const part = await get(`/v2/${repository}/blobs/${digest}`, { range: "bytes=70000-139999" });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes 70000-139999/${content.length}`);
    expect(part.body.equals(content.subarray(70_000, 140_000))).toBe(true);
  });

  it("gives a manifest by tag and by digest, or 404", async () => {
    const repository = await newRepository();
    const image = buildImage();
    await pushImage(repository, image, "v1");
    for (const reference of ["v1", image.manifest.digest]) {
      const path = `/v2/${repository}/manifests/${reference}`;
      const whole = await get(path);
      expect(whole.body.equals(image.manifest.content)).toBe(true);
      for (const answer of [whole, await head(path)]) {
        expect(answer.status).toBe(200);
        expect(answer.headers.get("content-type")).toBe(mediaTypes.manifest);
        expect(answer.headers.get("docker-content-digest")).toBe(image.manifest.digest);
        expect(answer.headers.get("content-length")).toBe(String(image.manifest.content.length));
      }
    }
    for (const reference of ["absent", textBlob("absent").digest]) {
      const path = `/v2/${repository}/manifests/${reference}`;
      const refused = await get(path);
      expect(refused.status).toBe(404);
      expect(codesOf(refused)).toContain("MANIFEST_UNKNOWN");
      expect((await head(path)).status).toBe(404);
    }
  });

  it("answers 404 in a repository that does not exist", async () => {
    for (const path of ["manifests/v1", "tags/list", `blobs/${textBlob("x").digest}`]) {
      const answer = await get(`/v2/interop/nowhere/${path}`);
      expect(answer.status).toBe(404);
      expect(codesOf(answer)).toContain("NAME_UNKNOWN");
    }
  });
});

describe("push", () => {
  it("takes a blob by POST then PUT and says where it can be pulled", async () => {
    const repository = await newRepository();
    const pushed = textBlob("post then put");
    const location = locationOf(await pushBlob(repository, pushed));
    const pulled = await get(location);
    expect(pulled.status).toBe(200);
    expect(pulled.body.equals(pushed.content)).toBe(true);
  });

  it("takes a blob by a single POST, or goes on with an upload", async () => {
    const repository = await newRepository();
    const { digest, content } = textBlob("single post");
    const target = withDigest(`/v2/${repository}/blobs/uploads/`, digest);
    const answer = await client.send("POST", target, { headers: octets, body: content });
    expect([201, 202]).toContain(answer.status);
    if (answer.status === 202) {
      const rest = withDigest(locationOf(answer), digest);
      expect((await client.send("PUT", rest, { headers: octets, body: content })).status).toBe(201);
    }
    expect((await get(`/v2/${repository}/blobs/${digest}`)).body.equals(content)).toBe(true);
  });

  it("takes a blob as one stream", async () => {
    const repository = await newRepository();
    const { digest, content } = textBlob("streamed");
    const location = await startUpload(repository);
    const patched = await client.send("PATCH", location, { headers: octets, body: content });
    expect(patched.status).toBe(202);
    const closed = await client.send("PUT", withDigest(locationOf(patched), digest));
    expect(closed.status).toBe(201);
    expect((await get(locationOf(closed))).body.equals(content)).toBe(true);
  });

  it("takes a blob in chunks, in their order only", async () => {
    const repository = await newRepository();
    const { digest, content } = textBlob("first chunk, second chunk, third chunk");
    const chunks = [content.subarray(0, 11), content.subarray(11, 25), content.subarray(25)];
    const location = await startUpload(repository);
    expect((await sendChunk(location, 11, chunks[1]!)).status).toBe(416);
    const first = await sendChunk(location, 0, chunks[0]!);
    expect(first.status).toBe(202);
    expect(first.headers.get("range")).toBe("0-10");
    expect((await sendChunk(locationOf(first), 0, chunks[0]!)).status).toBe(416);
    const status = await get(locationOf(first));
    expect(status.status).toBe(204);
    expect(status.headers.get("range")).toBe("0-10");
    const second = await sendChunk(locationOf(status), 11, chunks[1]!);
    expect(second.status).toBe(202);
    expect(second.headers.get("range")).toBe("0-24");
    const closed = await client.send("PUT", withDigest(locationOf(second), digest), {
      headers: { ...octets, "content-range": `25-${content.length - 1}` },
      body: chunks[2]!,
    });
    expect(closed.status).toBe(201);
    expect((await get(locationOf(closed))).body.equals(content)).toBe(true);
  });

  it("forgets an upload that is cancelled", async () => {
    const location = await startUpload(await newRepository());
    expect((await client.send("DELETE", location)).status).toBe(204);
    const gone = await get(location);
    expect(gone.status).toBe(404);
    expect(codesOf(gone)).toContain("BLOB_UPLOAD_UNKNOWN");
  });

  it("refuses bytes that are not those of the digest", async () => {
    const repository = await newRepository();
    const { digest } = textBlob("promised");
    const target = withDigest(await startUpload(repository), digest);
    const body = Buffer.from("delivered");
    const answer = await client.send("PUT", target, { headers: octets, body });
    expect(answer.status).toBe(400);
    expect(codesOf(answer)).toContain("DIGEST_INVALID");
    expect((await head(`/v2/${repository}/blobs/${digest}`)).status).toBe(404);
  });

  it("takes an empty blob", async () => {
    const repository = await newRepository();
    const pushed = textBlob("");
    await pushBlob(repository, pushed);
    const pulled = await get(`/v2/${repository}/blobs/${pushed.digest}`);
    expect(pulled.status).toBe(200);
    expect(pulled.body).toHaveLength(0);
  });

  it("mounts a blob from another repository, named or not", async () => {
    const source = await newRepository();
    const { digest, content } = textBlob("mounted");
    await pushBlob(source, { digest, content });
    for (const from of [`&from=${encodeURIComponent(source)}`, ""]) {
      const target = await newRepository();
      const query = `mount=${encodeURIComponent(digest)}${from}`;
      const answer = await client.send("POST", `/v2/${target}/blobs/uploads/?${query}`);
      expect(answer.status).toBe(201);
      expect((await get(locationOf(answer))).body.equals(content)).toBe(true);
      expect((await head(`/v2/${target}/blobs/${digest}`)).status).toBe(200);
    }
  });

  it("starts an upload where there is nothing to mount", async () => {
    const repository = await newRepository();
    const { digest, content } = textBlob("nowhere to be found");
    const query = `mount=${digest}&from=interop/nowhere`;
    const answer = await client.send("POST", `/v2/${repository}/blobs/uploads/?${query}`);
    expect(answer.status).toBe(202);
    const target = withDigest(locationOf(answer), digest);
    expect((await client.send("PUT", target, { headers: octets, body: content })).status).toBe(201);
  });

  it("takes a manifest by tag and by digest and says where it can be pulled", async () => {
    const repository = await newRepository();
    const image = buildImage();
    for (const each of [image.config, ...image.layers]) await pushBlob(repository, each);
    for (const reference of ["v1", image.manifest.digest]) {
      const answer = await putManifest(repository, reference, image.manifest.content);
      expect(answer.status).toBe(201);
      expect(answer.headers.get("docker-content-digest")).toBe(image.manifest.digest);
      expect((await get(locationOf(answer))).body.equals(image.manifest.content)).toBe(true);
    }
  });

  it("keeps a manifest byte for byte, white space and all", async () => {
    const repository = await newRepository();
    const image = buildImage();
    for (const each of [image.config, ...image.layers]) await pushBlob(repository, each);
    const spaced = Buffer.from(
      `\n${JSON.stringify(JSON.parse(image.manifest.content.toString()), null, 7)}\r\n`,
    );
    expect((await putManifest(repository, "spaced", spaced)).status).toBe(201);
    expect((await get(`/v2/${repository}/manifests/spaced`)).body.equals(spaced)).toBe(true);
  });

  it("takes a manifest without layers", async () => {
    const repository = await newRepository();
    const image = buildImage({ layerSizes: [] });
    await pushImage(repository, image, "bare");
    expect((await head(`/v2/${repository}/manifests/bare`)).status).toBe(200);
  });

  it("refuses a manifest whose blobs are not there", async () => {
    const repository = await newRepository();
    const answer = await putManifest(repository, "v1", buildImage().manifest.content);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(codesOf(answer).length).toBeGreaterThan(0);
    expect((await head(`/v2/${repository}/manifests/v1`)).status).toBe(404);
  });

  it("refuses what is no manifest", async () => {
    const repository = await newRepository();
    const answer = await putManifest(repository, "v1", Buffer.from("blablabla"));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(codesOf(answer).length).toBeGreaterThan(0);
  });

  it("takes a manifest of four megabytes, and answers 413 to a larger one", async () => {
    const repository = await newRepository();
    const image = buildImage();
    for (const each of [image.config, ...image.layers]) await pushBlob(repository, each);
    const padded = (sizeBytes: number) => {
      const manifest = JSON.parse(image.manifest.content.toString());
      const bare = JSON.stringify({ ...manifest, annotations: { padding: "" } }).length;
      const annotations = { padding: "x".repeat(sizeBytes - bare) };
      return Buffer.from(JSON.stringify({ ...manifest, annotations }));
    };
    expect((await putManifest(repository, "large", padded(4_000_000))).status).toBe(201);
    expect((await putManifest(repository, "huge", padded(5 * mebibyte))).status).toBe(413);
  });
});

describe("content discovery", () => {
  it("lists tags in order, in pages that n, last and Link make", async () => {
    const repository = await newRepository();
    const image = buildImage();
    const tags = ["alpha", "beta", "gamma", "v1", "v10", "v2"];
    for (const tag of tags.toReversed()) await pushImage(repository, image, tag);
    const list = async (query: string) => {
      const answer = await get(`/v2/${repository}/tags/list${query}`);
      expect(answer.status).toBe(200);
      const { name, tags } = answer.json<{ name: string; tags: string[] }>();
      expect(name).toBe(repository);
      return { tags, link: answer.headers.get("link") };
    };
    expect((await list("")).tags).toEqual(tags);
    expect(await list("?n=0")).toEqual({ tags: [], link: null });
    expect((await list("?n=2")).tags).toEqual(tags.slice(0, 2));
    expect((await list("?n=3&last=beta")).tags).toEqual(tags.slice(2, 5));
    expect((await list("?last=gamma")).tags).toEqual(tags.slice(3));
    const paged: string[] = [];
    let next: string | undefined = `/v2/${repository}/tags/list?n=4`;
    while (next !== undefined) {
      const answer: OciAnswer = await get(next);
      paged.push(...answer.json<{ tags: string[] }>().tags);
      next = /<([^>]+)>\s*;\s*rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    expect(paged).toEqual(tags);
  });

  it("lists no tags of a repository without any", async () => {
    const answer = await get(`/v2/${await newRepository()}/tags/list`);
    expect(answer.status).toBe(200);
    expect(answer.json<{ tags: string[] }>().tags).toEqual([]);
  });

  const empty = { ...textBlob("{}"), mediaType: "application/vnd.oci.empty.v1+json" };

  /** An artifact that refers to a subject; by its artifactType, or by its config when that is absent. */
  function artifact(subject: Blob, artifactType: string | undefined, config = empty.mediaType) {
    return blob(
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: mediaTypes.manifest,
          ...(artifactType !== undefined && { artifactType }),
          config: { mediaType: config, digest: empty.digest, size: 2 },
          layers: [{ mediaType: empty.mediaType, digest: empty.digest, size: 2 }],
          subject: {
            mediaType: mediaTypes.manifest,
            digest: subject.digest,
            size: subject.content.length,
          },
          annotations: { "org.example.kind": artifactType ?? config },
        }),
      ),
    );
  }

  interface Index {
    schemaVersion: number;
    mediaType: string;
    manifests: { digest: string; artifactType?: string; annotations?: object; size: number }[];
  }

  it("lists referrers of a subject, also of one that is not there yet", async () => {
    const repository = await newRepository();
    const image = buildImage();
    const path = `/v2/${repository}/referrers/${image.manifest.digest}`;
    const before = await get(path);
    expect(before.status).toBe(200);
    expect(before.headers.get("content-type")).toBe(mediaTypes.index);
    expect(before.json<Index>()).toMatchObject({ schemaVersion: 2, manifests: [] });
    await pushBlob(repository, empty);
    const byType = artifact(image.manifest, "application/vnd.example.sbom.v1");
    const byConfig = artifact(image.manifest, undefined, "application/vnd.example.signature.v1");
    for (const { digest, content } of [byType, byConfig]) {
      const answer = await putManifest(repository, digest, content);
      expect(answer.status).toBe(201);
      expect(answer.headers.get("oci-subject")).toBe(image.manifest.digest);
    }
    await pushImage(repository, image, "v1");
    const index = (await get(path)).json<Index>();
    const found = new Map(index.manifests.map((each) => [each.digest, each]));
    expect(found.size).toBe(2);
    expect(found.get(byType.digest)).toMatchObject({
      artifactType: "application/vnd.example.sbom.v1",
      size: byType.content.length,
      annotations: { "org.example.kind": "application/vnd.example.sbom.v1" },
    });
    expect(found.get(byConfig.digest)).toMatchObject({
      artifactType: "application/vnd.example.signature.v1",
    });
    const filtered = await get(
      `${path}?artifactType=${encodeURIComponent("application/vnd.example.sbom.v1")}`,
    );
    expect(filtered.headers.get("oci-filters-applied")).toBe("artifactType");
    expect(filtered.json<Index>().manifests.map((each) => each.digest)).toEqual([byType.digest]);
    expect(
      (await client.send("DELETE", `/v2/${repository}/manifests/${byType.digest}`)).status,
    ).toBe(202);
    const after = (await get(path)).json<Index>();
    expect(after.manifests.map((each) => each.digest)).toEqual([byConfig.digest]);
  });

  it("refuses a referrers request with what is no digest", async () => {
    const answer = await get(`/v2/${await newRepository()}/referrers/sha256:nonsense`);
    expect(answer.status).toBe(400);
  });
});

describe("content management", () => {
  it("deletes a tag and leaves others", async () => {
    const repository = await newRepository();
    const image = buildImage();
    for (const tag of ["one", "two"]) await pushImage(repository, image, tag);
    expect((await client.send("DELETE", `/v2/${repository}/manifests/one`)).status).toBe(202);
    expect((await get(`/v2/${repository}/manifests/one`)).status).toBe(404);
    expect((await get(`/v2/${repository}/manifests/two`)).status).toBe(200);
  });

  it("deletes a manifest with its tags", async () => {
    const repository = await newRepository();
    const image = buildImage();
    await pushImage(repository, image, "v1");
    const path = `/v2/${repository}/manifests/${image.manifest.digest}`;
    expect((await client.send("DELETE", path)).status).toBe(202);
    for (const reference of ["v1", image.manifest.digest]) {
      expect((await get(`/v2/${repository}/manifests/${reference}`)).status).toBe(404);
    }
    const listed = await get(`/v2/${repository}/tags/list`);
    expect(listed.json<{ tags: string[] }>().tags).toEqual([]);
    expect((await client.send("DELETE", path)).status).toBe(404);
  });

  it("deletes a blob, and takes it again", async () => {
    const repository = await newRepository();
    const pushed = textBlob("deleted and pushed again");
    await pushBlob(repository, pushed);
    const path = `/v2/${repository}/blobs/${pushed.digest}`;
    expect((await client.send("DELETE", path)).status).toBe(202);
    expect((await get(path)).status).toBe(404);
    expect((await client.send("DELETE", path)).status).toBe(404);
    await pushBlob(repository, pushed);
    expect((await get(path)).body.equals(pushed.content)).toBe(true);
  });

  it("answers 404 to a deletion in a repository that does not exist", async () => {
    const { digest } = textBlob("x");
    for (const path of [`manifests/${digest}`, `blobs/${digest}`, "manifests/v1"]) {
      expect((await client.send("DELETE", `/v2/interop/nowhere/${path}`)).status).toBe(404);
    }
  });
});
