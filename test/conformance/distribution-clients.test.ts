/** What single clients send and few others do, as they were seen to send it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { activeImage } from "../../src/registry/scanning/active-image.ts";
import { readContents } from "../../src/registry/scanning/inventory-image.ts";
import { listedImage } from "../../src/registry/search/image-layers.ts";
import { describeOverview } from "../../src/registry/search/image-overview.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { type DistributionServer, startDistribution } from "../support/distribution-server.ts";
import { deployment, ociConfig, ociIndex, ociManifest } from "../support/ecr.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";

let server: DistributionServer;
let client: OciClient;

beforeEach(async () => {
  server = await startDistribution();
  client = server.client();
  await server.createRepository("app");
});

afterEach(() => server.close());

const descriptor = (mediaType: string, content: Uint8Array) => ({
  ...{ mediaType, digest: digestOf(content), size: content.length },
});
const problems = async () => (await checkStore(server.opened.ports, { repair: false })).problems;

describe("a list of nothing that is null", () => {
  const rootfs = { type: "layers", diff_ids: [] };
  const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", rootfs }));

  /** What else of the registry reads of the manifest that was pushed. */
  async function readAgain(digest: string) {
    const { ports } = server.opened;
    const name = "app" as RepositoryName;
    const id = { digest: digest as Digest };
    const { repository, image } = await activeImage(ports, deployment, name, id);
    await describeOverview(ports, deployment, name, id, async () => true);
    return { listed: await listedImage(ports, repository, image), repository, image };
  }

  it("is taken of an image as regctl makes one, and read as no layer", async () => {
    await client.pushBlob("app", config);
    const answer = await client.putManifest("app", "1.0", {
      ...{ schemaVersion: 2, mediaType: ociManifest },
      ...{ config: descriptor(ociConfig, config), layers: null },
    });
    expect(answer.status).toBe(201);
    const digest = answer.headers.get("docker-content-digest") ?? "";
    const { listed, repository, image } = await readAgain(digest);
    expect(listed.layers).toEqual([]);
    expect((await readContents(server.opened.ports, repository, image)).layers).toEqual([]);
    expect(await problems()).toEqual([]);
  });

  it("is taken of an index of which crane left out everything", async () => {
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests: null };
    const answer = await client.putManifest("app", "1.0", index);
    expect(answer.status).toBe(201);
    await readAgain(answer.headers.get("docker-content-digest") ?? "");
  });
});

describe("BuildKit's cache, exported without image-manifest=true", () => {
  const layer = Buffer.from("a layer of the cache");
  const config = Buffer.from('{"layers":[{"blob":"…"}],"records":[]}');
  const listed = [
    descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer),
    descriptor("application/vnd.buildkit.cacheconfig.v0", config),
  ];
  const cache = { schemaVersion: 2, mediaType: ociIndex, manifests: listed };
  const blob = (content: Buffer) => `/v2/app/blobs/${digestOf(content)}`;

  it("is refused as long as a layer that it lists is not there", async () => {
    await client.pushBlob("app", config);
    const answer = await client.putManifest("app", "cache", cache);
    expect([answer.status, answer.code()]).toEqual([400, "BLOB_UPLOAD_UNKNOWN"]);
    expect(answer.text()).toContain(digestOf(layer));
  });

  it("keeps its layers as long as it is there, and no longer", async () => {
    for (const content of [layer, config]) await client.pushBlob("app", content);
    expect((await client.putManifest("app", "cache", cache)).status).toBe(201);
    await reclaimOnce(server.opened.ports, { ignoreLeases: true });
    expect((await client.get("/v2/app/manifests/cache")).text()).toBe(JSON.stringify(cache));
    for (const content of [layer, config]) {
      expect((await client.get(blob(content))).body.equals(content)).toBe(true);
      expect((await client.send("DELETE", blob(content))).status).toBe(405);
    }
    expect(await problems()).toEqual([]);
    const digest = digestOf(JSON.stringify(cache));
    expect((await client.send("DELETE", `/v2/app/manifests/${digest}`)).status).toBe(202);
    await reclaimOnce(server.opened.ports, { ignoreLeases: true });
    for (const content of [layer, config]) {
      expect((await client.head(blob(content))).status).toBe(404);
    }
    expect(await problems()).toEqual([]);
  });
});

it("tells the Docker CLI and others that its errors are JSON, which they do not guess", async () => {
  const answer = await client.get("/v2/app/manifests/absent");
  expect([answer.status, answer.code()]).toEqual([404, "MANIFEST_UNKNOWN"]);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json(;|$)/);
});
