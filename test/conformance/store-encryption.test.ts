/** A blob store that encrypts by itself is given plaintext, and hands it out to whoever is sent there. */
import { afterEach, describe, expect, it } from "vitest";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import { findLayer } from "../../src/registry/layers/find-layer.ts";
import type { Digest, RepositoryName, UploadId } from "../../src/registry/names.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { account, deployment, imageManifest } from "../support/ecr.ts";
import { digestOf } from "../support/oci-client.ts";

const content = Buffer.alloc(2_500_000);
for (let index = 0; index < content.length; index += 4) content.writeUInt32LE(index, index);
const digest = digestOf(content) as Digest;
const blob = `/v2/app/blobs/${digest}`;
const registry = { account, region: deployment.region };

let server: DistributionServer;
afterEach(() => server.close());

async function start(origin?: string): Promise<DistributionServer> {
  const blobs = new MemoryBlobStore({ encrypts: true, ...(origin && { origin }) });
  server = await startDistribution({}, blobs);
  await server.createRepository("app");
  return server;
}

const uploadIn = (location: string) => /uploads\/([0-9a-f-]{36})/.exec(location)?.[1] as UploadId;

const stored = (of = digest) =>
  findLayer(server.opened.ports, registry, "app" as RepositoryName, of).then(
    ({ object }) => object,
  );

describe("a store that encrypts by itself", () => {
  it("sends the client to the store, for the whole and for a range, once it may pull", async () => {
    const client = (await start("http://store.test")).client();
    await client.pushBlob("app", content);
    const { id } = await stored();
    for (const headers of [{}, { range: "bytes=10-19" }]) {
      const answer = await client.send("GET", blob, { headers });
      expect(answer.status).toBe(307);
      expect(answer.headers.get("location")).toBe(`http://store.test/${id}?life=3600`);
      expect(answer.body.length).toBe(0);
    }
    const head = await client.head(blob);
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "2500000"]);
    const stranger = await server.client("222222222222" as typeof account).get(blob);
    expect(stranger.headers.get("location")).toBeNull();
    expect(stranger.status).not.toBe(307);
  });

  it("is given the bytes as they are, also small ones, none of which stay in the database", async () => {
    const client = (await start()).client();
    const small = Buffer.from('{"os":"linux"}');
    await client.pushBlob("app", content);
    await client.pushBlob("app", small);
    expect(await stored()).toMatchObject({ placement: "blobs", sealedBytes: content.length });
    expect(await server.opened.dump()).not.toContain(small.toString("hex"));
    expect((await client.get(`/v2/app/blobs/${digestOf(small)}`)).body.equals(small)).toBe(true);
  });

  it("is read through where clients cannot reach it, ranges too", async () => {
    const client = (await start()).client();
    await client.pushBlob("app", content);
    const whole = await client.get(blob);
    expect([whole.status, whole.body.equals(content)]).toEqual([200, true]);
    const range = await client.send("GET", blob, { headers: { range: "bytes=1048570-1048590" } });
    expect(range.status).toBe(206);
    expect(range.body.equals(content.subarray(1048570, 1048591))).toBe(true);
  });

  it.each(["sha256", "sha512"] as const)(
    "12: never has a layer of %s that is damaged taken for a whole one, and fsck tells of it",
    async (algorithm) => {
      const client = (await start()).client();
      const digest = (await client.pushBlob("app", content, algorithm)) as Digest;
      const { ports } = server.opened;
      expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
      const { id, place } = await stored(digest);
      await ports.blobs.delete(id);
      const other = Buffer.from(content);
      other[other.length - 1]! ^= 1;
      const staged = await ports.blobs.stage(id, { lengthBytes: 0, place: "" });
      await staged.append([other]);
      await ports.blobs.publish(id, { lengthBytes: other.length, place: await staged.sync() });
      await staged.close();
      expect(place).toBe("");
      await expect(client.get(`/v2/app/blobs/${digest}`)).rejects.toThrow();
      const { problems } = await checkStore(ports, { repair: false });
      const message = `object ${id} (${digest}) does not open: the stored object has another digest`;
      expect(problems).toEqual([{ kind: "damaged-object", message, repaired: false }]);
    },
  );

  it.each(["sha256", "sha512"] as const)(
    "takes a layer of %s in chunks over several requests, and an empty one",
    async (algorithm) => {
      const digest = digestOf(content, algorithm);
      const client = (await start()).client();
      const begun = await client.send("POST", "/v2/app/blobs/uploads/");
      let location = begun.headers.get("location")!;
      for (const [start, end] of [
        [0, 1_000_000],
        [1_000_000, 2_500_000],
      ] as const) {
        const answer = await client.send("PATCH", location, {
          headers: { "content-range": `${start}-${end - 1}` },
          body: content.subarray(start, end),
        });
        expect(answer.status).toBe(202);
        location = answer.headers.get("location")!;
        // As another replica would: nothing is remembered of what came before.
        server.opened.ports.memory.runningDigests.delete(uploadIn(location));
      }
      const mark = location.includes("?") ? "&" : "?";
      const wrong = await client.send("PUT", `${location}${mark}digest=${digestOf("other")}`);
      expect([wrong.status, wrong.code()]).toEqual([400, "DIGEST_INVALID"]);
      const done = await client.send("PUT", `${location}${mark}digest=${digest}`);
      expect(done.status).toBe(201);
      expect((await client.get(`/v2/app/blobs/${digest}`)).body.equals(content)).toBe(true);
      const empty = await client.pushBlob("app", Buffer.alloc(0), algorithm);
      expect((await client.get(`/v2/app/blobs/${empty}`)).body.length).toBe(0);
    },
  );

  it("holds images whose manifests Entrepot seals all the same", async () => {
    const client = (await start()).client();
    await client.pushBlob("app", content);
    const config = Buffer.from("{}");
    await client.pushBlob("app", config);
    const manifest = imageManifest(config, content);
    expect((await client.putManifest("app", "v1", manifest)).status).toBe(201);
    const pulled = await client.get("/v2/app/manifests/v1");
    expect(pulled.json()).toEqual(manifest);
    expect((await checkStore(server.opened.ports, { repair: false })).problems).toEqual([]);
  });
});
