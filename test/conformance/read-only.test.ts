/** A registry that is served read-only: what reads is answered, what writes is refused, nothing changes. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Readiness } from "../../src/doors/health/readiness.ts";
import { batchCheckLayerAvailability } from "../../src/operations/ecr/batch-check-layer-availability.ts";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { completeLayerUpload } from "../../src/operations/ecr/complete-layer-upload.ts";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { deleteRepository } from "../../src/operations/ecr/delete-repository.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { initiateLayerUpload } from "../../src/operations/ecr/initiate-layer-upload.ts";
import { putAccountSetting } from "../../src/operations/ecr/put-account-setting.ts";
import { putImage } from "../../src/operations/ecr/put-image.ts";
import { putImageTagMutability } from "../../src/operations/ecr/put-image-tag-mutability.ts";
import { tagResource } from "../../src/operations/ecr/tag-resource.ts";
import { untagResource } from "../../src/operations/ecr/untag-resource.ts";
import { uploadLayerPart } from "../../src/operations/ecr/upload-layer-part.ts";
import { deleteQuota } from "../../src/operations/entrepot/delete-quota.ts";
import { deleteServiceQuota } from "../../src/operations/entrepot/delete-service-quota.ts";
import { describeDeployment } from "../../src/operations/entrepot/describe-deployment.ts";
import { holdReclaim } from "../../src/operations/entrepot/hold-reclaim.ts";
import { putQuota } from "../../src/operations/entrepot/put-quota.ts";
import { putServiceQuota } from "../../src/operations/entrepot/put-service-quota.ts";
import { rekeyRepository } from "../../src/operations/entrepot/rekey-repository.ts";
import { rerunJob } from "../../src/operations/entrepot/rerun-job.ts";
import { operations } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { newJob } from "../../src/registry/jobs/job.ts";
import { readOnlyBlobs, readOnlyMetadata } from "../../src/registry/read-only.ts";
import { account, digestOf, imageManifest, TestRegistry } from "../support/ecr.ts";
import { ownAccountOperations } from "../support/own-account-operations.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";

const repositoryName = "app";
const config = Buffer.from("{}");
const layer = Buffer.alloc(60_000, "layer ");
const begun = Buffer.from("what an upload has received");
const loose = Buffer.alloc(40_000, "loose ");

let opened: TestPorts;
let registry: TestRegistry;
let uploadId: string;
let jobId: string;
let imageDigest: string;

beforeEach(async () => {
  opened = await testPorts();
  const before = new TestRegistry(opened);
  await before.createRepository(repositoryName);
  for (const content of [config, layer, loose]) await before.pushLayer(repositoryName, content);
  const manifest = imageManifest(config, layer);
  imageDigest = await before.putManifest(repositoryName, manifest, { imageTag: "1" });
  const upload = await before.ask(initiateLayerUpload, { repositoryName });
  uploadId = upload.uploadId ?? "";
  await before.ask(uploadLayerPart, {
    ...{ repositoryName, uploadId, partFirstByte: 0, partLastByte: begun.length - 1 },
    layerPartBlob: begun.toString("base64"),
  });
  const quota = { prefix: "app", unit: "BYTES", hard: 1e9 };
  await before.ask(putQuota, quota);
  await before.ask(putServiceQuota, { quotaCode: "L-03A36CE1", desiredValue: 99 });
  const job = { ...newJob({ kind: "scan", runAt: 0 }, 0), state: "dead" as const };
  jobId = job.id;
  await opened.ports.metadata.transaction((change) => change.jobs.enqueue(job));
  const { metadata, blobs } = opened.ports;
  const ports = {
    ...opened.ports,
    metadata: readOnlyMetadata(metadata),
    blobs: readOnlyBlobs(blobs),
  };
  registry = new TestRegistry({ ...opened, ports });
});
afterEach(() => opened.close());

const resourceArn = `arn:aws:ecr:us-east-1:${account}:repository/${repositoryName}`;

/** Each as it would succeed if writes were taken. */
const writes: Readonly<Record<string, () => readonly [Operation, object]>> = {
  CreateRepository: () => [createRepository, { repositoryName: "new" }],
  DeleteRepository: () => [deleteRepository, { repositoryName, force: true }],
  BatchDeleteImage: () => [
    batchDeleteImage,
    { repositoryName, imageIds: [{ imageDigest }, { imageTag: "1" }] },
  ],
  InitiateLayerUpload: () => [initiateLayerUpload, { repositoryName }],
  UploadLayerPart: () => [
    uploadLayerPart,
    {
      ...{ repositoryName, uploadId, partFirstByte: begun.length },
      partLastByte: begun.length + layer.length - 1,
      layerPartBlob: layer.toString("base64"),
    },
  ],
  CompleteLayerUpload: () => [
    completeLayerUpload,
    { repositoryName, uploadId, layerDigests: [digestOf(begun)] },
  ],
  PutImage: () => [
    putImage,
    { repositoryName, imageManifest: JSON.stringify(imageManifest(config)), imageTag: "2" },
  ],
  PutImageTagMutability: () => [
    putImageTagMutability,
    { repositoryName, imageTagMutability: "IMMUTABLE" },
  ],
  PutAccountSetting: () => [
    putAccountSetting,
    { name: "BASIC_SCAN_TYPE_VERSION", value: "AWS_NATIVE" },
  ],
  TagResource: () => [tagResource, { resourceArn, tags: [{ Key: "a", Value: "b" }] }],
  UntagResource: () => [untagResource, { resourceArn, tagKeys: ["a"] }],
  HoldReclaim: () => [holdReclaim, { holdId: "00000000-0000-4000-8000-000000000000", seconds: 60 }],
  RekeyRepository: () => [
    rekeyRepository,
    { repositoryName, encryptionConfiguration: { encryptionType: "KMS" } },
  ],
  PutQuota: () => [putQuota, { prefix: "app", unit: "IMAGES", hard: 9 }],
  DeleteQuota: () => [deleteQuota, { prefix: "app", unit: "BYTES" }],
  PutServiceQuota: () => [putServiceQuota, { quotaCode: "L-03A36CE1", desiredValue: 9 }],
  DeleteServiceQuota: () => [deleteServiceQuota, { quotaCode: "L-03A36CE1" }],
  RerunJob: () => [rerunJob, { jobId }],
};

describe("served read-only", () => {
  it.each(Object.keys(writes))("%s is refused, and changes nothing", async (name) => {
    const before = await opened.dump();
    const [operation, input] = writes[name]!();
    const blobs = await Array.fromAsync(opened.ports.blobs.list());
    const refusal = {
      kind: "ServiceUnavailable",
      message: "The registry is read-only at the moment.",
    };
    await expect(registry.ask(operation, input)).rejects.toMatchObject(refusal);
    expect(await opened.dump()).toBe(before);
    expect(await Array.fromAsync(opened.ports.blobs.list())).toEqual(blobs);
  });

  it("every operation on registries that writes is among those", () => {
    const writing = operations.filter(
      ({ name, service, access }) =>
        (service === "ecr" || (service === "entrepot" && !ownAccountOperations.has(name))) &&
        (access === "Write" || access === "Tagging"),
    );
    const names = writing.map(({ operationName }) => operationName).toSorted();
    expect(names).toEqual(Object.keys(writes).toSorted());
  });

  it("pulls and lists are answered, and leave no trace", async () => {
    const before = await opened.dump();
    opened.clock.advance(2 * 3600 * 1000);
    const imageIds = [{ imageTag: "1" }];
    expect((await registry.ask(batchGetImage, { repositoryName, imageIds })).images).toHaveLength(
      1,
    );
    expect((await registry.ask(describeImages, { repositoryName })).imageDetails).toHaveLength(1);
    const layerDigests = [layer, loose].map(digestOf);
    const { layers } = await registry.ask(batchCheckLayerAvailability, {
      repositoryName,
      layerDigests,
    });
    expect(layers?.map(({ layerAvailability }) => layerAvailability)).toEqual([
      "AVAILABLE",
      "AVAILABLE",
    ]);
    const download = { repositoryName, layerDigest: digestOf(layer) };
    expect(await registry.ask(getDownloadUrlForLayer, download)).toHaveProperty("downloadUrl");
    expect(await opened.dump()).toBe(before);
  });

  it("readiness is there for pulls, without a write", async () => {
    const before = await opened.dump();
    const { ports } = registry.environment;
    const readiness = new Readiness({ ports, checkKeys: async () => {}, changed: () => {} });
    expect(await readiness.isReady()).toBe(true);
    expect(await opened.dump()).toBe(before);
  });

  it("says so when it is asked", async () => {
    const { environment } = registry;
    const { deployment } = environment;
    Object.assign(environment, { deployment: { ...deployment, readOnly: true } });
    expect(await registry.ask(describeDeployment, {})).toMatchObject({ readOnly: true });
  });
});
