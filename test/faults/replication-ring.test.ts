/** Three processes, each the next one's source: what any of them has all have, and nothing goes around. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  InitiateLayerUploadCommand,
  ListTagsForResourceCommand,
  PutImageCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  PutReplicationConfigurationCommand,
  TagResourceCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ReplicationStanding } from "../../src/operations/entrepot/describe-replication.ts";
import { digestOf, imageManifest } from "../support/ecr.ts";
import { type PeerRing, type RingPlace, startRing } from "../support/peer-ring.ts";

const registryId = "000000000000";
const app = "team/app";
const repositoryName = app;
const MiB = 1024 * 1024;
const waiting = { timeout: 120_000, interval: 250 };

let ring: PeerRing;
let first: RingPlace;
let second: RingPlace;
let third: RingPlace;
beforeAll(async () => {
  ring = await startRing(["us-east-1", "eu-west-2", "ap-south-1"]);
  [first, second, third] = ring.places as [RingPlace, RingPlace, RingPlace];
  const directory = await mkdtemp(join(tmpdir(), "entrepot-options-"));
  for (const [index, place] of ring.places.entries()) {
    const next = ring.places[(index + 1) % ring.places.length]!;
    const destination = { region: next.region, registryId };
    const replicationConfiguration = { rules: [{ destinations: [destination] }] };
    await place.client.send(new PutReplicationConfigurationCommand({ replicationConfiguration }));
    const file = join(directory, `${index}.json`);
    // Settings go one way: from the first.
    const settings = place === first ? ["TAG_MUTABILITY", "LIFECYCLE_POLICY", "RESOURCE_TAGS"] : [];
    const options = [{ destination, deletes: true, chain: true, settings }];
    await writeFile(file, JSON.stringify({ options }));
    await place.command("replication", "options", file);
  }
  await rm(directory, { recursive: true });
  for (const name of [app, "team/other"]) {
    await first.client.send(new CreateRepositoryCommand({ repositoryName: name }));
  }
}, 120_000);
afterAll(() => ring?.stop());

const gone = "RepositoryNotFoundException";
const nameOf = (error: unknown) => (error instanceof Error ? error.name : error);

async function pushLayer({ client }: RingPlace, content: Buffer, repositoryName: string) {
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
  const named = { repositoryName, uploadId };
  const range = { partFirstByte: 0, partLastByte: content.length - 1 };
  await client.send(new UploadLayerPartCommand({ ...named, ...range, layerPartBlob: content }));
  await client.send(
    new CompleteLayerUploadCommand({ ...named, layerDigests: [digestOf(content)] }),
  );
}

async function push(
  place: RingPlace,
  imageTag: string,
  layer: Buffer,
  repositoryName = app,
): Promise<string> {
  const config = Buffer.from(JSON.stringify({ random: randomBytes(8).toString("hex") }));
  for (const each of [config, layer]) await pushLayer(place, each, repositoryName);
  const manifest = JSON.stringify(imageManifest(config, layer));
  const input = { repositoryName, imageManifest: manifest, imageTag };
  await place.client.send(new PutImageCommand(input));
  return digestOf(manifest);
}

async function tag({ client }: RingPlace, imageDigest: string, imageTag: string): Promise<void> {
  const wanted = { repositoryName, imageIds: [{ imageDigest }] };
  const { images } = await client.send(new BatchGetImageCommand(wanted));
  const text = images?.[0]?.imageManifest ?? "";
  await client.send(new PutImageCommand({ repositoryName, imageManifest: text, imageTag }));
}

const remove = ({ client }: RingPlace, imageDigest: string, repositoryName = app) =>
  client.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest }] }));

async function images(
  { client }: RingPlace,
  repositoryName = app,
): Promise<Record<string, string[]>> {
  const { imageDetails = [] } = await client.send(new DescribeImagesCommand({ repositoryName }));
  return Object.fromEntries(
    imageDetails.map((each) => [each.imageDigest, (each.imageTags ?? []).toSorted()]),
  );
}

async function backlog(place: RingPlace): Promise<number> {
  const { destinations } = await place.command<{ destinations: ReplicationStanding[] }>(
    "replication",
    "status",
  );
  return destinations.reduce(
    (sum, each) => sum + each.waitingImages + each.waitingChanges + each.failedImages,
    0,
  );
}

async function isEverywhere(expected: Record<string, string[]> | string, name: string) {
  for (const place of ring.places) {
    await expect.poll(() => images(place, name).catch(nameOf), waiting).toEqual(expected);
  }
}

/** All places have this, and nothing is on its way any more. */
async function settledTo(expected: Record<string, string[]>): Promise<void> {
  await isEverywhere(expected, app);
  for (const place of ring.places) {
    await expect.poll(() => backlog(place), waiting).toBe(0);
  }
}

/** Counts what is sent on a way, and passes it. */
function counting(place: RingPlace): () => number {
  let sent = 0;
  place.onward.judge = ({ length }) => {
    sent += length;
    return "pass";
  };
  return () => sent;
}

it("an image goes around once, and its layers are not sent to where they came from", async () => {
  const sent = ring.places.map(counting);
  const digest = await push(first, "v1", randomBytes(2 * MiB));
  await settledTo({ [digest]: ["v1"] });
  const layer = (2 * MiB * 4) / 3;
  expect(sent[0]!()).toBeGreaterThan(layer);
  expect(sent[1]!()).toBeGreaterThan(layer);
  // From the last to the first: it asks, and finds that all is there.
  expect(sent[2]!()).toBeLessThan(MiB / 4);
  await remove(second, digest);
  await settledTo({});
}, 240_000);

it("what is pushed, tagged and deleted while a way is cut is the same everywhere in the end", async () => {
  const kept = await push(first, "kept", randomBytes(MiB));
  const doomed = await push(first, "doomed", randomBytes(MiB));
  await settledTo({ [kept]: ["kept"], [doomed]: ["doomed"] });
  first.onward.judge = () => "cut";
  first.onward.cutAll();
  // Deleted here; there it is tagged before anybody could hear of that, and so it stays.
  await remove(first, doomed);
  await remove(first, kept);
  await tag(second, doomed, "later");
  const cutOff = await push(first, "moving", randomBytes(MiB));
  const moving = await push(second, "moving", randomBytes(MiB));
  await expect.poll(() => backlog(first), waiting).toBeGreaterThan(0);
  counting(first);
  await settledTo({ [doomed]: ["later"], [cutOff]: [], [moving]: ["moving"] });
  for (const digest of [doomed, cutOff, moving]) await remove(third, digest);
  await settledTo({});
}, 240_000);

it("a server that dies in the middle of a layer goes on, and nothing of it is to be seen before", async () => {
  let sent = 0;
  const isUnderWay = new Promise<void>((resolve) => {
    first.onward.judge = ({ length }) => {
      sent += length;
      if (sent > 12 * MiB) resolve();
      return sent > 14 * MiB ? "cut" : "pass";
    };
  });
  const digest = await push(first, "large", randomBytes(18 * MiB));
  await isUnderWay;
  await second.server().kill();
  first.onward.cutAll();
  counting(first);
  await second.restart();
  await expect(images(second).catch(() => ({}))).resolves.toEqual({});
  await settledTo({ [digest]: ["large"] });
}, 240_000);

it("a repository that is deleted while a way is cut is gone everywhere in the end, and new where it is made anew", async () => {
  const other = "team/other";
  const older = await push(first, "v1", randomBytes(1024), other);
  await isEverywhere({ [older]: ["v1"] }, other);
  first.onward.judge = () => "cut";
  first.onward.cutAll();
  // What the first has not heard of when it deletes, and what it has not been able to send.
  await push(second, "unheard", randomBytes(1024), other);
  await push(first, "unsent", randomBytes(1024), other);
  await remove(first, older, other);
  await first.client.send(new DeleteRepositoryCommand({ repositoryName: other, force: true }));
  await second.server().kill();
  await second.restart();
  counting(first);
  await isEverywhere(gone, other);
  await first.client.send(new CreateRepositoryCommand({ repositoryName: other }));
  const later = await push(first, "v1", randomBytes(1024), other);
  await isEverywhere({ [later]: ["v1"] }, other);
}, 240_000);

it("settings are those of the source at the next, by the operations of ECR", async () => {
  const arn = ({ region }: RingPlace) =>
    `arn:aws:ecr:${region}:${registryId}:repository/${repositoryName}`;
  const imageTagMutabilityExclusionFilters = [{ filter: "dev*", filterType: "WILDCARD" as const }];
  const imageTagMutability = "IMMUTABLE_WITH_EXCLUSION";
  const mutability = { imageTagMutability, imageTagMutabilityExclusionFilters } as const;
  await first.client.send(new PutImageTagMutabilityCommand({ repositoryName, ...mutability }));
  const lifecyclePolicyText = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 9 },
        action: { type: "expire" },
      },
    ],
  });
  await first.client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
  const tagged = [{ Key: "team", Value: "a" }];
  await second.client.send(
    new TagResourceCommand({ resourceArn: arn(second), tags: [{ Key: "old", Value: "b" }] }),
  );
  await first.client.send(new TagResourceCommand({ resourceArn: arn(first), tags: tagged }));
  const found = async () => {
    const repositoryNames = [repositoryName];
    const { repositories } = await second.client.send(
      new DescribeRepositoriesCommand({ repositoryNames }),
    );
    const { tags } = await second.client.send(
      new ListTagsForResourceCommand({ resourceArn: arn(second) }),
    );
    const policy = await second.client
      .send(new GetLifecyclePolicyCommand({ repositoryName }))
      .catch(() => undefined);
    return [repositories?.[0]?.imageTagMutability, tags, policy?.lifecyclePolicyText];
  };
  await expect.poll(found, waiting).toEqual([imageTagMutability, tagged, lifecyclePolicyText]);
}, 120_000);
