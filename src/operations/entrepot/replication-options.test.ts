import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  deployment,
  imageManifest,
  ociIndex,
  ociManifest,
  otherAccount,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { settleReplication } from "../../../test/support/settle-replication.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { deleteLifecyclePolicy } from "../ecr/delete-lifecycle-policy.ts";
import { deleteRepositoryPolicy } from "../ecr/delete-repository-policy.ts";
import { describeImages } from "../ecr/describe-images.ts";
import { describeRegistry } from "../ecr/describe-registry.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { getLifecyclePolicy } from "../ecr/get-lifecycle-policy.ts";
import { getRepositoryPolicy } from "../ecr/get-repository-policy.ts";
import { listTagsForResource } from "../ecr/list-tags-for-resource.ts";
import { putImage } from "../ecr/put-image.ts";
import { putImageTagMutability } from "../ecr/put-image-tag-mutability.ts";
import { putLifecyclePolicy } from "../ecr/put-lifecycle-policy.ts";
import { putRegistryPolicy } from "../ecr/put-registry-policy.ts";
import { putReplicationConfiguration } from "../ecr/put-replication-configuration.ts";
import { setRepositoryPolicy } from "../ecr/set-repository-policy.ts";
import { startReplicationBackfill } from "../ecr/start-replication-backfill.ts";
import { tagResource } from "../ecr/tag-resource.ts";
import { untagResource } from "../ecr/untag-resource.ts";
import { describeReplication } from "./describe-replication.ts";
import { getReplicationOptions } from "./get-replication-options.ts";
import { putReplicationOptions } from "./put-replication-options.ts";
import { restoreImages } from "./restore-images.ts";

const west = "eu-west-1" as Region;
const east = deployment.region;
const repositoryName = "team/app";
const to = (region: string, registryId: string = account) => ({ region, registryId });
const at = (region: Region, of: AccountId = account) => ({ ...callerOf(of), region });

let opened: TestPorts;
let registry: TestRegistry;
/** The same registry, at the other region's door. */
let there: TestRegistry;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  there = new TestRegistry(opened);
  const ask = there.ask.bind(there);
  there.ask = (operation, input) => ask(operation, input, at(west));
  await registry.createRepository(repositoryName);
  await there.createRepository(repositoryName);
});
afterEach(() => registry.close());

const settle = async () => {
  await settleReplication(opened);
  opened.clock.advance(5);
};
const configure = (destinations: object[], options: object[], caller = at(east)) =>
  Promise.all([
    registry.ask(
      putReplicationConfiguration,
      { replicationConfiguration: { rules: [{ destinations }] } },
      caller,
    ),
    registry.ask(putReplicationOptions, { options }, caller),
  ]);
const images = async (caller = at(west)) => {
  const { imageDetails = [] } = await registry.ask(describeImages, { repositoryName }, caller);
  return Object.fromEntries(
    imageDetails.map(({ imageDigest, imageTags = [] }) => [imageDigest, [...imageTags]]),
  );
};
const remove = (imageIds: object[], caller = at(east)) =>
  registry.ask(batchDeleteImage, { repositoryName, imageIds }, caller);
/** Gives an image one more tag. */
const tag = async (imageDigest: string, imageTag: string, of = registry) => {
  const { images: found } = await of.ask(batchGetImage, {
    ...{ repositoryName, imageIds: [{ imageDigest }] },
  });
  const text = found?.[0]?.imageManifest ?? "";
  await of.ask(putImage, { repositoryName, imageManifest: text, imageTag });
};
const bothWays = async () => {
  await configure([to(west)], [{ destination: to(west), deletes: true }]);
  await configure([to(east)], [{ destination: to(east), deletes: true }], at(west));
};
const expectBoth = async (expected: object) => {
  expect(await images(at(east))).toEqual(expected);
  expect(await images(at(west))).toEqual(expected);
};

describe("Options of replication", () => {
  it("are told as they were put, and leave ECR's configuration as it is", async () => {
    const rules = [{ destinations: [to(west)] }];
    const settings = ["TAG_MUTABILITY"];
    const options = [
      { destination: to(west), repositoryPrefix: "team", deletes: true, chain: false, settings },
      { destination: to(west), deletes: false, chain: true, settings: [] },
    ];
    expect(await registry.ask(getReplicationOptions, {})).toEqual({ options: [] });
    await configure([to(west)], options);
    expect(await registry.ask(getReplicationOptions, {})).toEqual({ options });
    expect(await registry.ask(describeRegistry, {})).toMatchObject({
      replicationConfiguration: { rules },
    });
    for (const refused of [
      [{ destination: to(east), deletes: true }],
      [options[0], { ...options[0], deletes: false }],
      [{ destination: to(west), forgotten: true }],
    ]) {
      await expect(registry.ask(putReplicationOptions, { options: refused })).rejects.toMatchObject(
        { kind: "InvalidParameter" },
      );
    }
    expect(await registry.ask(getReplicationOptions, {})).toEqual({ options });
  });
});

describe("Options that are put in the place of known ones", () => {
  it("replace those alone: what somebody else has put meanwhile stays", async () => {
    const one = { destination: to(west), deletes: true, chain: false, settings: [] };
    const other = { ...one, repositoryPrefix: "team" };
    const put = (options: object[], replacing: object[]) =>
      registry.ask(putReplicationOptions, { options, replacing });
    await put([one], []);
    await expect(put([other], [])).rejects.toMatchObject({ kind: "ConcurrentModification" });
    expect(await registry.ask(getReplicationOptions, {})).toEqual({ options: [one] });
    await put([one, other], [one]);
    await expect(put([other], [one])).rejects.toMatchObject({ kind: "ConcurrentModification" });
    await put([], [one, other]);
    expect(await registry.ask(getReplicationOptions, {})).toEqual({ options: [] });
  });

  it("are there once where two put theirs at the same time", async () => {
    const option = { destination: to(west), deletes: true };
    const both = await Promise.allSettled(
      [true, false].map((chain) =>
        registry.ask(putReplicationOptions, { options: [{ ...option, chain }], replacing: [] }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("Deletions", () => {
  it("go where an option says so, with the tags; elsewhere what is deleted stays", async () => {
    const option = { destination: to(west), repositoryPrefix: "team", deletes: true };
    await configure([to(west)], [option]);
    const first = await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
    const second = await registry.pushImage(repositoryName, "2", { imageTag: "v2" });
    await tag(second, "v3");
    await settle();
    expect(await images()).toEqual({ [first]: ["v1"], [second]: ["v2", "v3"] });
    await remove([{ imageDigest: first }, { imageTag: "v3" }]);
    expect((await registry.ask(describeReplication, {})).destinations).toMatchObject([
      { waitingImages: 0, waitingChanges: 3 },
    ]);
    await settle();
    expect(await images()).toEqual({ [second]: ["v2"] });
    expect((await registry.ask(describeReplication, {})).destinations).toMatchObject([
      { waitingChanges: 0, failedChanges: 0 },
    ]);

    await registry.ask(putReplicationOptions, { options: [{ ...option, deletes: false }] });
    await remove([{ imageDigest: second }]);
    await settle();
    expect(await images()).toEqual({ [second]: ["v2"] });
    expect(await images(at(east))).toEqual({});
  });

  it("bring an index and what it lists, whichever is deleted first", async () => {
    await configure([to(west)], [{ destination: to(west), deletes: true }]);
    const child = await registry.pushImage(repositoryName, "child");
    const size = Buffer.byteLength(await registry.manifestText(repositoryName, child));
    const manifests = [{ mediaType: ociManifest, digest: child, size }];
    const index = await registry.putManifest(repositoryName, {
      ...{ schemaVersion: 2, mediaType: ociIndex, manifests },
    });
    await settle();
    expect(Object.keys(await images()).toSorted()).toEqual([child, index].toSorted());
    await remove([{ imageDigest: child }, { imageDigest: index }]);
    await settle();
    expect(await images()).toEqual({});
  });

  it("do not come back where two registries copy to one another", async () => {
    await bothWays();
    const digest = await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
    opened.clock.advance(5);
    await settle();
    await expectBoth({ [digest]: ["v1"] });
    // Deleted here, while there something older is asked to be copied here again.
    await remove([{ imageDigest: digest }]);
    await registry.ask(startReplicationBackfill, { destination: to(east) }, at(west));
    await settle();
    await settle();
    await expectBoth({});
    // What is pushed after that is there, at both.
    const config = Buffer.from(JSON.stringify({ content: "1" }));
    const again = await registry.putManifest(repositoryName, imageManifest(config));
    await tag(again, "v1");
    await settle();
    await expectBoth({ [digest]: ["v1"] });
  });

  it("lose against what was tagged later elsewhere, and win against what was tagged before", async () => {
    await bothWays();
    const digest = await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
    opened.clock.advance(5);
    await settle();
    await tag(digest, "older", there);
    opened.clock.advance(5);
    await remove([{ imageDigest: digest }]);
    opened.clock.advance(5);
    await tag(digest, "later", there);
    await settle();
    await settle();
    // The image is kept by the later tag; older ones that the deletion knew of are gone.
    const left = await images(at(east));
    expect(left).toEqual(await images(at(west)));
    expect(left[digest]).toContain("later");
    expect(left[digest]).not.toContain("v1");
  });

  it("of a tag count like moves: the later one stays", async () => {
    await bothWays();
    const first = await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
    await tag(first, "v2");
    opened.clock.advance(5);
    await settle();
    const second = await there.pushImage(repositoryName, "2", { imageTag: "v1" });
    opened.clock.advance(5);
    await remove([{ imageTag: "v1" }]);
    await settle();
    await settle();
    await expectBoth({ [first]: ["v2"], [second]: [] });
  });

  it("are taken back by who restores the image from the trash", async () => {
    registry.keepTrash(7);
    await bothWays();
    const digest = await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
    opened.clock.advance(5);
    await settle();
    await remove([{ imageDigest: digest }]);
    await settle();
    await expectBoth({});
    await registry.ask(restoreImages, { repositoryName, imageDigests: [digest] });
    await settle();
    await expectBoth({ [digest]: ["v1"] });
  });

  it("in another account need its leave, and say so where they do not have it", async () => {
    const other = at(east, otherAccount);
    const allow = (...actions: string[]) =>
      registry.ask(
        putRegistryPolicy,
        {
          policyText: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                ...{ Sid: "in", Effect: "Allow", Action: actions, Resource: "*" },
                Principal: { AWS: `arn:aws:iam::${account}:root` },
              },
            ],
          }),
        },
        other,
      );
    await allow("ecr:ReplicateImage", "ecr:CreateRepository");
    const destination = to(east, otherAccount);
    await configure([destination], [{ destination, deletes: true }]);
    const digest = await registry.pushImage(repositoryName, "1");
    await settle();
    expect(await images(other)).toEqual({ [digest]: [] });
    await remove([{ imageDigest: digest }]);
    await settle();
    expect(await images(other)).toEqual({ [digest]: [] });
    expect((await registry.ask(describeReplication, {})).destinations).toMatchObject([
      { waitingChanges: 0, failedChanges: 1 },
    ]);
    await allow("ecr:ReplicateImage", "ecr:BatchDeleteImage");
    const second = await registry.pushImage(repositoryName, "2");
    await settle();
    expect(Object.keys(await images(other)).toSorted()).toEqual([digest, second].toSorted());
    await remove([{ imageDigest: second }]);
    await settle();
    expect(await images(other)).toEqual({ [digest]: [] });
  });
});

describe("Settings", () => {
  const settings = ["REPOSITORY_POLICY", "LIFECYCLE_POLICY", "TAG_MUTABILITY", "RESOURCE_TAGS"];
  const resourceArn = (region: string, name = repositoryName) =>
    `arn:aws:ecr:${region}:${account}:repository/${name}`;
  const lifecyclePolicyText = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 9 },
        action: { type: "expire" },
      },
    ],
  });
  const policyText = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        ...{ Sid: "pull", Effect: "Allow", Action: "ecr:BatchGetImage" },
        Principal: { AWS: `arn:aws:iam::${otherAccount}:root` },
      },
    ],
  });
  const putAll = async (name: string) => {
    const repository = { repositoryName: name };
    await registry.ask(setRepositoryPolicy, { ...repository, policyText });
    await registry.ask(putLifecyclePolicy, { ...repository, lifecyclePolicyText });
    await registry.ask(putImageTagMutability, { ...repository, imageTagMutability: "IMMUTABLE" });
    const tags = [{ Key: "team", Value: "a" }];
    await registry.ask(tagResource, { resourceArn: resourceArn(east, name), tags });
  };
  const found = async (name: string) => {
    const repository = { repositoryName: name };
    const { repositories } = await there.ask(describeRepositories, { repositoryNames: [name] });
    const { tags } = await there.ask(listTagsForResource, {
      resourceArn: resourceArn(west, name),
    });
    const orNone = async (asked: Promise<string | undefined>) => asked.catch(() => undefined);
    return {
      mutability: repositories?.[0]?.imageTagMutability,
      tags,
      lifecycle: await orNone(
        there.ask(getLifecyclePolicy, repository).then((each) => each.lifecyclePolicyText),
      ),
      policy: await orNone(
        there.ask(getRepositoryPolicy, repository).then((each) => each.policyText),
      ),
    };
  };

  it("come along when they change and when the repository is made, and go when they go", async () => {
    await configure([to(west)], [{ destination: to(west), settings }]);
    await putAll(repositoryName);
    await settle();
    const { policyText: policy } = await registry.ask(getRepositoryPolicy, { repositoryName });
    const tags = [{ Key: "team", Value: "a" }];
    const carried = { mutability: "IMMUTABLE", tags, lifecycle: lifecyclePolicyText, policy };
    expect(await found(repositoryName)).toEqual(carried);

    await registry.createRepository("team/new");
    await putAll("team/new");
    await settle(); // There is nothing there yet that could have them.
    await registry.pushImage("team/new", "1", { imageTag: "v1" });
    await settle();
    expect(await found("team/new")).toEqual(carried);

    await registry.ask(deleteRepositoryPolicy, { repositoryName });
    await registry.ask(deleteLifecyclePolicy, { repositoryName });
    await registry.ask(untagResource, { resourceArn: resourceArn(east), tagKeys: ["team"] });
    await settle();
    const gone = { tags: [], lifecycle: undefined, policy: undefined };
    expect(await found(repositoryName)).toEqual({ ...gone, mutability: "IMMUTABLE" });
  });

  it("stay where no option names them", async () => {
    const option = { destination: to(west), settings: ["TAG_MUTABILITY"] };
    await configure([to(west)], [option]);
    await putAll(repositoryName);
    await settle();
    const gone = { tags: [], lifecycle: undefined, policy: undefined };
    expect(await found(repositoryName)).toEqual({ ...gone, mutability: "IMMUTABLE" });
  });
});

describe("A chain", () => {
  it("carries copies and deletions on, and ends where they are already", async () => {
    const third = to(west, otherAccount);
    const onward = at(west, otherAccount);
    for (const caller of [at(west), onward]) {
      await registry.ask(
        putRegistryPolicy,
        {
          policyText: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                ...{ Sid: "in", Effect: "Allow", Resource: "*", Principal: { AWS: "*" } },
                Action: ["ecr:ReplicateImage", "ecr:CreateRepository", "ecr:BatchDeleteImage"],
              },
            ],
          }),
        },
        caller,
      );
    }
    await registry.ask(
      putRegistryPolicy,
      {
        policyText: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              ...{ Sid: "in", Effect: "Allow", Resource: "*", Principal: { AWS: "*" } },
              Action: ["ecr:ReplicateImage", "ecr:BatchDeleteImage"],
            },
          ],
        }),
      },
      at(east),
    );
    const link = (destination: object) => ({ destination, deletes: true, chain: true });
    await configure([to(west)], [link(to(west))]);
    await configure([third], [{ ...link(third), chain: false }], at(west));
    await configure([to(east)], [link(to(east))], onward);
    const single = await registry.pushImage(repositoryName, "0", { imageTag: "v0" });
    await settle();
    expect(await images(at(west))).toEqual({ [single]: ["v0"] });
    await expect(images(onward)).rejects.toMatchObject({ kind: "RepositoryNotFound" });

    await configure([third], [link(third)], at(west));
    const digest = await registry.pushImage(repositoryName, "1", { imageTag: "v1" });
    await settle();
    expect(await images(onward)).toEqual({ [digest]: ["v1"] });
    await remove([{ imageDigest: digest }]);
    await settle();
    for (const caller of [at(east), at(west)]) {
      expect(await images(caller)).toEqual({ [single]: ["v0"] });
    }
    expect(await images(onward)).toEqual({});
  });
});
