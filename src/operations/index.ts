import { batchCheckLayerAvailability } from "./ecr/batch-check-layer-availability.ts";
import { batchDeleteImage } from "./ecr/batch-delete-image.ts";
import { batchGetImage } from "./ecr/batch-get-image.ts";
import { completeLayerUpload } from "./ecr/complete-layer-upload.ts";
import { createRepository } from "./ecr/create-repository.ts";
import { deleteRegistryPolicy } from "./ecr/delete-registry-policy.ts";
import { deleteRepository } from "./ecr/delete-repository.ts";
import { deleteRepositoryPolicy } from "./ecr/delete-repository-policy.ts";
import { describeImages } from "./ecr/describe-images.ts";
import { describeRegistry } from "./ecr/describe-registry.ts";
import { describeRepositories } from "./ecr/describe-repositories.ts";
import { getAccountSetting } from "./ecr/get-account-setting.ts";
import { getAuthorizationToken } from "./ecr/get-authorization-token.ts";
import { getDownloadUrlForLayer } from "./ecr/get-download-url-for-layer.ts";
import { getRegistryPolicy } from "./ecr/get-registry-policy.ts";
import { getRepositoryPolicy } from "./ecr/get-repository-policy.ts";
import { initiateLayerUpload } from "./ecr/initiate-layer-upload.ts";
import { listImageReferrers } from "./ecr/list-image-referrers.ts";
import { listImages } from "./ecr/list-images.ts";
import { listTagsForResource } from "./ecr/list-tags-for-resource.ts";
import { putAccountSetting } from "./ecr/put-account-setting.ts";
import { putImage } from "./ecr/put-image.ts";
import { putImageTagMutability } from "./ecr/put-image-tag-mutability.ts";
import { putRegistryPolicy } from "./ecr/put-registry-policy.ts";
import { setRepositoryPolicy } from "./ecr/set-repository-policy.ts";
import { tagResource } from "./ecr/tag-resource.ts";
import { untagResource } from "./ecr/untag-resource.ts";
import { uploadLayerPart } from "./ecr/upload-layer-part.ts";
import { createPullSecret } from "./entrepot/create-pull-secret.ts";
import { deletePullSecret } from "./entrepot/delete-pull-secret.ts";
import { describeDeployment } from "./entrepot/describe-deployment.ts";
import { explainAccess } from "./entrepot/explain-access.ts";
import { holdReclaim } from "./entrepot/hold-reclaim.ts";
import { lintPolicy } from "./entrepot/lint-policy.ts";
import { listJobs } from "./entrepot/list-jobs.ts";
import { listPullSecrets } from "./entrepot/list-pull-secrets.ts";
import { rerunJob } from "./entrepot/rerun-job.ts";
import { revokeSessions } from "./entrepot/revoke-sessions.ts";
import type { Operation, Service } from "./operation.ts";
import { closeAccount } from "./organizations/close-account.ts";
import { createAccount } from "./organizations/create-account.ts";
import { describeAccount } from "./organizations/describe-account.ts";
import { describeCreateAccountStatus } from "./organizations/describe-create-account-status.ts";
import { describeOrganization } from "./organizations/describe-organization.ts";
import { listAccounts } from "./organizations/list-accounts.ts";
import { listAwsServiceAccessForOrganization } from "./organizations/list-aws-service-access-for-organization.ts";
import { listCreateAccountStatus } from "./organizations/list-create-account-status.ts";
import { listParents } from "./organizations/list-parents.ts";
import { listRoots } from "./organizations/list-roots.ts";
import { listTagsForResource as listAccountTags } from "./organizations/list-tags-for-resource.ts";
import { tagResource as tagAccount } from "./organizations/tag-resource.ts";
import { untagResource as untagAccount } from "./organizations/untag-resource.ts";
import { assumeRole } from "./sts/assume-role.ts";
import { decodeAuthorizationMessage } from "./sts/decode-authorization-message.ts";
import { getAccessKeyInfo } from "./sts/get-access-key-info.ts";
import { getCallerIdentity } from "./sts/get-caller-identity.ts";
import { getSessionToken } from "./sts/get-session-token.ts";

/**
 * The table: every operation that can be asked here. Routing, authorization, metrics and
 * docs/coverage.md derive from it.
 */
export const operations: readonly Operation[] = [
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
  deleteRegistryPolicy,
  deleteRepositoryPolicy,
  getRegistryPolicy,
  getRepositoryPolicy,
  putRegistryPolicy,
  setRepositoryPolicy,
  describeDeployment,
  explainAccess,
  holdReclaim,
  lintPolicy,
  listJobs,
  rerunJob,
  getCallerIdentity,
  // Organizations
  closeAccount,
  createAccount,
  describeAccount,
  describeCreateAccountStatus,
  describeOrganization,
  listAccounts,
  listAwsServiceAccessForOrganization,
  listCreateAccountStatus,
  listParents,
  listRoots,
  listAccountTags,
  tagAccount,
  untagAccount,
  // Sessions and pull secrets
  createPullSecret,
  deletePullSecret,
  listPullSecrets,
  revokeSessions,
  // STS
  assumeRole,
  decodeAuthorizationMessage,
  getAccessKeyInfo,
  getSessionToken,
];

const byName = new Map<string, Operation>(operations.map((each) => [each.name, each]));

/** The operation, or `undefined` where the service has none of that name here. */
export function findOperation(service: Service, operationName: string): Operation | undefined {
  return byName.get(`${service}:${operationName}`);
}
