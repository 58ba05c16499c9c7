import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, deployment, imageManifest, TestRegistry } from "../../../test/support/ecr.ts";
import { PeerDouble } from "../../../test/support/peer-double.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { routeReplication, settleReplication } from "../../../test/support/settle-replication.ts";
import { describeImageReplicationStatus } from "../../operations/ecr/describe-image-replication-status.ts";
import { describeImages } from "../../operations/ecr/describe-images.ts";
import { EgressError } from "../../ports/egress.ts";
import type { Region } from "../names.ts";
import { putReplicationConfiguration } from "./replication-configuration.ts";
import { replicationLimits } from "./replication-limits.ts";

const there = "eu-west-2" as Region;
const repositoryName = "team/app";
const KiB = 1024;

let opened: TestPorts;
let registry: TestRegistry;
let peer: PeerDouble;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  peer = await PeerDouble.open(there);
  await registry.createRepository(repositoryName);
  const source = { account, region: deployment.region };
  const rules = [{ destinations: [{ account, region: there }], prefixes: [] }];
  const reach = {
    regions: deployment.regions,
    peerAccounts: new Map([[there, new Set([account])]]),
  };
  await putReplicationConfiguration(opened.ports, source, { rules }, reach);
});
afterEach(async () => {
  await registry.close();
  await peer.registry.close();
});

const settle = () => settleReplication(opened, new Map([[there, peer]]));

/** An image of these layers, and of others that are there; says its digest. */
async function push(
  layers: readonly Buffer[],
  imageTag: string,
  held: readonly Buffer[] = [],
): Promise<string> {
  const config = Buffer.from(JSON.stringify({ imageTag, random: randomBytes(8).toString("hex") }));
  for (const each of [config, ...layers]) await registry.pushLayer(repositoryName, each);
  return registry.putManifest(repositoryName, imageManifest(config, ...layers, ...held), {
    imageTag,
  });
}

const small = () => randomBytes(12 * KiB);

async function arrived(): Promise<Record<string, readonly string[]>> {
  const { imageDetails = [] } = await peer.registry.ask(
    describeImages,
    { repositoryName },
    peer.caller,
  );
  return Object.fromEntries(
    imageDetails.map(({ imageDigest, imageTags = [] }) => [imageDigest, imageTags]),
  );
}

async function status(imageDigest: string) {
  const input = { repositoryName, imageId: { imageDigest } };
  const { replicationStatuses } = await registry.ask(describeImageReplicationStatus, input);
  return replicationStatuses?.[0]?.status;
}

describe("A copy to another Entrepot", () => {
  it("takes three requests for a small image, however many layers it has", async () => {
    await push([small()], "first");
    await settle();
    peer.forget();
    const images = 5;
    for (let each = 0; each < images; each += 1) {
      await push([small(), small(), small(), small()], `v${each}`);
    }
    await settle();
    expect(Object.keys(await arrived())).toHaveLength(images + 1);
    // By ECR's requests alone it were 2 and three for each of five blobs.
    expect(peer.asked.length).toBeLessThanOrEqual(3 * images);
  });

  it("copies images at once, and what two of them share once", async () => {
    const shared = randomBytes(replicationLimits.peerSmallLayerBytes + 1);
    await push([small()], "first");
    await settle();
    peer.forget();
    const busy = Promise.withResolvers<void>();
    peer.before = async ({ operation }) => {
      if (operation !== "UploadLayerPart") return;
      // The layer is on its way until the others had time to ask for it, too.
      while (peer.count("BatchCheckLayerAvailability") < 5) await sleep(1);
      busy.resolve();
    };
    const digests: string[] = [];
    // The first one goes alone, to see whether there is a way.
    await push([small()], "alone");
    await routeReplication(opened);
    opened.clock.advance(1);
    await registry.pushLayer(repositoryName, shared);
    for (let each = 0; each < 4; each += 1) {
      digests.push(await push([small()], `v${each}`, [shared]));
    }
    await settle();
    await busy.promise;
    expect(peer.count("UploadLayerPart")).toBe(1);
    for (const digest of digests) expect(await status(digest)).toBe("COMPLETE");
    expect(peer.busiest).toBeGreaterThan(1);
    const { copiesAtOnce, childrenAtOnce, layersAtOnce } = replicationLimits;
    expect(peer.busiest).toBeLessThanOrEqual(copiesAtOnce * childrenAtOnce * layersAtOnce);
  });

  it("brings what an index lists before the index, whichever is due first", async () => {
    const children = [await push([small()], "amd64"), await push([small()], "arm64")];
    const manifests = [];
    for (const digest of children) {
      const text = await registry.manifestText(repositoryName, digest);
      const mediaType = JSON.parse(text).mediaType as string;
      manifests.push({ mediaType, digest, size: Buffer.byteLength(text) });
    }
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const index = await registry.putManifest(
      repositoryName,
      { schemaVersion: 2, mediaType, manifests },
      { imageTag: "all" },
    );
    await settle();
    const order = peer.answered
      .filter(({ operation }) => operation === "PutReplica")
      .map(({ input }) => input.imageDigest);
    for (const child of children) expect(order.indexOf(child)).toBeLessThan(order.indexOf(index));
    expect(await arrived()).toEqual({
      [children[0]!]: ["amd64"],
      [children[1]!]: ["arm64"],
      [index]: ["all"],
    });
  });

  it("goes by ECR's requests where the peer is older than the one for small layers", async () => {
    peer.unknown = (operation) => operation === "PutReplicaLayers";
    const digest = await push([small(), small()], "v1");
    await settle();
    expect(await arrived()).toEqual({ [digest]: ["v1"] });
    expect(peer.count("PutReplicaLayers")).toBe(1);
    expect(peer.count("CompleteLayerUpload")).toBe(3);
    expect(peer.count("PutReplica")).toBe(1);
  });

  it("is not made when a small layer came with other bytes than its digest's", async () => {
    const [digest, other] = [await push([small()], "v1"), await push([small()], "v2")];
    peer.before = ({ operation, input }) => {
      if (operation !== "PutReplicaLayers") return;
      const [first] = input.layers as { layerDigest: string; layerBlob: string }[];
      first!.layerBlob = small().toString("base64");
    };
    await settle();
    expect(await arrived()).toEqual({});
    expect(await status(digest)).toBe("IN_PROGRESS");
    expect(await status(other)).toBe("IN_PROGRESS");
    peer.before = () => undefined;
    opened.clock.advance(3_600_000);
    await settle();
    expect(await arrived()).toEqual({ [digest]: ["v1"], [other]: ["v2"] });
  });
});

describe("A copy to ECR itself", () => {
  beforeEach(() => {
    peer.unknown = () => true;
  });

  it("sends the layers of an image at once, and asks for what is Entrepot's own once", async () => {
    const slow = new Set(["UploadLayerPart"]);
    peer.before = ({ operation }) => (slow.has(operation) ? sleep(20) : undefined);
    const layers = Array.from({ length: 7 }, small);
    const digest = await push(layers, "v1");
    const another = await push([small()], "v2");
    await settle();
    expect(await arrived()).toEqual({ [digest]: ["v1"], [another]: ["v2"] });
    expect(peer.busiest).toBeGreaterThan(1);
    expect(peer.busiest).toBeLessThanOrEqual(replicationLimits.layersAtOnce);
    expect(peer.count("PutReplica")).toBe(1);
    expect(peer.count("PutReplicaLayers")).toBe(1);
    expect(peer.count("CompleteLayerUpload")).toBe(layers.length + 3);
  });

  it("leaves a tag where the last push put it, however long each request takes", async () => {
    const first = await push([small()], "first");
    await settle();
    const digests: string[] = [];
    for (let each = 0; each < 6; each += 1) digests.push(await push([small()], "moving"));
    let turn = 0;
    peer.before = () => sleep((turn++ * 7) % 11);
    await settle();
    const last = digests.at(-1)!;
    const tagged = Object.entries(await arrived()).filter(([, tags]) => tags.length > 0);
    expect(Object.fromEntries(tagged)).toEqual({ [first]: ["first"], [last]: ["moving"] });
    for (const digest of digests) expect(await status(digest)).toBe("COMPLETE");
  });
});

describe("A peer that can not be reached", () => {
  it("is asked for one image, and the others are not tried until that one came through", async () => {
    for (let each = 0; each < 8; each += 1) await push([small()], `v${each}`);
    peer.before = () => {
      throw new EgressError("Unreachable", "it is down");
    };
    await settle();
    expect(peer.asked).toHaveLength(1);
    peer.before = () => undefined;
    opened.clock.advance(3_600_000);
    await settle();
    expect(Object.keys(await arrived())).toHaveLength(8);
  });
});
