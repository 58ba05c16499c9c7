/** What is told of what, in exactly which words; and that nothing is told of what did not happen. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  imageManifest,
  ociConfig,
  ociIndex,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { takeEnvelopes } from "../../../test/support/events.ts";
import { batchDeleteImage } from "../../operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../operations/ecr/batch-get-image.ts";
import { deleteRegistryPolicy } from "../../operations/ecr/delete-registry-policy.ts";
import { deleteRepository } from "../../operations/ecr/delete-repository.ts";
import { deleteRepositoryPolicy } from "../../operations/ecr/delete-repository-policy.ts";
import { putLifecyclePolicy } from "../../operations/ecr/put-lifecycle-policy.ts";
import { putRegistryPolicy } from "../../operations/ecr/put-registry-policy.ts";
import { setRepositoryPolicy } from "../../operations/ecr/set-repository-policy.ts";
import { updateImageStorageClass } from "../../operations/ecr/update-image-storage-class.ts";
import { emptyTrash } from "../../operations/entrepot/empty-trash.ts";
import { putQuota } from "../../operations/entrepot/put-quota.ts";
import { restoreImages } from "../../operations/entrepot/restore-images.ts";
import { restoreRepository } from "../../operations/entrepot/restore-repository.ts";
import { restoreTag } from "../../operations/entrepot/restore-tag.ts";
import { createKey } from "../../operations/kms/create-key.ts";
import { rotateKeyOnDemand } from "../../operations/kms/rotate-key-on-demand.ts";
import { scheduleKeyDeletion } from "../../operations/kms/schedule-key-deletion.ts";
import { lifecycleRound } from "../../workers/lifecycle-job.ts";
import { reclaimOnce } from "../../workers/reclaim.ts";
import { watchQuotas } from "../../workers/watch-quotas.ts";
import { tendKeys } from "../kms/tend-keys.ts";

const dayMs = 86_400_000;
let registry: TestRegistry;
let repositoryName = "";
let names = 0;

beforeAll(async () => {
  registry = await openTestRegistry();
  registry.keepTrash(7);
});
afterAll(() => registry.close());
beforeEach(async () => {
  repositoryName = `team/app-${++names}`;
  await registry.createRepository(repositoryName);
  await taken();
});

const ports = () => registry.environment.ports;
const { signal } = new AbortController();

async function taken() {
  return takeEnvelopes(ports());
}

/** The details alone, with their types. */
async function told() {
  return (await taken()).map(({ "detail-type": type, detail }) => [type, detail]);
}

/** The first time with its config. */
const push = (content: string, imageTag?: string) => {
  const more = imageTag === undefined ? {} : { imageTag };
  const key = `${repositoryName} ${content}`;
  if (!known.has(key)) {
    known.add(key);
    return registry.pushImage(repositoryName, content, more);
  }
  const manifest = imageManifest(Buffer.from(JSON.stringify({ content })));
  return registry.putManifest(repositoryName, manifest, more);
};
const known = new Set<string>();
const arn = () => `arn:aws:ecr:us-east-1:000000000000:repository/${repositoryName}`;
const now = () => new Date(registry.clock.now()).toISOString();
const types = { "manifest-media-type": ociManifest, "artifact-media-type": ociConfig };
const pushed = (digest: string, tag?: string) => ({
  ...{ result: "SUCCESS", "repository-name": repositoryName, "image-digest": digest },
  "action-type": "PUSH",
  ...(tag === undefined ? {} : { "image-tag": tag }),
  ...types,
});
const deleted = (digest: string, tag?: string) => ({
  ...{ result: "SUCCESS", "repository-name": repositoryName, "image-digest": digest },
  "action-type": "DELETE",
  ...(tag === undefined ? {} : { "image-tag": tag }),
});
const action = "ECR Image Action";

it("tells of a push in the words of ECR, to the letter", async () => {
  const digest = await push("one", "v1");
  const events = await taken();
  expect(events).toHaveLength(1);
  const { id, ...rest } = events[0]!;
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = `${now().slice(0, 19)}Z`;
  // Also the order of the members.
  expect(JSON.stringify(rest)).toBe(
    `{"version":"0","detail-type":"ECR Image Action","source":"aws.ecr","account":"000000000000",` +
      `"time":"${time}","region":"us-east-1","resources":[],"detail":{"result":"SUCCESS",` +
      `"repository-name":"${repositoryName}","image-digest":"${digest}","action-type":"PUSH",` +
      `"image-tag":"v1","manifest-media-type":"${ociManifest}","artifact-media-type":"${ociConfig}"}}`,
  );
});

it("tells of each tag that moves, of an image without tags, and not of an equal push", async () => {
  const one = await push("one", "v1");
  await push("one", "v2");
  const two = await push("two");
  const moved = await push("three", "v1");
  expect(await told()).toEqual([
    [action, pushed(one, "v1")],
    [action, pushed(one, "v2")],
    [action, pushed(two)],
    [action, pushed(moved, "v1")],
  ]);
  await expect(push("three", "v1")).rejects.toMatchObject({ kind: "ImageAlreadyExists" });
  const absent = imageManifest(Buffer.from("absent"));
  await expect(registry.putManifest(repositoryName, absent)).rejects.toMatchObject({
    kind: "LayersNotFound",
  });
  expect(await told()).toEqual([]);
});

it("tells of a deletion by tag, by digest, and of nothing that was not there", async () => {
  const one = await push("one", "a");
  await push("one", "b");
  await push("one", "c");
  const two = await push("two");
  await taken();
  const remove = (...imageIds: object[]) =>
    registry.ask(batchDeleteImage, { repositoryName, imageIds });
  await remove({ imageTag: "a" }, { imageTag: "absent" });
  await remove({ imageDigest: one }, { imageDigest: two });
  expect(await told()).toEqual([
    [action, deleted(one, "a")],
    [action, deleted(one, "b")],
    [action, deleted(one, "c")],
    [action, deleted(two)],
  ]);
});

it("has a type of its own for what is about an image, which follows it", async () => {
  const subject = await push("subject", "v1");
  const config = Buffer.from(JSON.stringify({ content: "about" }));
  await registry.pushLayer(repositoryName, config);
  const about = {
    ...imageManifest(config),
    artifactType: "application/vnd.example.sbom",
    subject: { mediaType: ociManifest, digest: subject, size: 1 },
  };
  await taken();
  const referrer = await registry.putManifest(repositoryName, about);
  const of = (type: string) => ({
    ...{ "action-type": type, "image-digest": referrer, "repository-name": repositoryName },
    ...{ result: "SUCCESS", "manifest-media-type": ociManifest },
    "artifact-media-type": "application/vnd.example.sbom",
  });
  expect(await told()).toEqual([["ECR Referrer Action", of("PUSH")]]);
  await registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: subject }] });
  await reclaimOnce(ports(), {});
  expect(await told()).toEqual([
    [action, deleted(subject, "v1")],
    ["ECR Referrer Action", of("DELETE")],
  ]);
});

it("tells of an image's way into the archive and back when it can be pulled again", async () => {
  const digest = await push("one", "v1");
  await taken();
  const imageId = { imageDigest: digest };
  const to = (targetStorageClass: string) =>
    registry.ask(updateImageStorageClass, { repositoryName, imageId, targetStorageClass });
  await to("ARCHIVE");
  const common = { "image-digest": digest, "repository-name": repositoryName, result: "SUCCESS" };
  const archived = {
    ...{ "action-type": "UPDATE_STORAGE_CLASS", "target-storage-class": "ARCHIVE" },
    ...{ ...common, ...types },
  };
  const [event, ...others] = await taken();
  expect(others).toEqual([]);
  expect(JSON.stringify(event!.detail)).toBe(JSON.stringify(archived));
  await to("STANDARD");
  expect(await told()).toEqual([]);
  await reclaimOnce(ports(), {});
  registry.clock.advance(1);
  await reclaimOnce(ports(), {});
  const restored = {
    ...archived,
    ...{ "target-storage-class": "STANDARD", "last-activated-at": now() },
  };
  expect(await told()).toEqual([[action, restored]]);
  await to("ARCHIVE");
  await push("one", "v2");
  expect(await told()).toEqual([
    [action, archived],
    [action, { ...restored, "last-activated-at": now() }],
    [action, pushed(digest, "v2")],
  ]);
});

it("tells what rules did: of each image as if by hand, and of the run", async () => {
  const old = await push("old", "v1");
  await push("old", "v2");
  registry.clock.advance(10 * dayMs);
  await push("new", "v3");
  const rule = {
    ...{ rulePriority: 1, action: { type: "expire" } },
    selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 },
  };
  const lifecyclePolicyText = JSON.stringify({ rules: [rule] });
  await registry.ask(putLifecyclePolicy, { repositoryName, lifecyclePolicyText });
  await taken();
  const options = {
    trashMs: dayMs,
    ran: () => {},
    failed: (error: unknown) => expect.unreachable(String(error)),
  };
  await lifecycleRound(ports(), options, signal);
  const events = await told();
  expect(events).toEqual([
    [action, deleted(old, "v1")],
    [action, deleted(old, "v2")],
    [
      "Entrepot Lifecycle Run",
      {
        ...{ "repository-name": repositoryName, "run-id": expect.any(String) },
        ...{ "policy-version": 1, "expired-count": 1, "archived-count": 0, "untagged-count": 0 },
        ...{ "failed-count": 0, "freed-bytes": expect.any(Number), "started-at": now() },
      },
    ],
  ]);
});

it("tells of repositories that come, go and come back, and not of each image in them", async () => {
  const name = `${repositoryName}/other`;
  await registry.createRepository(name);
  const [made] = await taken();
  expect(made).toMatchObject({
    ...{ source: "entrepot", "detail-type": "Entrepot Repository" },
    resources: [`arn:aws:ecr:us-east-1:000000000000:repository/${name}`],
    detail: { "action-type": "CREATE", "repository-name": name },
  });
  await push("one", "v1");
  await expect(registry.createRepository(repositoryName)).rejects.toThrow();
  await taken();
  await expect(registry.ask(deleteRepository, { repositoryName })).rejects.toThrow();
  await registry.ask(deleteRepository, { repositoryName, force: true });
  await registry.ask(restoreRepository, { repositoryName });
  await registry.ask(deleteRepository, { repositoryName, force: true });
  await registry.ask(emptyTrash, { repositoryName });
  await registry.ask(emptyTrash, { repositoryName });
  const about = { "repository-name": repositoryName, "image-count": 1 };
  const trashed = { ...about, "resource-type": "REPOSITORY" };
  expect(await told()).toEqual([
    ["Entrepot Repository", { ...about, "action-type": "DELETE" }],
    ["Entrepot Trash", { ...trashed, "action-type": "RESTORE" }],
    ["Entrepot Repository", { ...about, "action-type": "DELETE" }],
    ["Entrepot Trash", { ...trashed, "action-type": "EMPTY" }],
  ]);
  await reclaimOnce(ports(), {});
  expect(await told()).toEqual([]);
});

it("tells of images that come back from the trash, of tags that are put back, and of what is emptied", async () => {
  const one = await push("one", "v1");
  await registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: one }] });
  await taken();
  await registry.ask(restoreImages, { repositoryName, imageDigests: [one] });
  const image = {
    ...{ "resource-type": "IMAGE", "repository-name": repositoryName, "image-digest": one },
  };
  const back = { ...image, "action-type": "RESTORE", "image-tags": ["v1"] };
  expect(await told()).toEqual([["Entrepot Trash", back]]);
  const two = await push("two", "v1");
  await taken();
  await registry.ask(restoreTag, { repositoryName, imageTag: "v1", imageDigest: one });
  await registry.ask(restoreTag, { repositoryName, imageTag: "v1", imageDigest: one });
  expect(await told()).toEqual([[action, pushed(one, "v1")]]);
  await registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: two }] });
  await registry.ask(emptyTrash, { repositoryName });
  expect(await told()).toEqual([
    [action, deleted(two)],
    ["Entrepot Trash", { ...image, "image-digest": two, "action-type": "EMPTY", "image-tags": [] }],
  ]);
});

it("tells of policies that change, and not of the same one again", async () => {
  const statement = { Sid: "s", Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const put = () => registry.ask(setRepositoryPolicy, { repositoryName, policyText, force: true });
  await put();
  await put();
  await registry.ask(deleteRepositoryPolicy, { repositoryName });
  const ofRegistry = {
    ...{ Sid: "s", Effect: "Allow", Principal: { AWS: "111111111111" } },
    ...{ Action: "ecr:ReplicateImage", Resource: "*" },
  };
  const registryText = JSON.stringify({ Version: "2012-10-17", Statement: [ofRegistry] });
  for (let n = 0; n < 2; n++) await registry.ask(putRegistryPolicy, { policyText: registryText });
  await registry.ask(deleteRegistryPolicy, {});
  const type = "Entrepot Policy Change";
  const ofOne = { "policy-type": "REPOSITORY", "repository-name": repositoryName };
  const events = await taken();
  expect(events.map(({ detail }) => detail)).toEqual([
    { "action-type": "PUT", ...ofOne },
    { "action-type": "DELETE", ...ofOne },
    { "action-type": "PUT", "policy-type": "REGISTRY" },
    { "action-type": "DELETE", "policy-type": "REGISTRY" },
  ]);
  expect(events.map((event) => event["detail-type"])).toEqual([type, type, type, type]);
  expect(events.map(({ resources }) => resources)).toEqual([[arn()], [arn()], [], []]);
});

it("tells of keys that are rotated, and of one that is gone", async () => {
  const { KeyMetadata } = await registry.ask(createKey, {});
  const KeyId = KeyMetadata!.KeyId!;
  await registry.ask(rotateKeyOnDemand, { KeyId });
  const [event] = await taken();
  expect(event).toMatchObject({
    ...{ source: "aws.kms", "detail-type": "KMS CMK Rotation", detail: { "key-id": KeyId } },
    resources: [KeyMetadata!.Arn],
  });
  await registry.ask(scheduleKeyDeletion, { KeyId, PendingWindowInDays: 7 });
  expect(await taken()).toEqual([]);
  registry.clock.advance(8 * dayMs);
  await tendKeys(ports(), signal);
  await tendKeys(ports(), signal);
  expect(await told()).toEqual([["KMS CMK Deletion", { "key-id": KeyId }]]);
});

it("tells of pulls once for all of a while, and not of images that are gone", async () => {
  const [one, two] = [await push("one", "v1"), await push("two")];
  await taken();
  const pull = (imageDigest: string) =>
    registry.ask(batchGetImage, { repositoryName, imageIds: [{ imageDigest }] });
  for (let n = 0; n < 5; n++) await pull(one);
  await pull(two);
  expect(await taken()).toEqual([]);
  const pulledAt = now();
  await registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageDigest: two }] });
  await taken();
  registry.clock.advance(5_000);
  await ports().memory.pulls.flush(ports().metadata);
  await ports().memory.pulls.flush(ports().metadata);
  const events = await taken();
  const pulled = events.filter(({ detail }) => detail["image-digest"] === one);
  expect(pulled).toMatchObject([
    {
      ...{ source: "entrepot", "detail-type": "Entrepot Image Pull" },
      time: `${pulledAt.slice(0, 19)}Z`,
      detail: {
        ...{ "repository-name": repositoryName, "image-digest": one },
        "last-recorded-pull-time": pulledAt,
      },
    },
  ]);
});

it("tells of a quota once for each time that it passes its soft limit, whoever looks", async () => {
  await registry.ask(putQuota, { prefix: `${repositoryName}/q`, unit: "IMAGES", soft: 1 });
  repositoryName = `${repositoryName}/q`;
  await registry.createRepository(repositoryName);
  await push("one");
  await push("two");
  await taken();
  const run = { registry: undefined, attempt: 1, signal, heartbeat: async () => undefined };
  const watchers = [watchQuotas(() => {}), watchQuotas(() => {})];
  const look = async () => {
    for (const watcher of watchers) await watcher.run(ports(), null, run);
  };
  await look();
  await look();
  await registry.ask(putQuota, { prefix: repositoryName, unit: "IMAGES", soft: 2 });
  await look();
  await registry.ask(putQuota, { prefix: repositoryName, unit: "IMAGES", soft: 0, hard: 9 });
  await look();
  const about = {
    prefix: repositoryName,
    unit: "IMAGES",
    used: 2,
    "action-type": "SOFT_LIMIT_PASSED",
  };
  expect(await told()).toMatchObject([
    ["Entrepot Quota", { ...about, "soft-limit": 1 }],
    ["Entrepot Quota", { ...about, "soft-limit": 0, "hard-limit": 9 }],
  ]);
});

it("tells of an index without an artifact's type", async () => {
  const child = await push("child");
  const size = (await registry.manifestText(repositoryName, child)).length;
  await taken();
  const manifests = [{ mediaType: ociManifest, digest: child, size }];
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
  await registry.putManifest(repositoryName, index, { imageTag: "all" });
  const [, detail] = (await told()).at(-1)!;
  expect(detail).toMatchObject({ "image-tag": "all", "manifest-media-type": ociIndex });
  expect(detail).not.toHaveProperty("artifact-media-type");
});
