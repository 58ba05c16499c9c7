import type { Operation } from "../operation.ts";
import { batchCheckLayerAvailability } from "./batch-check-layer-availability.ts";
import { batchDeleteImage } from "./batch-delete-image.ts";
import { batchGetImage } from "./batch-get-image.ts";
import { batchGetRepositoryScanningConfiguration } from "./batch-get-repository-scanning-configuration.ts";
import { completeLayerUpload } from "./complete-layer-upload.ts";
import { createPullThroughCacheRule } from "./create-pull-through-cache-rule.ts";
import { createRepository } from "./create-repository.ts";
import { createRepositoryCreationTemplate } from "./create-repository-creation-template.ts";
import { deleteLifecyclePolicy } from "./delete-lifecycle-policy.ts";
import { deletePullThroughCacheRule } from "./delete-pull-through-cache-rule.ts";
import { deleteRegistryPolicy } from "./delete-registry-policy.ts";
import { deleteRepository } from "./delete-repository.ts";
import { deleteRepositoryCreationTemplate } from "./delete-repository-creation-template.ts";
import { deleteRepositoryPolicy } from "./delete-repository-policy.ts";
import { deleteSigningConfiguration } from "./delete-signing-configuration.ts";
import { deregisterPullTimeUpdateExclusion } from "./deregister-pull-time-update-exclusion.ts";
import { describeImageReplicationStatus } from "./describe-image-replication-status.ts";
import { describeImageScanFindings } from "./describe-image-scan-findings.ts";
import { describeImageSigningStatus } from "./describe-image-signing-status.ts";
import { describeImages } from "./describe-images.ts";
import { describePullThroughCacheRules } from "./describe-pull-through-cache-rules.ts";
import { describeRegistry } from "./describe-registry.ts";
import { describeReplicationBackfillResults } from "./describe-replication-backfill-results.ts";
import { describeRepositories } from "./describe-repositories.ts";
import { describeRepositoryCreationTemplates } from "./describe-repository-creation-templates.ts";
import { getAccountSetting } from "./get-account-setting.ts";
import { getAuthorizationToken } from "./get-authorization-token.ts";
import { getDownloadUrlForLayer } from "./get-download-url-for-layer.ts";
import { getLifecyclePolicy } from "./get-lifecycle-policy.ts";
import { getLifecyclePolicyPreview } from "./get-lifecycle-policy-preview.ts";
import { getRegistryPolicy } from "./get-registry-policy.ts";
import { getRegistryScanningConfiguration } from "./get-registry-scanning-configuration.ts";
import { getRepositoryPolicy } from "./get-repository-policy.ts";
import { getSigningConfiguration } from "./get-signing-configuration.ts";
import { initiateLayerUpload } from "./initiate-layer-upload.ts";
import { listImageReferrers } from "./list-image-referrers.ts";
import { listImages } from "./list-images.ts";
import { listPullTimeUpdateExclusions } from "./list-pull-time-update-exclusions.ts";
import { listReplicationBackfills } from "./list-replication-backfills.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { putAccountSetting } from "./put-account-setting.ts";
import { putImage } from "./put-image.ts";
import { putImageScanningConfiguration } from "./put-image-scanning-configuration.ts";
import { putImageTagMutability } from "./put-image-tag-mutability.ts";
import { putLifecyclePolicy } from "./put-lifecycle-policy.ts";
import { putRegistryPolicy } from "./put-registry-policy.ts";
import { putRegistryScanningConfiguration } from "./put-registry-scanning-configuration.ts";
import { putReplicationConfiguration } from "./put-replication-configuration.ts";
import { putSigningConfiguration } from "./put-signing-configuration.ts";
import { registerPullTimeUpdateExclusion } from "./register-pull-time-update-exclusion.ts";
import { setRepositoryPolicy } from "./set-repository-policy.ts";
import { startImageScan } from "./start-image-scan.ts";
import { startLifecyclePolicyPreview } from "./start-lifecycle-policy-preview.ts";
import { startReplicationBackfill } from "./start-replication-backfill.ts";
import { stopReplicationBackfill } from "./stop-replication-backfill.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";
import { updateImageStorageClass } from "./update-image-storage-class.ts";
import { updatePullThroughCacheRule } from "./update-pull-through-cache-rule.ts";
import { updateRepositoryCreationTemplate } from "./update-repository-creation-template.ts";
import { uploadLayerPart } from "./upload-layer-part.ts";
import { validatePullThroughCacheRule } from "./validate-pull-through-cache-rule.ts";

/** What can be asked of ECR. */
export const ecrOperations: readonly Operation[] = [
  batchCheckLayerAvailability,
  batchDeleteImage,
  batchGetImage,
  completeLayerUpload,
  createRepository,
  deleteRepository,
  describeImages,
  describeRegistry,
  describeRepositories,
  getAccountSetting,
  getAuthorizationToken,
  getDownloadUrlForLayer,
  initiateLayerUpload,
  listImageReferrers,
  listImages,
  listTagsForResource,
  putAccountSetting,
  putImageTagMutability,
  putImage,
  tagResource,
  untagResource,
  uploadLayerPart,
  deregisterPullTimeUpdateExclusion,
  listPullTimeUpdateExclusions,
  registerPullTimeUpdateExclusion,
  deleteRegistryPolicy,
  deleteRepositoryPolicy,
  getRegistryPolicy,
  getRepositoryPolicy,
  putRegistryPolicy,
  setRepositoryPolicy,
  createRepositoryCreationTemplate,
  deleteRepositoryCreationTemplate,
  describeRepositoryCreationTemplates,
  updateRepositoryCreationTemplate,
  createPullThroughCacheRule,
  deletePullThroughCacheRule,
  describePullThroughCacheRules,
  updatePullThroughCacheRule,
  validatePullThroughCacheRule,
  putLifecyclePolicy,
  getLifecyclePolicy,
  deleteLifecyclePolicy,
  startLifecyclePolicyPreview,
  getLifecyclePolicyPreview,
  updateImageStorageClass,
  batchGetRepositoryScanningConfiguration,
  getRegistryScanningConfiguration,
  putImageScanningConfiguration,
  putRegistryScanningConfiguration,
  describeImageScanFindings,
  startImageScan,
  putReplicationConfiguration,
  describeImageReplicationStatus,
  startReplicationBackfill,
  stopReplicationBackfill,
  listReplicationBackfills,
  describeReplicationBackfillResults,
  deleteSigningConfiguration,
  describeImageSigningStatus,
  getSigningConfiguration,
  putSigningConfiguration,
];
