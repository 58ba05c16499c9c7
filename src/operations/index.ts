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
import { listJobs } from "./entrepot/list-jobs.ts";
import { listPullSecrets } from "./entrepot/list-pull-secrets.ts";
import { rerunJob } from "./entrepot/rerun-job.ts";
import { revokeSessions } from "./entrepot/revoke-sessions.ts";
import { addClientIDToOpenIDConnectProvider } from "./iam/add-client-id-to-open-id-connect-provider.ts";
import { attachRolePolicy } from "./iam/attach-role-policy.ts";
import { createOpenIDConnectProvider } from "./iam/create-open-id-connect-provider.ts";
import { createPolicy } from "./iam/create-policy.ts";
import { createPolicyVersion } from "./iam/create-policy-version.ts";
import { createRole } from "./iam/create-role.ts";
import { createServiceLinkedRole } from "./iam/create-service-linked-role.ts";
import { deleteOpenIDConnectProvider } from "./iam/delete-open-id-connect-provider.ts";
import { deletePolicy } from "./iam/delete-policy.ts";
import { deletePolicyVersion } from "./iam/delete-policy-version.ts";
import { deleteRole } from "./iam/delete-role.ts";
import { deleteRolePermissionsBoundary } from "./iam/delete-role-permissions-boundary.ts";
import { deleteRolePolicy } from "./iam/delete-role-policy.ts";
import { deleteServiceLinkedRole } from "./iam/delete-service-linked-role.ts";
import { detachRolePolicy } from "./iam/detach-role-policy.ts";
import { getOpenIDConnectProvider } from "./iam/get-open-id-connect-provider.ts";
import { getPolicy } from "./iam/get-policy.ts";
import { getPolicyVersion } from "./iam/get-policy-version.ts";
import { getRole } from "./iam/get-role.ts";
import { getRolePolicy } from "./iam/get-role-policy.ts";
import { getServiceLinkedRoleDeletionStatus } from "./iam/get-service-linked-role-deletion-status.ts";
import { listAttachedRolePolicies } from "./iam/list-attached-role-policies.ts";
import { listEntitiesForPolicy } from "./iam/list-entities-for-policy.ts";
import { listInstanceProfilesForRole } from "./iam/list-instance-profiles-for-role.ts";
import { listOpenIDConnectProviderTags } from "./iam/list-open-id-connect-provider-tags.ts";
import { listOpenIDConnectProviders } from "./iam/list-open-id-connect-providers.ts";
import { listPolicies } from "./iam/list-policies.ts";
import { listPolicyTags } from "./iam/list-policy-tags.ts";
import { listPolicyVersions } from "./iam/list-policy-versions.ts";
import { listRolePolicies } from "./iam/list-role-policies.ts";
import { listRoleTags } from "./iam/list-role-tags.ts";
import { listRoles } from "./iam/list-roles.ts";
import { putRolePermissionsBoundary } from "./iam/put-role-permissions-boundary.ts";
import { putRolePolicy } from "./iam/put-role-policy.ts";
import { removeClientIDFromOpenIDConnectProvider } from "./iam/remove-client-id-from-open-id-connect-provider.ts";
import { setDefaultPolicyVersion } from "./iam/set-default-policy-version.ts";
import { tagOpenIDConnectProvider } from "./iam/tag-open-id-connect-provider.ts";
import { tagPolicy } from "./iam/tag-policy.ts";
import { tagRole } from "./iam/tag-role.ts";
import { untagOpenIDConnectProvider } from "./iam/untag-open-id-connect-provider.ts";
import { untagPolicy } from "./iam/untag-policy.ts";
import { untagRole } from "./iam/untag-role.ts";
import { updateAssumeRolePolicy } from "./iam/update-assume-role-policy.ts";
import { updateOpenIDConnectProviderThumbprint } from "./iam/update-open-id-connect-provider-thumbprint.ts";
import { updateRole } from "./iam/update-role.ts";
import { updateRoleDescription } from "./iam/update-role-description.ts";
import type { Operation, Service } from "./operation.ts";
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
  listJobs,
  rerunJob,
  getCallerIdentity,
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
  // Roles, managed policies, OIDC providers, and what IAM tells of an account.
  addClientIDToOpenIDConnectProvider,
  attachRolePolicy,
  createOpenIDConnectProvider,
  createPolicyVersion,
  createPolicy,
  createRole,
  createServiceLinkedRole,
  deleteOpenIDConnectProvider,
  deletePolicyVersion,
  deletePolicy,
  deleteRolePermissionsBoundary,
  deleteRolePolicy,
  deleteRole,
  deleteServiceLinkedRole,
  detachRolePolicy,
  getOpenIDConnectProvider,
  getPolicyVersion,
  getPolicy,
  getRolePolicy,
  getRole,
  getServiceLinkedRoleDeletionStatus,
  listAttachedRolePolicies,
  listEntitiesForPolicy,
  listInstanceProfilesForRole,
  listOpenIDConnectProviderTags,
  listOpenIDConnectProviders,
  listPolicies,
  listPolicyTags,
  listPolicyVersions,
  listRolePolicies,
  listRoleTags,
  listRoles,
  putRolePermissionsBoundary,
  putRolePolicy,
  removeClientIDFromOpenIDConnectProvider,
  setDefaultPolicyVersion,
  tagOpenIDConnectProvider,
  tagPolicy,
  tagRole,
  untagOpenIDConnectProvider,
  untagPolicy,
  untagRole,
  updateAssumeRolePolicy,
  updateOpenIDConnectProviderThumbprint,
  updateRoleDescription,
  updateRole,
];

const byName = new Map<string, Operation>(operations.map((each) => [each.name, each]));

/** The operation, or `undefined` where the service has none of that name here. */
export function findOperation(service: Service, operationName: string): Operation | undefined {
  return byName.get(`${service}:${operationName}`);
}
