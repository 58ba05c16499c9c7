import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeImageReplicationStatusCommand,
  DescribeImagesCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  ListReplicationBackfillsCommand,
  PutImageCommand,
  PutRegistryPolicyCommand,
  PutReplicationConfigurationCommand,
  StartReplicationBackfillCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { expect, it, onTestFinished } from "vitest";
import { CuttingProxy } from "../support/cutting-proxy.ts";
import { digestOf, imageManifest } from "../support/ecr.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const here = "us-east-1";
const there = "eu-west-2";
const registryId = "000000000000";
const repositoryName = "team/app";
const MiB = 1024 * 1024;
const layerBytes = 18 * MiB;
const waiting = { timeout: 60_000, interval: 100 };

const clientOf = ({ origin, accessKeyId, secretAccessKey }: RunningServer, region = here) =>
  new ECRClient({
    ...{ region, endpoint: origin, maxAttempts: 3 },
    credentials: { accessKeyId, secretAccessKey },
  });

async function pushLayer(client: ECRClient, content: Buffer): Promise<void> {
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
  const named = { repositoryName, uploadId };
  const range = { partFirstByte: 0, partLastByte: content.length - 1 };
  await client.send(new UploadLayerPartCommand({ ...named, ...range, layerPartBlob: content }));
  const layerDigests = [digestOf(content)];
  await client.send(new CompleteLayerUploadCommand({ ...named, layerDigests }));
}

async function pushImage(client: ECRClient, imageTag: string, layer: Buffer): Promise<string> {
  const config = Buffer.from(JSON.stringify({ imageTag, random: randomBytes(8).toString("hex") }));
  await pushLayer(client, config);
  const manifest = JSON.stringify(imageManifest(config, layer));
  await client.send(new PutImageCommand({ repositoryName, imageManifest: manifest, imageTag }));
  return digestOf(manifest);
}

it("a layer goes on to a peer where it stood when the way was cut and the server died", async () => {
  const [sourceDirectory, targetDirectory] = await Promise.all(
    ["source", "target"].map((name) => mkdtemp(join(tmpdir(), `entrepot-${name}-`))),
  );
  onTestFinished(async () => {
    for (const each of [sourceDirectory!, targetDirectory!]) await rm(each, { recursive: true });
  });
  const target = await startServer({
    dataDirectory: targetDirectory!,
    settings: { ENTREPOT_REGION: there, ENTREPOT_REGIONS: there },
  });
  onTestFinished(async () => void (await target.stop()));
  const proxy = await CuttingProxy.start(Number(new URL(target.httpsOrigin).port));
  onTestFinished(() => proxy.stop());
  const peer = {
    url: `https://127.0.0.1:${proxy.port}`,
    credentials: join(targetDirectory!, "credentials"),
    ca: join(targetDirectory!, "tls", "ca.pem"),
  };
  const settings = { ENTREPOT_PEERS: JSON.stringify({ [there]: peer }) };
  const begin = () => startServer({ dataDirectory: sourceDirectory!, settings });
  let source = await begin();
  onTestFinished(async () => void (await source.stop()));
  let client = clientOf(source);
  const peerClient = clientOf(target, there);
  const status = async (imageDigest: string) => {
    const command = new DescribeImageReplicationStatusCommand({
      ...{ repositoryName, imageId: { imageDigest } },
    });
    return (await client.send(command)).replicationStatuses?.[0];
  };
  const complete = { region: there, registryId, status: "COMPLETE" };
  const arrived = async () => {
    const { imageDetails } = await peerClient.send(new DescribeImagesCommand({ repositoryName }));
    return Object.fromEntries(imageDetails!.map((each) => [each.imageDigest, each.imageTags]));
  };

  await client.send(new CreateRepositoryCommand({ repositoryName }));
  const layer = randomBytes(layerBytes);
  await pushLayer(client, layer);
  const before = await pushImage(client, "before", layer);
  const destinations = [{ region: there, registryId }];
  const replicationConfiguration = { rules: [{ destinations }] };
  await client.send(new PutReplicationConfigurationCommand({ replicationConfiguration }));

  // The first part passes, of 11 MiB in base64; the second one is cut.
  let sent = 0;
  const cut = new Promise<void>((resolve) => {
    proxy.judge = ({ length }) => {
      sent += length;
      if (sent < 16 * MiB) return "pass";
      resolve();
      return "cut";
    };
  });
  const first = await pushImage(client, "v1", layer);
  await cut;
  expect((await status(first))?.status).toBe("IN_PROGRESS");
  await expect(arrived()).resolves.toEqual({}); // Nothing is to be seen of what is not whole.
  await source.kill();
  sent = 0;
  proxy.judge = ({ length }) => {
    sent += length;
    return "pass";
  };
  source = await begin();
  client = clientOf(source);
  await expect.poll(() => status(first), waiting).toEqual(complete);
  expect(await arrived()).toEqual({ [first]: ["v1"] });
  const rest = Math.ceil(((layerBytes - 8 * MiB) * 4) / 3);
  expect(sent).toBeGreaterThan(rest);
  expect(sent).toBeLessThan(rest + MiB);
  const pulled = await peerClient.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: "v1" }] }),
  );
  const text = pulled.images?.[0]?.imageManifest ?? "";
  expect(`sha256:${createHash("sha256").update(text).digest("hex")}`).toBe(first);

  // What is there is not sent again; what is there without being copied comes by a backfill.
  sent = 0;
  const second = await pushImage(client, "v1", layer);
  await expect.poll(() => status(second), waiting).toEqual(complete);
  expect(await arrived()).toEqual({ [first]: undefined, [second]: ["v1"] });
  const [destination] = destinations;
  await client.send(new StartReplicationBackfillCommand({ destination }));
  const backfill = async () =>
    (await client.send(new ListReplicationBackfillsCommand({}))).backfills?.[0]?.status;
  await expect.poll(backfill, waiting).toBe("COMPLETE");
  expect(await arrived()).toMatchObject({ [before]: ["before"], [second]: ["v1"] });
  expect(sent).toBeLessThan(MiB);

  // The peer's own policies say who may bring what.
  const Statement = [{ Sid: "no", Effect: "Deny", Principal: "*", Action: "ecr:ReplicateImage" }];
  const policyText = JSON.stringify({
    ...{ Version: "2012-10-17", Statement: Statement.map((each) => ({ ...each, Resource: "*" })) },
  });
  await peerClient.send(new PutRegistryPolicyCommand({ policyText }));
  const third = await pushImage(client, "v2", layer);
  await expect
    .poll(() => status(third), waiting)
    .toEqual({ ...complete, status: "FAILED", failureCode: "AccessDenied" });
  expect(Object.keys(await arrived())).not.toContain(third);
}, 120_000);
