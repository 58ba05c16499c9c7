/** A registry that is served read-only: what reads is answered, what writes is refused, nothing changes. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Readiness } from "../../src/doors/health/readiness.ts";
import { batchCheckLayerAvailability } from "../../src/operations/ecr/batch-check-layer-availability.ts";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { completeLayerUpload } from "../../src/operations/ecr/complete-layer-upload.ts";
import { createPullThroughCacheRule } from "../../src/operations/ecr/create-pull-through-cache-rule.ts";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { createRepositoryCreationTemplate } from "../../src/operations/ecr/create-repository-creation-template.ts";
import { deleteLifecyclePolicy } from "../../src/operations/ecr/delete-lifecycle-policy.ts";
import { deletePullThroughCacheRule } from "../../src/operations/ecr/delete-pull-through-cache-rule.ts";
import { deleteRepository } from "../../src/operations/ecr/delete-repository.ts";
import { deleteRepositoryCreationTemplate } from "../../src/operations/ecr/delete-repository-creation-template.ts";
import { deleteSigningConfiguration } from "../../src/operations/ecr/delete-signing-configuration.ts";
import { deregisterPullTimeUpdateExclusion } from "../../src/operations/ecr/deregister-pull-time-update-exclusion.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { initiateLayerUpload } from "../../src/operations/ecr/initiate-layer-upload.ts";
import { putAccountSetting } from "../../src/operations/ecr/put-account-setting.ts";
import { putImage } from "../../src/operations/ecr/put-image.ts";
import { putImageScanningConfiguration } from "../../src/operations/ecr/put-image-scanning-configuration.ts";
import { putImageTagMutability } from "../../src/operations/ecr/put-image-tag-mutability.ts";
import { putLifecyclePolicy } from "../../src/operations/ecr/put-lifecycle-policy.ts";
import { putRegistryScanningConfiguration } from "../../src/operations/ecr/put-registry-scanning-configuration.ts";
import { putReplicationConfiguration } from "../../src/operations/ecr/put-replication-configuration.ts";
import { putSigningConfiguration } from "../../src/operations/ecr/put-signing-configuration.ts";
import { registerPullTimeUpdateExclusion } from "../../src/operations/ecr/register-pull-time-update-exclusion.ts";
import { startImageScan } from "../../src/operations/ecr/start-image-scan.ts";
import { startLifecyclePolicyPreview } from "../../src/operations/ecr/start-lifecycle-policy-preview.ts";
import { startReplicationBackfill } from "../../src/operations/ecr/start-replication-backfill.ts";
import { stopReplicationBackfill } from "../../src/operations/ecr/stop-replication-backfill.ts";
import { tagResource } from "../../src/operations/ecr/tag-resource.ts";
import { untagResource } from "../../src/operations/ecr/untag-resource.ts";
import { updateImageStorageClass } from "../../src/operations/ecr/update-image-storage-class.ts";
import { updatePullThroughCacheRule } from "../../src/operations/ecr/update-pull-through-cache-rule.ts";
import { updateRepositoryCreationTemplate } from "../../src/operations/ecr/update-repository-creation-template.ts";
import { uploadLayerPart } from "../../src/operations/ecr/upload-layer-part.ts";
import { attachImageSbom } from "../../src/operations/entrepot/attach-image-sbom.ts";
import { copyImage } from "../../src/operations/entrepot/copy-image.ts";
import { createReplicaRepository } from "../../src/operations/entrepot/create-replica-repository.ts";
import { deleteGalleryEntry } from "../../src/operations/entrepot/delete-gallery-entry.ts";
import { deleteGalleryVersion } from "../../src/operations/entrepot/delete-gallery-version.ts";
import { deleteLifecycleExtension } from "../../src/operations/entrepot/delete-lifecycle-extension.ts";
import { deletePriceTable } from "../../src/operations/entrepot/delete-price-table.ts";
import { deleteQuota } from "../../src/operations/entrepot/delete-quota.ts";
import { deleteServiceQuota } from "../../src/operations/entrepot/delete-service-quota.ts";
import { deleteVerifiedPublisher } from "../../src/operations/entrepot/delete-verified-publisher.ts";
import { deleteVexDocument } from "../../src/operations/entrepot/delete-vex-document.ts";
import { deleteWaiver } from "../../src/operations/entrepot/delete-waiver.ts";
import { describeDeployment } from "../../src/operations/entrepot/describe-deployment.ts";
import { emptyTrash } from "../../src/operations/entrepot/empty-trash.ts";
import { holdReclaim } from "../../src/operations/entrepot/hold-reclaim.ts";
import { importVexDocument } from "../../src/operations/entrepot/import-vex-document.ts";
import { putEnvironment } from "../../src/operations/entrepot/put-environment.ts";
import { putFindingPriority } from "../../src/operations/entrepot/put-finding-priority.ts";
import { putGalleryEntry } from "../../src/operations/entrepot/put-gallery-entry.ts";
import { putGallerySettings } from "../../src/operations/entrepot/put-gallery-settings.ts";
import { putGalleryVersion } from "../../src/operations/entrepot/put-gallery-version.ts";
import { putLifecycleExtension } from "../../src/operations/entrepot/put-lifecycle-extension.ts";
import { putPriceTable } from "../../src/operations/entrepot/put-price-table.ts";
import { putPullThroughCacheTerms } from "../../src/operations/entrepot/put-pull-through-cache-terms.ts";
import { putQuota } from "../../src/operations/entrepot/put-quota.ts";
import { putReplica } from "../../src/operations/entrepot/put-replica.ts";
import { putReplicaLayers } from "../../src/operations/entrepot/put-replica-layers.ts";
import { putReplicationOptions } from "../../src/operations/entrepot/put-replication-options.ts";
import { putServiceQuota } from "../../src/operations/entrepot/put-service-quota.ts";
import { putVerifiedPublisher } from "../../src/operations/entrepot/put-verified-publisher.ts";
import { putWaiver } from "../../src/operations/entrepot/put-waiver.ts";
import { rekeyRepository } from "../../src/operations/entrepot/rekey-repository.ts";
import { releasePublicAlias } from "../../src/operations/entrepot/release-public-alias.ts";
import { removeReplicaRepository } from "../../src/operations/entrepot/remove-replica-repository.ts";
import { removeReplicas } from "../../src/operations/entrepot/remove-replicas.ts";
import { reportImagesInUse } from "../../src/operations/entrepot/report-images-in-use.ts";
import { requestApproval } from "../../src/operations/entrepot/request-approval.ts";
import { requestPublicAlias } from "../../src/operations/entrepot/request-public-alias.ts";
import { rerunJob } from "../../src/operations/entrepot/rerun-job.ts";
import { restoreImages } from "../../src/operations/entrepot/restore-images.ts";
import { restoreRepository } from "../../src/operations/entrepot/restore-repository.ts";
import { restoreTag } from "../../src/operations/entrepot/restore-tag.ts";
import { reviewPublicAlias } from "../../src/operations/entrepot/review-public-alias.ts";
import { setPrimaryPublicAlias } from "../../src/operations/entrepot/set-primary-public-alias.ts";
import { signImage } from "../../src/operations/entrepot/sign-image.ts";
import { startLifecyclePreview } from "../../src/operations/entrepot/start-lifecycle-preview.ts";
import { subscribeToGalleryEntry } from "../../src/operations/entrepot/subscribe-to-gallery-entry.ts";
import { unsubscribeFromGalleryEntry } from "../../src/operations/entrepot/unsubscribe-from-gallery-entry.ts";
import { withdrawApprovalRequest } from "../../src/operations/entrepot/withdraw-approval-request.ts";
import { withdrawImagesInUse } from "../../src/operations/entrepot/withdraw-images-in-use.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { newJob } from "../../src/registry/jobs/job.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { sealDocument } from "../../src/registry/scanning/sealed-document.ts";
import {
  account,
  deployment,
  digestOf,
  imageManifest,
  ociManifest,
  TestRegistry,
} from "../support/ecr.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { operationsOfLevel, readOnlyRefusal, servedReadOnly } from "../support/read-only.ts";

const repositoryName = "app";
const config = Buffer.from("{}");
const layer = Buffer.alloc(60_000, "layer ");
const begun = Buffer.from("what an upload has received");
const loose = Buffer.alloc(40_000, "loose ");
const rule = (rulePriority: number) => ({
  ...{ rulePriority, description: "old ones" },
  selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 100 },
  action: { type: "expire" },
});
const lifecyclePolicyText = JSON.stringify({ rules: [rule(1)] });
const extensionText = JSON.stringify({ rules: [rule(2)] });

const cacheRule = (prefix: string) => ({
  ...{ ecrRepositoryPrefix: prefix, upstreamRegistryUrl: "quay.io" },
});

let opened: TestPorts;
let registry: TestRegistry;
let uploadId: string;
let jobId: string;
let imageDigest: string;
let deletedDigest: string;
let requestId: string;
let plainDigest: string;

beforeEach(async () => {
  opened = await testPorts();
  const before = new TestRegistry(opened);
  await before.createRepository(repositoryName);
  for (const content of [config, layer, loose]) await before.pushLayer(repositoryName, content);
  const manifest = imageManifest(config, layer);
  imageDigest = await before.putManifest(repositoryName, manifest, { imageTag: "1" });
  await before.ask(putLifecyclePolicy, { repositoryName, lifecyclePolicyText });
  await before.ask(putLifecycleExtension, { repositoryName, extensionText });
  before.keepTrash(7);
  deletedDigest = await before.pushImage(repositoryName, "deleted");
  const imageIds = [{ imageDigest: deletedDigest }];
  await before.ask(batchDeleteImage, { repositoryName, imageIds });
  await before.createRepository("deleted");
  await before.ask(deleteRepository, { repositoryName: "deleted" });
  const upload = await before.ask(initiateLayerUpload, { repositoryName });
  uploadId = upload.uploadId ?? "";
  await before.ask(uploadLayerPart, {
    ...{ repositoryName, uploadId, partFirstByte: 0, partLastByte: begun.length - 1 },
    layerPartBlob: begun.toString("base64"),
  });
  await before.ask(registerPullTimeUpdateExclusion, { principalArn: excluded });
  await before.ask(createRepositoryCreationTemplate, template);
  await before.ask(createPullThroughCacheRule, cacheRule("made"));
  const quota = { prefix: "app", unit: "BYTES", hard: 1e9 };
  await before.ask(putQuota, quota);
  await before.ask(putWaiver, waiver);
  await before.ask(putGalleryEntry, galleryEntry);
  await before.ask(putGalleryVersion, galleryVersion);
  await before.ask(subscribeToGalleryEntry, { repositoryName });
  await before.createRepository("plain");
  plainDigest = await before.pushImage("plain", "plain");
  await before.ask(putEnvironment, { name: "staging" });
  await before.ask(putEnvironment, { name: "production" });
  ({ requestId } = (await before.ask(requestApproval, approvalOf("staging"))).request);
  await before.ask(putSigningConfiguration, { signingConfiguration: { rules: [] } });
  await before.ask(importVexDocument, vexDocument);
  await keepInventory(imageDigest as Digest);
  await before.ask(requestPublicAlias, { alias: "named" });
  await before.ask(putServiceQuota, { quotaCode: "L-03A36CE1", desiredValue: 99 });
  const job = { ...newJob({ kind: "scan", runAt: 0 }, 0), state: "dead" as const };
  jobId = job.id;
  await opened.ports.metadata.transaction((change) => change.jobs.enqueue(job));
  registry = servedReadOnly(opened);
});
afterEach(() => opened.close());

const excluded = `arn:aws:iam::${account}:role/scanner`;
const destination = { region: "eu-west-1", registryId: account };
const resourceArn = `arn:aws:ecr:us-east-1:${account}:repository/${repositoryName}`;

const template = { prefix: "made", appliedFor: ["CREATE_ON_PUSH"] };
const waiver = {
  ...{ waiverName: "w", vulnerabilityId: "CVE-1", repositoryFilter: repositoryName },
  ...{ reason: "none", owner: "me", expiresAt: 1_700_000_100 },
};
const galleryEntry = { repositoryName, title: "App", owner: "team", purpose: "to be tried" };
const galleryVersion = { repositoryName, version: "1", tagPattern: "1*" };
const approvalOf = (environment: string) => ({
  ...{ repositoryName: "plain", imageDigest: plainDigest, environment, comment: "please" },
});
const vexDocument = {
  ...{ documentName: "d", repositoryFilter: repositoryName },
  document: JSON.stringify({
    ...{ "@context": "https://openvex.dev/ns/v0.2.0", author: "a", statements: [] },
    timestamp: "2023-01-01T00:00:00Z",
  }),
};
/** As if the image had been looked into. */
async function keepInventory(digest: Digest): Promise<void> {
  const { ports } = opened;
  const found = await ports.metadata.images.resolve(
    { account, region: deployment.region },
    repositoryName as RepositoryName,
    { digest },
  );
  const { repository, image } = found!;
  const document = {
    inventory: { packages: [], unread: [] },
    config: { os: "", architecture: "" },
  };
  const sealed = await sealDocument(ports, repository, image!, "inventory", document);
  await ports.metadata.transaction(({ scans }) =>
    scans.putInventory(repository, digest, { ...sealed, madeBy: "test", names: new Uint8Array() }),
  );
}

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
  AttachImageSbom: () => [attachImageSbom, { repositoryName, imageId: { imageDigest } }],
  PutSigningConfiguration: () => [putSigningConfiguration, { signingConfiguration: { rules: [] } }],
  DeleteSigningConfiguration: () => [deleteSigningConfiguration, {}],
  SignImage: () => [signImage, { repositoryName, imageId: { imageDigest } }],
  PutFindingPriority: () => [putFindingPriority, {}],
  PutWaiver: () => [putWaiver, waiver],
  PutGallerySettings: () => [putGallerySettings, { categories: ["base"] }],
  PutGalleryEntry: () => [putGalleryEntry, { ...galleryEntry, title: "Another" }],
  PutGalleryVersion: () => [putGalleryVersion, { ...galleryVersion, version: "2" }],
  DeleteGalleryVersion: () => [deleteGalleryVersion, { repositoryName, version: "1" }],
  RequestApproval: () => [requestApproval, approvalOf("production")],
  WithdrawApprovalRequest: () => [withdrawApprovalRequest, { repositoryName: "plain", requestId }],
  SubscribeToGalleryEntry: () => [subscribeToGalleryEntry, { repositoryName }],
  UnsubscribeFromGalleryEntry: () => [unsubscribeFromGalleryEntry, { repositoryName }],
  DeleteGalleryEntry: () => [deleteGalleryEntry, { repositoryName }],
  DeleteWaiver: () => [deleteWaiver, { waiverName: "w" }],
  ImportVexDocument: () => [importVexDocument, vexDocument],
  DeleteVexDocument: () => [deleteVexDocument, { documentName: "d" }],
  RequestPublicAlias: () => [requestPublicAlias, { alias: "another" }],
  ReleasePublicAlias: () => [releasePublicAlias, { alias: "named" }],
  SetPrimaryPublicAlias: () => [setPrimaryPublicAlias, { alias: "named" }],
  ReviewPublicAlias: () => [reviewPublicAlias, { alias: "named", status: "REJECTED" }],
  PutVerifiedPublisher: () => [putVerifiedPublisher, { registryId: account }],
  DeleteVerifiedPublisher: () => [deleteVerifiedPublisher, { registryId: account }],
  PutQuota: () => [putQuota, { prefix: "app", unit: "IMAGES", hard: 9 }],
  DeleteQuota: () => [deleteQuota, { prefix: "app", unit: "BYTES" }],
  PutPriceTable: () => [putPriceTable, { priceTable: { name: "other" } }],
  DeletePriceTable: () => [deletePriceTable, {}],
  PutServiceQuota: () => [putServiceQuota, { quotaCode: "L-03A36CE1", desiredValue: 9 }],
  DeleteServiceQuota: () => [deleteServiceQuota, { quotaCode: "L-03A36CE1" }],
  RerunJob: () => [rerunJob, { jobId }],
  CreatePullThroughCacheRule: () => [createPullThroughCacheRule, cacheRule("other")],
  PutPullThroughCacheTerms: () => [putPullThroughCacheTerms, { ecrRepositoryPrefix: "made" }],
  UpdatePullThroughCacheRule: () => [updatePullThroughCacheRule, { ecrRepositoryPrefix: "made" }],
  DeletePullThroughCacheRule: () => [deletePullThroughCacheRule, { ecrRepositoryPrefix: "made" }],
  CreateRepositoryCreationTemplate: () => [
    createRepositoryCreationTemplate,
    { ...template, prefix: "other" },
  ],
  UpdateRepositoryCreationTemplate: () => [updateRepositoryCreationTemplate, template],
  DeleteRepositoryCreationTemplate: () => [deleteRepositoryCreationTemplate, { prefix: "made" }],
  DeregisterPullTimeUpdateExclusion: () => [
    deregisterPullTimeUpdateExclusion,
    { principalArn: excluded },
  ],
  RegisterPullTimeUpdateExclusion: () => [
    registerPullTimeUpdateExclusion,
    { principalArn: `${excluded}-too` },
  ],
  ReportImagesInUse: () => [
    reportImagesInUse,
    { reporter: "node", images: [{ repositoryName, imageDigest }] },
  ],
  WithdrawImagesInUse: () => [
    withdrawImagesInUse,
    { reporter: "node", images: [{ repositoryName, imageDigest }] },
  ],
  PutLifecyclePolicy: () => [putLifecyclePolicy, { repositoryName, lifecyclePolicyText }],
  DeleteLifecyclePolicy: () => [deleteLifecyclePolicy, { repositoryName }],
  StartLifecyclePolicyPreview: () => [startLifecyclePolicyPreview, { repositoryName }],
  UpdateImageStorageClass: () => [
    updateImageStorageClass,
    { repositoryName, imageId: { imageDigest }, targetStorageClass: "ARCHIVE" },
  ],
  PutLifecycleExtension: () => [putLifecycleExtension, { repositoryName, extensionText }],
  DeleteLifecycleExtension: () => [deleteLifecycleExtension, { repositoryName }],
  StartLifecyclePreview: () => [startLifecyclePreview, { repositoryName }],
  EmptyTrash: () => [emptyTrash, {}],
  RestoreImages: () => [restoreImages, { repositoryName, imageDigests: [deletedDigest] }],
  RestoreRepository: () => [restoreRepository, { repositoryName: "deleted" }],
  PutReplicationConfiguration: () => [
    putReplicationConfiguration,
    { replicationConfiguration: { rules: [{ destinations: [destination] }] } },
  ],
  StartReplicationBackfill: () => [startReplicationBackfill, { destination }],
  StopReplicationBackfill: () => [
    stopReplicationBackfill,
    { replicationBackfillId: "00000000-0000-4000-8000-000000000000" },
  ],
  PutReplica: () => [
    putReplica,
    {
      ...{ repositoryName, imageManifest: JSON.stringify(imageManifest(config)) },
      imageManifestMediaType: ociManifest,
      imageDigest: digestOf(JSON.stringify(imageManifest(config))),
      ...{ tags: [], source: { ...destination, region: "eu-west-2" } },
    },
  ],
  PutReplicaLayers: () => [
    putReplicaLayers,
    { repositoryName, layers: [{ layerDigest: digestOf("new"), layerBlob: "bmV3" }] },
  ],
  CreateReplicaRepository: () => [
    createReplicaRepository,
    { repositoryName: "new", aliveAt: 9, source: { ...destination, region: "eu-west-2" } },
  ],
  RemoveReplicaRepository: () => [
    removeReplicaRepository,
    { repositoryName, removedAt: 9, source: { ...destination, region: "eu-west-2" } },
  ],
  RemoveReplicas: () => [
    removeReplicas,
    {
      ...{ repositoryName, source: { ...destination, region: "eu-west-2" } },
      removals: [{ imageDigest, removedAt: 9 }],
    },
  ],
  PutReplicationOptions: () => [
    putReplicationOptions,
    { options: [{ destination, deletes: true }] },
  ],
  StartImageScan: () => [startImageScan, { repositoryName, imageId: { imageDigest } }],
  PutImageScanningConfiguration: () => [
    putImageScanningConfiguration,
    { repositoryName, imageScanningConfiguration: { scanOnPush: true } },
  ],
  PutRegistryScanningConfiguration: () => [
    putRegistryScanningConfiguration,
    { scanType: "BASIC", rules: [] },
  ],
  CopyImage: () => [
    copyImage,
    { repositoryName, imageId: { imageDigest }, destinationRepositoryName: "plain" },
  ],
  RestoreTag: () => [restoreTag, { repositoryName, imageTag: "2", imageDigest }],
};

describe("served read-only", () => {
  it.each(Object.keys(writes))("%s is refused, and changes nothing", async (name) => {
    const before = await opened.dump();
    const [operation, input] = writes[name]!();
    const blobs = await Array.fromAsync(opened.ports.blobs.list());
    await expect(registry.ask(operation, input)).rejects.toMatchObject(readOnlyRefusal);
    expect(await opened.dump()).toBe(before);
    expect(await Array.fromAsync(opened.ports.blobs.list())).toEqual(blobs);
  });

  it("every operation on registries that writes is among those", () => {
    expect(Object.keys(writes).toSorted()).toEqual(operationsOfLevel("Write", "Tagging"));
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
    expect(registry.environment.ports.memory.pulls.size).toBe(0);
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
