/**
 * Two processes and a way between them that is slow, that breaks, and that loses answers, so that what
 * one side did the other does not hear of: at no time is anything at the destination that is not whole,
 * and in the end everything is there, once, and said so.
 */
import { randomBytes } from "node:crypto";
import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeImageReplicationStatusCommand,
  DescribeImagesCommand,
  InitiateLayerUploadCommand,
  PutImageCommand,
  PutReplicationConfigurationCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ReplicationStanding } from "../../src/operations/entrepot/describe-replication.ts";
import { digestOf, imageManifest, ociIndex, ociManifest } from "../support/ecr.ts";
import { type PeerRing, type RingPlace, startRing } from "../support/peer-ring.ts";

const registryId = "000000000000";
const repositoryName = "team/app";
const named = { repositoryName };
const KiB = 1024;
const waiting = { timeout: 150_000, interval: 250 };
const smallImages = 12;

let ring: PeerRing;
let source: RingPlace;
let target: RingPlace;
beforeAll(async () => {
  ring = await startRing(["us-east-1", "eu-west-2"]);
  [source, target] = ring.places as [RingPlace, RingPlace];
  await source.client.send(new CreateRepositoryCommand(named));
  const rules = [{ destinations: [{ region: target.region, registryId }] }];
  const replicationConfiguration = { rules };
  await source.client.send(new PutReplicationConfigurationCommand({ replicationConfiguration }));
}, 120_000);
afterAll(() => ring?.stop());

async function pushLayer(content: Buffer): Promise<void> {
  const { uploadId } = await source.client.send(new InitiateLayerUploadCommand(named));
  const part = { ...named, uploadId, partFirstByte: 0, partLastByte: content.length - 1 };
  await source.client.send(new UploadLayerPartCommand({ ...part, layerPartBlob: content }));
  const layerDigests = [digestOf(content)];
  await source.client.send(new CompleteLayerUploadCommand({ ...named, uploadId, layerDigests }));
}

async function put(manifest: object, imageTag?: string) {
  const imageManifestText = JSON.stringify(manifest);
  const input = { ...named, imageManifest: imageManifestText, imageTag };
  await source.client.send(new PutImageCommand(input));
  return { digest: digestOf(imageManifestText), size: imageManifestText.length };
}

async function push(imageTag: string, bytes: number) {
  const config = Buffer.from(JSON.stringify({ imageTag, random: randomBytes(8).toString("hex") }));
  const layer = randomBytes(bytes);
  for (const each of [config, layer]) await pushLayer(each);
  return put(imageManifest(config, layer), imageTag);
}

/** By digest, with tags; what is there is asked of the destination itself, not through the proxy. */
async function arrived(): Promise<Record<string, string[]>> {
  try {
    const { imageDetails = [] } = await target.client.send(new DescribeImagesCommand(named));
    return Object.fromEntries(imageDetails.map((each) => [each.imageDigest, each.imageTags ?? []]));
  } catch {
    return {}; // There is no repository yet.
  }
}

/** Whatever can be pulled there is whole. @returns how many images were looked at */
async function requireWhole(): Promise<number> {
  const imageIds = Object.keys(await arrived()).map((imageDigest) => ({ imageDigest }));
  if (imageIds.length === 0) return 0;
  const { images = [] } = await target.client.send(
    new BatchGetImageCommand({ ...named, imageIds }),
  );
  for (const { imageManifest: text = "" } of images) {
    const { config, layers = [], manifests = [] } = JSON.parse(text);
    for (const { digest } of manifests) {
      expect(imageIds.map((each) => each.imageDigest)).toContain(digest);
    }
    const layerDigests = [config, ...layers].filter(Boolean).map(({ digest }) => digest);
    if (layerDigests.length === 0) continue;
    const check = new BatchCheckLayerAvailabilityCommand({ ...named, layerDigests });
    for (const layer of (await target.client.send(check)).layers ?? []) {
      expect(layer.layerAvailability).toBe("AVAILABLE");
    }
  }
  return images.length;
}

async function standing(): Promise<ReplicationStanding | undefined> {
  const told = await source.command<{ destinations: ReplicationStanding[] }>(
    "replication",
    "status",
  );
  return told.destinations[0];
}

async function status(imageDigest: string): Promise<string | undefined> {
  const input = { ...named, imageId: { imageDigest } };
  const answer = await source.client.send(new DescribeImageReplicationStatusCommand(input));
  return answer.replicationStatuses?.[0]?.status;
}

it("what is pushed over a way that breaks, loses answers and is slow is whole or absent, and all there in the end", async () => {
  // The same faults in each run: every fifth piece ends its connection, by turns with and without effect.
  let pieces = 0;
  let faults = 0;
  source.onward.delay = () => (pieces % 3) * 4;
  source.onward.judge = () => {
    pieces += 1;
    if (pieces % 5 !== 0) return "pass";
    faults += 1;
    return faults % 2 === 0 ? "cut" : "pass and cut";
  };
  const expected: Record<string, string[]> = {};
  const children = [];
  for (let each = 0; each < smallImages; each += 1) {
    const child = await push(`v${each}`, 8 * KiB);
    expected[child.digest] = [`v${each}`];
    children.push(child);
    await requireWhole();
  }
  const large = await push("large", 3 * 1024 * KiB);
  expected[large.digest] = ["large"];
  const manifests = children.map((child) => ({ mediaType: ociManifest, ...child }));
  const index = await put({ schemaVersion: 2, mediaType: ociIndex, manifests }, "all");
  expected[index.digest] = ["all"];
  await expect.poll(() => faults, waiting).toBeGreaterThan(smallImages);
  // What is said to be there is there, while the way is as it is.
  for (const digest of Object.keys(expected)) {
    if ((await status(digest)) !== "COMPLETE") continue;
    expect(Object.keys(await arrived())).toContain(digest);
  }
  await requireWhole();
  source.onward.judge = () => "pass";
  source.onward.delay = () => 0;
  await expect.poll(arrived, waiting).toEqual(expected);
  await expect.poll(standing, waiting).toMatchObject({ waitingImages: 0, failedImages: 0 });
  for (const digest of Object.keys(expected)) expect(await status(digest)).toBe("COMPLETE");
  expect(await requireWhole()).toBe(smallImages + 2);
}, 300_000);

it("an image whose every answer is lost is there, and said to be as soon as one comes through", async () => {
  source.onward.judge = () => "pass and cut";
  const image = await push("unheard", 8 * KiB);
  // Nobody hears that layers are there: then no manifest is sent.
  await expect.poll(async () => (await standing())?.waitingImages, waiting).toBe(1);
  expect(await status(image.digest)).toBe("IN_PROGRESS");
  expect(Object.keys(await arrived())).not.toContain(image.digest);
  source.onward.judge = () => "pass";
  await expect.poll(() => status(image.digest), waiting).toBe("COMPLETE");
  expect((await arrived())[image.digest]).toEqual(["unheard"]);
}, 180_000);
