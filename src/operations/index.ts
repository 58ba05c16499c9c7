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
import { addClientIDToOpenIDConnectProvider } from "./iam/add-client-id-to-open-id-connect-provider.ts";
import { addUserToGroup } from "./iam/add-user-to-group.ts";
import { attachGroupPolicy } from "./iam/attach-group-policy.ts";
import { attachRolePolicy } from "./iam/attach-role-policy.ts";
import { attachUserPolicy } from "./iam/attach-user-policy.ts";
import { changePassword } from "./iam/change-password.ts";
import { createAccessKey } from "./iam/create-access-key.ts";
import { createAccountAlias } from "./iam/create-account-alias.ts";
import { createGroup } from "./iam/create-group.ts";
import { createLoginProfile } from "./iam/create-login-profile.ts";
import { createOpenIDConnectProvider } from "./iam/create-open-id-connect-provider.ts";
import { createPolicy } from "./iam/create-policy.ts";
import { createPolicyVersion } from "./iam/create-policy-version.ts";
import { createRole } from "./iam/create-role.ts";
import { createServiceLinkedRole } from "./iam/create-service-linked-role.ts";
import { createUser } from "./iam/create-user.ts";
import { deleteAccessKey } from "./iam/delete-access-key.ts";
import { deleteAccountAlias } from "./iam/delete-account-alias.ts";
import { deleteAccountPasswordPolicy } from "./iam/delete-account-password-policy.ts";
import { deleteGroup } from "./iam/delete-group.ts";
import { deleteGroupPolicy } from "./iam/delete-group-policy.ts";
import { deleteLoginProfile } from "./iam/delete-login-profile.ts";
import { deleteOpenIDConnectProvider } from "./iam/delete-open-id-connect-provider.ts";
import { deletePolicy } from "./iam/delete-policy.ts";
import { deletePolicyVersion } from "./iam/delete-policy-version.ts";
import { deleteRole } from "./iam/delete-role.ts";
import { deleteRolePermissionsBoundary } from "./iam/delete-role-permissions-boundary.ts";
import { deleteRolePolicy } from "./iam/delete-role-policy.ts";
import { deleteServiceLinkedRole } from "./iam/delete-service-linked-role.ts";
import { deleteUser } from "./iam/delete-user.ts";
import { deleteUserPermissionsBoundary } from "./iam/delete-user-permissions-boundary.ts";
import { deleteUserPolicy } from "./iam/delete-user-policy.ts";
import { detachGroupPolicy } from "./iam/detach-group-policy.ts";
import { detachRolePolicy } from "./iam/detach-role-policy.ts";
import { detachUserPolicy } from "./iam/detach-user-policy.ts";
import { generateCredentialReport } from "./iam/generate-credential-report.ts";
import { getAccessKeyLastUsed } from "./iam/get-access-key-last-used.ts";
import { getAccountAuthorizationDetails } from "./iam/get-account-authorization-details.ts";
import { getAccountPasswordPolicy } from "./iam/get-account-password-policy.ts";
import { getAccountSummary } from "./iam/get-account-summary.ts";
import { getContextKeysForCustomPolicy } from "./iam/get-context-keys-for-custom-policy.ts";
import { getContextKeysForPrincipalPolicy } from "./iam/get-context-keys-for-principal-policy.ts";
import { getCredentialReport } from "./iam/get-credential-report.ts";
import { getGroup } from "./iam/get-group.ts";
import { getGroupPolicy } from "./iam/get-group-policy.ts";
import { getLoginProfile } from "./iam/get-login-profile.ts";
import { getOpenIDConnectProvider } from "./iam/get-open-id-connect-provider.ts";
import { getPolicy } from "./iam/get-policy.ts";
import { getPolicyVersion } from "./iam/get-policy-version.ts";
import { getRole } from "./iam/get-role.ts";
import { getRolePolicy } from "./iam/get-role-policy.ts";
import { getServiceLinkedRoleDeletionStatus } from "./iam/get-service-linked-role-deletion-status.ts";
import { getUser } from "./iam/get-user.ts";
import { getUserPolicy } from "./iam/get-user-policy.ts";
import { listAccessKeys } from "./iam/list-access-keys.ts";
import { listAccountAliases } from "./iam/list-account-aliases.ts";
import { listAttachedGroupPolicies } from "./iam/list-attached-group-policies.ts";
import { listAttachedRolePolicies } from "./iam/list-attached-role-policies.ts";
import { listAttachedUserPolicies } from "./iam/list-attached-user-policies.ts";
import { listEntitiesForPolicy } from "./iam/list-entities-for-policy.ts";
import { listGroupPolicies } from "./iam/list-group-policies.ts";
import { listGroups } from "./iam/list-groups.ts";
import { listGroupsForUser } from "./iam/list-groups-for-user.ts";
import { listInstanceProfilesForRole } from "./iam/list-instance-profiles-for-role.ts";
import { listMfaDevices } from "./iam/list-mfa-devices.ts";
import { listOpenIDConnectProviderTags } from "./iam/list-open-id-connect-provider-tags.ts";
import { listOpenIDConnectProviders } from "./iam/list-open-id-connect-providers.ts";
import { listPolicies } from "./iam/list-policies.ts";
import { listPolicyTags } from "./iam/list-policy-tags.ts";
import { listPolicyVersions } from "./iam/list-policy-versions.ts";
import { listRolePolicies } from "./iam/list-role-policies.ts";
import { listRoleTags } from "./iam/list-role-tags.ts";
import { listRoles } from "./iam/list-roles.ts";
import { listServiceSpecificCredentials } from "./iam/list-service-specific-credentials.ts";
import { listSigningCertificates } from "./iam/list-signing-certificates.ts";
import { listSshPublicKeys } from "./iam/list-ssh-public-keys.ts";
import { listUserPolicies } from "./iam/list-user-policies.ts";
import { listUserTags } from "./iam/list-user-tags.ts";
import { listUsers } from "./iam/list-users.ts";
import { listVirtualMfaDevices } from "./iam/list-virtual-mfa-devices.ts";
import { putGroupPolicy } from "./iam/put-group-policy.ts";
import { putRolePermissionsBoundary } from "./iam/put-role-permissions-boundary.ts";
import { putRolePolicy } from "./iam/put-role-policy.ts";
import { putUserPermissionsBoundary } from "./iam/put-user-permissions-boundary.ts";
import { putUserPolicy } from "./iam/put-user-policy.ts";
import { removeClientIDFromOpenIDConnectProvider } from "./iam/remove-client-id-from-open-id-connect-provider.ts";
import { removeUserFromGroup } from "./iam/remove-user-from-group.ts";
import { setDefaultPolicyVersion } from "./iam/set-default-policy-version.ts";
import { simulateCustomPolicy } from "./iam/simulate-custom-policy.ts";
import { simulatePrincipalPolicy } from "./iam/simulate-principal-policy.ts";
import { tagOpenIDConnectProvider } from "./iam/tag-open-id-connect-provider.ts";
import { tagPolicy } from "./iam/tag-policy.ts";
import { tagRole } from "./iam/tag-role.ts";
import { tagUser } from "./iam/tag-user.ts";
import { untagOpenIDConnectProvider } from "./iam/untag-open-id-connect-provider.ts";
import { untagPolicy } from "./iam/untag-policy.ts";
import { untagRole } from "./iam/untag-role.ts";
import { untagUser } from "./iam/untag-user.ts";
import { updateAccessKey } from "./iam/update-access-key.ts";
import { updateAccountPasswordPolicy } from "./iam/update-account-password-policy.ts";
import { updateAssumeRolePolicy } from "./iam/update-assume-role-policy.ts";
import { updateGroup } from "./iam/update-group.ts";
import { updateLoginProfile } from "./iam/update-login-profile.ts";
import { updateOpenIDConnectProviderThumbprint } from "./iam/update-open-id-connect-provider-thumbprint.ts";
import { updateRole } from "./iam/update-role.ts";
import { updateRoleDescription } from "./iam/update-role-description.ts";
import { updateUser } from "./iam/update-user.ts";
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
import { assumeRoleWithWebIdentity } from "./sts/assume-role-with-web-identity.ts";
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
  // IAM: users, groups, keys and passwords
  addUserToGroup,
  attachGroupPolicy,
  attachUserPolicy,
  changePassword,
  createAccessKey,
  createAccountAlias,
  createGroup,
  createLoginProfile,
  createUser,
  deleteAccessKey,
  deleteAccountAlias,
  deleteAccountPasswordPolicy,
  deleteGroup,
  deleteGroupPolicy,
  deleteLoginProfile,
  deleteUser,
  deleteUserPermissionsBoundary,
  deleteUserPolicy,
  detachGroupPolicy,
  detachUserPolicy,
  getAccessKeyLastUsed,
  getAccountPasswordPolicy,
  getGroup,
  getGroupPolicy,
  getLoginProfile,
  getUser,
  getUserPolicy,
  listAccessKeys,
  listAccountAliases,
  listAttachedGroupPolicies,
  listAttachedUserPolicies,
  listGroupPolicies,
  listGroups,
  listGroupsForUser,
  listMfaDevices,
  listServiceSpecificCredentials,
  listSigningCertificates,
  listSshPublicKeys,
  listUserPolicies,
  listUserTags,
  listUsers,
  listVirtualMfaDevices,
  putGroupPolicy,
  putUserPermissionsBoundary,
  putUserPolicy,
  removeUserFromGroup,
  tagUser,
  untagUser,
  updateAccessKey,
  updateAccountPasswordPolicy,
  updateGroup,
  updateLoginProfile,
  updateUser,
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
  assumeRoleWithWebIdentity,
  decodeAuthorizationMessage,
  getAccessKeyInfo,
  getSessionToken,
  // Roles, managed policies, OIDC providers, and what IAM tells of an account.
  simulatePrincipalPolicy,
  simulateCustomPolicy,
  getContextKeysForPrincipalPolicy,
  getContextKeysForCustomPolicy,
  getCredentialReport,
  getAccountSummary,
  getAccountAuthorizationDetails,
  generateCredentialReport,
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
