import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  deployment,
  digestOf,
  imageManifest,
  ociIndex,
  ociManifest,
  otherAccount,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { routeReplication, settleReplication } from "../../../test/support/settle-replication.ts";
import type { AccountId, Digest, Region, RepositoryName } from "../../registry/names.ts";
import { describeReplication } from "../entrepot/describe-replication.ts";
import { listEvents } from "../entrepot/list-events.ts";
import { quarantineImage } from "../entrepot/quarantine-image.ts";
import { releaseImage } from "../entrepot/release-image.ts";
import { restoreRepository } from "../entrepot/restore-repository.ts";
import { batchGetImage } from "./batch-get-image.ts";
import { createRepository } from "./create-repository.ts";
import { createRepositoryCreationTemplate } from "./create-repository-creation-template.ts";
import { deleteRepository } from "./delete-repository.ts";
import { describeImageReplicationStatus } from "./describe-image-replication-status.ts";
import { describeImages } from "./describe-images.ts";
import { describeRegistry } from "./describe-registry.ts";
import { describeReplicationBackfillResults } from "./describe-replication-backfill-results.ts";
import { describeRepositories } from "./describe-repositories.ts";
import { listReplicationBackfills } from "./list-replication-backfills.ts";
import { putRegistryPolicy } from "./put-registry-policy.ts";
import { putReplicationConfiguration } from "./put-replication-configuration.ts";

import { startReplicationBackfill } from "./start-replication-backfill.ts";
import { stopReplicationBackfill } from "./stop-replication-backfill.ts";

const west = "eu-west-1" as Region;
const east = deployment.region;
const repositoryName = "team/app";

let opened: TestPorts;
let registry: TestRegistry;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  await registry.createRepository(repositoryName);
});
afterEach(() => registry.close());

const at = (region: Region, of: AccountId = account) => ({ ...callerOf(of), region });
const to = (region: string, registryId: string = account) => ({ region, registryId });

const configure = (rules: object[], caller = at(east)) =>
  registry.ask(putReplicationConfiguration, { replicationConfiguration: { rules } }, caller);

const settle = () => settleReplication(opened);

const statuses = async (imageDigest: string, caller = at(east)) => {
  const input = { repositoryName, imageId: { imageDigest } };
  return (await registry.ask(describeImageReplicationStatus, input, caller)).replicationStatuses;
};
const images = async (caller = at(west)) => {
  const { imageDetails = [] } = await registry.ask(describeImages, { repositoryName }, caller);
  return Object.fromEntries(
    imageDetails.map(({ imageDigest, imageTags = [] }) => [imageDigest, [...imageTags]]),
  );
};
const events = async (caller = at(west)) => {
  const input = { detailType: "ECR Replication Action" };
  const { events: found } = await registry.ask(listEvents, input, caller);
  return found.map(({ event }) => event.detail);
};

describe("A replication configuration", () => {
  it("is told by DescribeRegistry as it was put, and makes ECR's role", async () => {
    expect(await registry.ask(describeRegistry, {})).toEqual({
      registryId: account,
      replicationConfiguration: { rules: [] },
    });
    const rules = [
      {
        destinations: [to(west), to(east, otherAccount)],
        repositoryFilters: [{ filter: "team", filterType: "PREFIX_MATCH" }],
      },
      { destinations: [to(west, otherAccount)] },
    ];
    expect(await configure(rules)).toEqual({ replicationConfiguration: { rules } });
    expect(await registry.ask(describeRegistry, {})).toEqual({
      registryId: account,
      replicationConfiguration: { rules },
    });
    const role = await opened.ports.metadata.identity.entities.find(
      account,
      "role",
      "AWSServiceRoleForECRReplication",
    );
    expect(role).toBeDefined();
    await configure([]);
    expect((await registry.ask(describeRegistry, {})).replicationConfiguration?.rules).toEqual([]);
  });

  it("is refused as ECR refuses it, and then the old one stays", async () => {
    const good = [{ destinations: [to(west)] }];
    await configure(good);
    const prefix = { filter: "team", filterType: "PREFIX_MATCH" };
    const many = Array.from({ length: 26 }, (_, n) => to(west, String(n).padStart(12, "0")));
    const refused: [rules: object[], sentence: string][] = [
      [[{ destinations: [to(east)] }], "cannot be the same as the source registry"],
      [[{ destinations: [to("mars-1")] }], "region 'mars-1' is not valid"],
      [[{ destinations: [to(west), to(west)] }], "duplicates"],
      [[{ destinations: many }], "25 unique destinations"],
      [
        Array.from({ length: 11 }, () => ({ destinations: [to(west)] })),
        "less than or equal to 10",
      ],
      [[{ destinations: [to(west)], repositoryFilters: [] }], "greater than or equal to 1"],
      [
        [{ destinations: [to(west)], repositoryFilters: [{ ...prefix, filterType: "WILDCARD" }] }],
        "filterType",
      ],
      [[{ destinations: [to(west)], repositoryFilters: [{ ...prefix, filter: "A" }] }], "filter"],
      [[{ destinations: [{ region: west }] }], "registryId"],
    ];
    for (const [rules, sentence] of refused) {
      await expect(configure(rules), sentence).rejects.toThrow(sentence);
    }
    expect((await registry.ask(describeRegistry, {})).replicationConfiguration?.rules).toEqual(
      good,
    );
  });
});

it("is refused for filters that break ECR's pattern, which the answer names, and for no others", async () => {
  const filtered = (filter: string) =>
    configure([
      { destinations: [to(west)], repositoryFilters: [{ filter, filterType: "PREFIX_MATCH" }] },
    ]);
  const pattern = "^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$";
  for (const filter of ["Team", "team//app", "/team", "team/_app/web"]) {
    await expect(filtered(filter), filter).rejects.toThrow(
      `member.filter' failed to satisfy constraint: 'must satisfy regular expression '${pattern}''`,
    );
  }
  for (const filter of ["te", "team/", "team/app-", "team/_app", ".te", "--"]) {
    await expect(filtered(filter), filter).resolves.toBeDefined();
  }
});

describe("Between regions of one deployment", () => {
  it("what is pushed is copied with its tag, to a repository that is made for it", async () => {
    const before = await registry.pushImage(repositoryName, "before", { imageTag: "old" });
    await settle();
    await configure([{ destinations: [to(west)] }]);
    const pushed = await registry.pushImage(repositoryName, "after", { imageTag: "v1" });
    expect(await statuses(before)).toEqual([]);
    await routeReplication(opened);
    expect(await statuses(pushed)).toEqual([{ ...to(west), status: "IN_PROGRESS" }]);
    opened.clock.advance(3_000);
    const noChanges = { waitingChanges: 0, failedChanges: 0 };
    const waits = { ...to(west), isConfigured: true, failedImages: 0, ...noChanges };
    expect(await registry.ask(describeReplication, {})).toEqual({
      destinations: [{ ...waits, waitingImages: 1, lagSeconds: 3 }],
    });
    await settle();
    expect(await registry.ask(describeReplication, {})).toEqual({
      destinations: [{ ...waits, waitingImages: 0, lagSeconds: 0 }],
    });
    expect(await statuses(pushed)).toEqual([{ ...to(west), status: "COMPLETE" }]);
    expect(await images()).toEqual({ [pushed]: ["v1"] });
    const pulled = await registry.ask(
      batchGetImage,
      { repositoryName, imageIds: [{ imageTag: "v1" }] },
      at(west),
    );
    expect(digestOf(pulled.images?.[0]?.imageManifest ?? "")).toBe(pushed);
    const { repositories } = await registry.ask(describeRepositories, {}, at(west));
    expect(repositories).toMatchObject([
      { imageTagMutability: "MUTABLE", encryptionConfiguration: { encryptionType: "AES256" } },
    ]);
    expect(await events()).toEqual([
      {
        ...{ result: "SUCCESS", "repository-name": repositoryName, "image-digest": pushed },
        ...{ "source-account": account, "action-type": "REPLICATE", "source-region": east },
        "image-tag": "v1",
      },
    ]);
  });

  it("who pushed an image has pushed its copy: there as well they do not review it", async () => {
    await configure([{ destinations: [to(west)] }]);
    const digest = (await registry.pushImage(repositoryName, "own")) as Digest;
    await settle();
    const { metadata } = opened.ports;
    const there = await metadata.repositories.find(
      { account, region: west },
      repositoryName as RepositoryName,
    );
    const pushers = await metadata.gates.pushers(there!, digest);
    expect(pushers).toEqual([`arn:aws:iam::${account}:root`]);
  });

  it("a repository is made as the destination's template for it says", async () => {
    const template = {
      prefix: "team",
      appliedFor: ["REPLICATION"],
      imageTagMutability: "IMMUTABLE",
    };
    await registry.ask(createRepositoryCreationTemplate, template, at(west));
    await configure([{ destinations: [to(west)] }]);
    await registry.pushImage(repositoryName, "first");
    await settle();
    const { repositories } = await registry.ask(describeRepositories, {}, at(west));
    expect(repositories).toMatchObject([{ repositoryName, imageTagMutability: "IMMUTABLE" }]);
  });

  it("what is held back is not copied until it is let go", async () => {
    await configure([{ destinations: [to(west)] }]);
    const pushed = await registry.pushImage(repositoryName, "held", { imageTag: "v1" });
    const image = { repositoryName, imageId: { imageDigest: pushed } };
    await registry.ask(quarantineImage, { ...image, reason: "Found in a breach" });
    await settle();
    expect(await statuses(pushed)).toEqual([]);
    const later = await registry.pushImage(repositoryName, "held when it is on its way");
    await routeReplication(opened);
    const laterImage = { repositoryName, imageId: { imageDigest: later } };
    await registry.ask(quarantineImage, { ...laterImage, reason: "Found in a breach" });
    await settle();
    expect(await statuses(later)).toEqual([
      { ...to(west), status: "FAILED", failureCode: "ImageHeld" },
    ]);
    await registry.ask(releaseImage, { ...image, reason: "It was not" });
    await settle();
    expect(await statuses(pushed)).toEqual([{ ...to(west), status: "COMPLETE" }]);
    expect((await images())[pushed]).toEqual(["v1"]);
    expect(await images()).not.toHaveProperty(later);
  });

  it("what waits when its repository is deleted goes on when that is back from the trash", async () => {
    registry.keepTrash(7);
    await configure([{ destinations: [to(west)] }]);
    const pushed = await registry.pushImage(repositoryName, "a", { imageTag: "v1" });
    await routeReplication(opened);
    await registry.ask(deleteRepository, { repositoryName, force: true });
    await settle();
    await registry.ask(restoreRepository, { repositoryName });
    expect(await statuses(pushed)).toEqual([{ ...to(west), status: "IN_PROGRESS" }]);
    await settle();
    expect(await statuses(pushed)).toEqual([{ ...to(west), status: "COMPLETE" }]);
    expect(await images()).toEqual({ [pushed]: ["v1"] });
  });

  it("an index comes with all that it lists, and a signature with what it signs", async () => {
    await configure([{ destinations: [to(west)] }]);
    const children = [
      await registry.pushImage(repositoryName, "amd64"),
      await registry.pushImage(repositoryName, "arm64"),
    ];
    const manifests = await Promise.all(
      children.map(async (digest) => ({
        mediaType: ociManifest,
        digest,
        size: (await registry.manifestText(repositoryName, digest)).length,
      })),
    );
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    const listed = await registry.putManifest(repositoryName, index, { imageTag: "multi" });
    const config = Buffer.from("{}");
    await registry.pushLayer(repositoryName, config);
    const subject = { mediaType: ociIndex, digest: listed, size: JSON.stringify(index).length };
    const signature = { ...imageManifest(config), subject, artifactType: "application/x.sig" };
    const signed = await registry.putManifest(repositoryName, signature);
    await settle();
    expect(await images()).toEqual({
      ...{ [listed]: ["multi"], [signed]: [] },
      ...Object.fromEntries(children.map((digest) => [digest, []])),
    });
  });

  it("only repositories are copied whose names begin so, and copies are not copied further", async () => {
    const filtered = { repositoryFilters: [{ filter: "prod", filterType: "PREFIX_MATCH" }] };
    await configure([{ destinations: [to(west)], ...filtered }]);
    const third = to(east, otherAccount);
    await configure([{ destinations: [third, to(east)] }], at(west));
    await registry.pushImage(repositoryName, "a", { imageTag: "v1" });
    await registry.createRepository("production");
    const repository = "production";
    const pushed = await registry.pushImage(repository, "b", { imageTag: "v1" });
    await settle();
    const { repositories } = await registry.ask(describeRepositories, {}, at(west));
    expect(repositories?.map(({ repositoryName: name }) => name)).toEqual([repository]);
    const ofCopy = { repositoryName: repository, imageId: { imageDigest: pushed } };
    const status = await registry.ask(describeImageReplicationStatus, ofCopy, at(west));
    expect(status.replicationStatuses).toEqual([]);
  });

  it("their status is told of destinations that a rule names, and of no others", async () => {
    const filter = (prefix: string) => ({
      repositoryFilters: [{ filter: prefix, filterType: "PREFIX_MATCH" }],
    });
    const third = to(east, otherAccount);
    await configure([{ destinations: [to(west), third] }]);
    const digest = await registry.pushImage(repositoryName, "a");
    await settle();
    const told = async () => (await statuses(digest))?.map(({ region }) => region);
    expect(await told()).toHaveLength(2);
    await configure([{ destinations: [to(west)] }, { destinations: [third], ...filter("other") }]);
    expect(await told()).toEqual([west]);
    await configure([]);
    expect(await told()).toEqual([]);
  });

  it("of pushes of one tag the last one wins there as here, in whatever order copies are made", async () => {
    await configure([{ destinations: [to(west)] }]);
    const first = await registry.pushImage(repositoryName, "first", { imageTag: "v1" });
    opened.clock.advance(1);
    const second = await registry.pushImage(repositoryName, "second", { imageTag: "v1" });
    await settle();
    expect(await images()).toEqual({ [first]: [], [second]: ["v1"] });
    await registry.putManifest(
      repositoryName,
      JSON.parse(await registry.manifestText(repositoryName, first)) as object,
      { imageTag: "v1" },
    );
    await settle();
    expect(await images()).toEqual({ [first]: ["v1"], [second]: [] });
  });

  it("two registries that copy to one another agree: the later move of a tag stays", async () => {
    await configure([{ destinations: [to(west)] }]);
    await configure([{ destinations: [to(east)] }], at(west));
    await registry.ask(createRepository, { repositoryName }, at(west));
    const first = await registry.pushImage(repositoryName, "here", { imageTag: "v1" });
    opened.clock.advance(5);
    // The same registry, at the other region's door.
    const there = new TestRegistry(opened);
    const ask = there.ask.bind(there);
    there.ask = (operation, input) => ask(operation, input, at(west));
    const second = await there.pushImage(repositoryName, "there", { imageTag: "v1" });
    opened.clock.advance(5);
    await settle();
    const agreed = { [first]: [], [second]: ["v1"] };
    expect(await images(at(east))).toEqual(agreed);
    expect(await images(at(west))).toEqual(agreed);
  });

  it("an immutable tag stays, and the image comes without it", async () => {
    const immutable = { repositoryName, imageTagMutability: "IMMUTABLE" };
    await registry.ask(createRepository, immutable, at(west));
    await configure([{ destinations: [to(west)] }]);
    const first = await registry.pushImage(repositoryName, "first", { imageTag: "v1" });
    await settle();
    opened.clock.advance(1);
    const second = await registry.pushImage(repositoryName, "second", { imageTag: "v1" });
    await settle();
    expect(await images()).toEqual({ [first]: ["v1"], [second]: [] });
    expect(await statuses(second)).toEqual([{ ...to(west), status: "COMPLETE" }]);
  });
});

describe("Between accounts", () => {
  const there = at(west, otherAccount);
  const policy = (actions: string[], condition: object = {}) =>
    registry.ask(
      putRegistryPolicy,
      {
        policyText: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              ...{ Sid: "in", Effect: "Allow", Action: actions, Resource: "*" },
              Principal: { AWS: `arn:aws:iam::${account}:root` },
              ...condition,
            },
          ],
        }),
      },
      there,
    );

  it("48: nothing comes unless the destination's registry policy lets it, and then what it lets", async () => {
    await configure([{ destinations: [to(west, otherAccount)] }]);
    const pushed = await registry.pushImage(repositoryName, "a", { imageTag: "v1" });
    await settle();
    const failed = { ...to(west, otherAccount), status: "FAILED", failureCode: "AccessDenied" };
    expect(await statuses(pushed)).toEqual([failed]);
    expect((await registry.ask(describeRepositories, {}, there)).repositories).toEqual([]);
    expect(await events(there)).toEqual([]);

    await policy(["ecr:ReplicateImage"]);
    const second = await registry.pushImage(repositoryName, "b", { imageTag: "v2" });
    await settle();
    expect(await statuses(second)).toEqual([failed]);

    const source = { StringEquals: { "aws:SourceAccount": "999999999999" } };
    await policy(["ecr:ReplicateImage", "ecr:CreateRepository"], { Condition: source });
    const third = await registry.pushImage(repositoryName, "c", { imageTag: "v3" });
    await settle();
    expect(await statuses(third)).toEqual([failed]);

    await policy(["ecr:ReplicateImage", "ecr:CreateRepository"]);
    const fourth = await registry.pushImage(repositoryName, "d", { imageTag: "v4" });
    await settle();
    expect(await statuses(fourth)).toEqual([{ ...to(west, otherAccount), status: "COMPLETE" }]);
    expect(await images(there)).toEqual({ [fourth]: ["v4"] });
  });

  it("a copy that was given up comes with the tags that it missed, when another tag is pushed", async () => {
    await configure([{ destinations: [to(west, otherAccount)] }]);
    const pushed = await registry.pushImage(repositoryName, "a", { imageTag: "v1" });
    await settle();
    await policy(["ecr:ReplicateImage", "ecr:CreateRepository"]);
    const manifest = JSON.parse(await registry.manifestText(repositoryName, pushed)) as object;
    await registry.putManifest(repositoryName, manifest, { imageTag: "v2" });
    await settle();
    expect(await images(there)).toEqual({ [pushed]: ["v1", "v2"] });
  });

  it("who lets nothing in is not told what could not be copied for another reason", async () => {
    await configure([{ destinations: [to(west, otherAccount)] }]);
    const pushed = await registry.pushImage(repositoryName, "a", { imageTag: "v1" });
    await routeReplication(opened);
    const imageId = { imageDigest: pushed };
    await registry.ask(quarantineImage, { repositoryName, imageId, reason: "Found in a breach" });
    await settle();
    const failed = { ...to(west, otherAccount), status: "FAILED", failureCode: "AccessDenied" };
    expect(await statuses(pushed)).toEqual([failed]);
    expect(await events(there)).toEqual([]);
  });
});

describe("A backfill", () => {
  const start = (destination = to(west)) => registry.ask(startReplicationBackfill, { destination });
  const results = (replicationBackfillId: string | undefined, more: object = {}) =>
    registry.ask(describeReplicationBackfillResults, { replicationBackfillId, ...more });

  it("copies what was there before, each tag as one, and tells of each when it is over", async () => {
    const one = await registry.pushImage(repositoryName, "a", { imageTag: "v1" });
    const bare = await registry.pushImage(repositoryName, "b");
    await registry.createRepository("other");
    await registry.pushImage("other", "c", { imageTag: "v1" });
    await settle();
    await expect(start()).rejects.toMatchObject({ kind: "InvalidParameter" });
    const filter = { repositoryFilters: [{ filter: "team", filterType: "PREFIX_MATCH" }] };
    await configure([{ destinations: [to(west), to(west, otherAccount)], ...filter }]);
    const { replicationBackfillId: id, ...begun } = await start();
    expect(begun).toMatchObject({
      registryId: account,
      destination: to(west),
      status: "PREPARING",
    });
    await expect(start(to(west, otherAccount))).rejects.toMatchObject({
      kind: "ReplicationBackfillInProgress",
    });
    expect(await results(id)).toMatchObject({ status: "PREPARING", results: [] });
    await settle();
    expect(await images()).toEqual({ [one]: ["v1"], [bare]: [] });
    const progress = {
      ...{ totalReplicationCount: 2, completedReplicationCount: 2, failedReplicationCount: 0 },
      failureCodes: [],
    };
    const told = await results(id);
    expect(told).toMatchObject({ status: "COMPLETE", progress });
    const copied = (imageDigest: string, imageTag?: string) => ({
      ...{ repositoryName, status: "COMPLETE" },
      imageId: { imageDigest, ...(imageTag && { imageTag }) },
    });
    expect(told.results).toHaveLength(2);
    expect(told.results).toEqual(expect.arrayContaining([copied(one, "v1"), copied(bare)]));
    expect((await results(id, { resultStatusFilter: "FAILED" })).results).toEqual([]);
    const first = await results(id, { maxResults: 1 });
    const second = await results(id, { maxResults: 1, nextToken: first.nextToken });
    expect([...(first.results ?? []), ...(second.results ?? [])]).toEqual(told.results);
    expect(await statuses(one)).toEqual([{ ...to(west), status: "COMPLETE" }]);
    await expect(
      registry.ask(stopReplicationBackfill, { replicationBackfillId: id }),
    ).rejects.toMatchObject({ kind: "ReplicationBackfillInvalidStatus" });
    await expect(results("nobody")).rejects.toMatchObject({ kind: "ReplicationBackfillNotFound" });
  });

  it("tells what could not be copied, and can be stopped", async () => {
    await configure([{ destinations: [to(west, otherAccount)] }]);
    await registry.pushImage(repositoryName, "a", { imageTag: "v1" });
    const failing = await start(to(west, otherAccount));
    await settle();
    opened.clock.advance(1000); // Where the lane was busy, it waits for so long.
    await settle();
    opened.clock.advance(1);
    const stopped = await start(to(west, otherAccount));
    const { replicationBackfillId } = stopped;
    expect(await registry.ask(stopReplicationBackfill, { replicationBackfillId })).toMatchObject({
      status: "STOPPING",
    });
    await settle();
    const { backfills } = await registry.ask(listReplicationBackfills, {});
    expect(backfills).toMatchObject([
      { replicationBackfillId, status: "STOPPED" },
      {
        replicationBackfillId: failing.replicationBackfillId,
        status: "COMPLETE",
        progress: { failedReplicationCount: 1, failureCodes: ["AccessDenied"] },
      },
    ]);
    expect(backfills?.[0]).not.toHaveProperty("progress");
  });
});
