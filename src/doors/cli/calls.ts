/** What the commands ask servers for, as the SDKs and our own operations declare it. */
import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import type * as ecr from "@aws-sdk/client-ecr";
import type * as ecrPublic from "@aws-sdk/client-ecr-public";
import type * as events from "@aws-sdk/client-eventbridge";
import type * as iam from "@aws-sdk/client-iam";
import type * as organizations from "@aws-sdk/client-organizations";
import type * as sts from "@aws-sdk/client-sts";
import type { z } from "zod";
import type { Wire } from "../../operations/ecr/wire.ts";
import type { approveImage } from "../../operations/entrepot/approve-image.ts";
import type { approveInEmergency } from "../../operations/entrepot/approve-in-emergency.ts";
import type { approveRequest } from "../../operations/entrepot/approve-request.ts";
import type { attachImageSbom } from "../../operations/entrepot/attach-image-sbom.ts";
import type { createPullSecret } from "../../operations/entrepot/create-pull-secret.ts";
import type { deleteConsoleSignOn } from "../../operations/entrepot/delete-console-sign-on.ts";
import type { deleteEnvironment } from "../../operations/entrepot/delete-environment.ts";
import type { deleteGalleryEntry } from "../../operations/entrepot/delete-gallery-entry.ts";
import type { deleteGalleryVersion } from "../../operations/entrepot/delete-gallery-version.ts";
import type { deleteGate } from "../../operations/entrepot/delete-gate.ts";
import type { deleteLifecycleExtension } from "../../operations/entrepot/delete-lifecycle-extension.ts";
import type { deletePriceTable } from "../../operations/entrepot/delete-price-table.ts";
import type { deletePullSecret } from "../../operations/entrepot/delete-pull-secret.ts";
import type { deleteQuota } from "../../operations/entrepot/delete-quota.ts";
import type { deleteServiceQuota } from "../../operations/entrepot/delete-service-quota.ts";
import type { deleteTrustedSigner } from "../../operations/entrepot/delete-trusted-signer.ts";
import type { deleteVerifiedPublisher } from "../../operations/entrepot/delete-verified-publisher.ts";
import type { deleteVexDocument } from "../../operations/entrepot/delete-vex-document.ts";
import type { deleteWaiver } from "../../operations/entrepot/delete-waiver.ts";
import type { describeDeployment } from "../../operations/entrepot/describe-deployment.ts";
import type { describeImageSignatures } from "../../operations/entrepot/describe-image-signatures.ts";
import type { describeRekey } from "../../operations/entrepot/describe-rekey.ts";
import type { describeReplication } from "../../operations/entrepot/describe-replication.ts";
import type { emptyTrash } from "../../operations/entrepot/empty-trash.ts";
import type { estimateCost } from "../../operations/entrepot/estimate-cost.ts";
import type { explainAccess } from "../../operations/entrepot/explain-access.ts";
import type { explainLifecycle } from "../../operations/entrepot/explain-lifecycle.ts";
import type { exportGalleryEntries } from "../../operations/entrepot/export-gallery-entries.ts";
import type { getApprovalRequest } from "../../operations/entrepot/get-approval-request.ts";
import type { getCostForecast } from "../../operations/entrepot/get-cost-forecast.ts";
import type { getCostSummary } from "../../operations/entrepot/get-cost-summary.ts";
import type { getGalleryEntry } from "../../operations/entrepot/get-gallery-entry.ts";
import type { getGallerySettings } from "../../operations/entrepot/get-gallery-settings.ts";
import type { getImageVerdict } from "../../operations/entrepot/get-image-verdict.ts";
import type { getLifecycleExtension } from "../../operations/entrepot/get-lifecycle-extension.ts";
import type { getLifecyclePreview } from "../../operations/entrepot/get-lifecycle-preview.ts";
import type { getLifecycleRun } from "../../operations/entrepot/get-lifecycle-run.ts";
import type { getPriceTable } from "../../operations/entrepot/get-price-table.ts";
import type { getPullThroughCacheTerms } from "../../operations/entrepot/get-pull-through-cache-terms.ts";
import type { getReplicationOptions } from "../../operations/entrepot/get-replication-options.ts";
import type { getReview } from "../../operations/entrepot/get-review.ts";
import type { getSigningAuthority } from "../../operations/entrepot/get-signing-authority.ts";
import type { getVexPolicy } from "../../operations/entrepot/get-vex-policy.ts";
import type { grantRole } from "../../operations/entrepot/grant-role.ts";
import type { holdReclaim } from "../../operations/entrepot/hold-reclaim.ts";
import type { importVexDocument } from "../../operations/entrepot/import-vex-document.ts";
import type { lintPolicy } from "../../operations/entrepot/lint-policy.ts";
import type { listApprovalRequests } from "../../operations/entrepot/list-approval-requests.ts";
import type { listConsoleSignOns } from "../../operations/entrepot/list-console-sign-ons.ts";
import type { listCostSavings } from "../../operations/entrepot/list-cost-savings.ts";
import type { listDeadLetters } from "../../operations/entrepot/list-dead-letters.ts";
import type { listEnvironments } from "../../operations/entrepot/list-environments.ts";
import type { listEvents } from "../../operations/entrepot/list-events.ts";
import type { listGalleryEntries } from "../../operations/entrepot/list-gallery-entries.ts";
import type { listGallerySubscriptions } from "../../operations/entrepot/list-gallery-subscriptions.ts";
import type { listGates } from "../../operations/entrepot/list-gates.ts";
import type { listHeldImages } from "../../operations/entrepot/list-held-images.ts";
import type { listImageFindings } from "../../operations/entrepot/list-image-findings.ts";
import type { listJobs } from "../../operations/entrepot/list-jobs.ts";
import type { listLifecycleRuns } from "../../operations/entrepot/list-lifecycle-runs.ts";
import type { listPublicAliases } from "../../operations/entrepot/list-public-aliases.ts";
import type { listPullSecrets } from "../../operations/entrepot/list-pull-secrets.ts";
import type { listQuotas } from "../../operations/entrepot/list-quotas.ts";
import type { listRepositoryKeys } from "../../operations/entrepot/list-repository-keys.ts";
import type { listReviews } from "../../operations/entrepot/list-reviews.ts";
import type { listRoleGrants } from "../../operations/entrepot/list-role-grants.ts";
import type { listServiceQuotas } from "../../operations/entrepot/list-service-quotas.ts";
import type { listTagHistory } from "../../operations/entrepot/list-tag-history.ts";
import type { listTrash } from "../../operations/entrepot/list-trash.ts";
import type { listTrustedSigners } from "../../operations/entrepot/list-trusted-signers.ts";
import type { listVexDocuments } from "../../operations/entrepot/list-vex-documents.ts";
import type { listWaivers } from "../../operations/entrepot/list-waivers.ts";
import type { putConsoleSignOn } from "../../operations/entrepot/put-console-sign-on.ts";
import type { putEnvironment } from "../../operations/entrepot/put-environment.ts";
import type { putGalleryEntry } from "../../operations/entrepot/put-gallery-entry.ts";
import type { putGallerySettings } from "../../operations/entrepot/put-gallery-settings.ts";
import type { putGalleryVersion } from "../../operations/entrepot/put-gallery-version.ts";
import type { putGate } from "../../operations/entrepot/put-gate.ts";
import type { putLifecycleExtension } from "../../operations/entrepot/put-lifecycle-extension.ts";
import type { putPriceTable } from "../../operations/entrepot/put-price-table.ts";
import type { putPullThroughCacheTerms } from "../../operations/entrepot/put-pull-through-cache-terms.ts";
import type { putQuota } from "../../operations/entrepot/put-quota.ts";
import type { putReplicationOptions } from "../../operations/entrepot/put-replication-options.ts";
import type { putServiceQuota } from "../../operations/entrepot/put-service-quota.ts";
import type { putTrustedSigner } from "../../operations/entrepot/put-trusted-signer.ts";
import type { putVerifiedPublisher } from "../../operations/entrepot/put-verified-publisher.ts";
import type { putVexPolicy } from "../../operations/entrepot/put-vex-policy.ts";
import type { putWaiver } from "../../operations/entrepot/put-waiver.ts";
import type { quarantineImage } from "../../operations/entrepot/quarantine-image.ts";
import type { rejectImage } from "../../operations/entrepot/reject-image.ts";
import type { rejectRequest } from "../../operations/entrepot/reject-request.ts";
import type { rekeyRepository } from "../../operations/entrepot/rekey-repository.ts";
import type { releaseImage } from "../../operations/entrepot/release-image.ts";
import type { releasePublicAlias } from "../../operations/entrepot/release-public-alias.ts";
import type { renderLaunchTemplate } from "../../operations/entrepot/render-launch-template.ts";
import type { replayDeadLetters } from "../../operations/entrepot/replay-dead-letters.ts";
import type { reportImagesInUse } from "../../operations/entrepot/report-images-in-use.ts";
import type { requestApproval } from "../../operations/entrepot/request-approval.ts";
import type { requestPublicAlias } from "../../operations/entrepot/request-public-alias.ts";
import type { rerunJob } from "../../operations/entrepot/rerun-job.ts";
import type { restoreImages } from "../../operations/entrepot/restore-images.ts";
import type { restoreRepository } from "../../operations/entrepot/restore-repository.ts";
import type { restoreTag } from "../../operations/entrepot/restore-tag.ts";
import type { reviewPublicAlias } from "../../operations/entrepot/review-public-alias.ts";
import type { revokeRole } from "../../operations/entrepot/revoke-role.ts";
import type { revokeSessions } from "../../operations/entrepot/revoke-sessions.ts";
import type { searchAudit } from "../../operations/entrepot/search-audit.ts";
import type { searchPublicRepositories } from "../../operations/entrepot/search-public-repositories.ts";
import type { setPrimaryPublicAlias } from "../../operations/entrepot/set-primary-public-alias.ts";
import type { signImage } from "../../operations/entrepot/sign-image.ts";
import type { startLifecyclePreview } from "../../operations/entrepot/start-lifecycle-preview.ts";
import type { subscribeToGalleryEntry } from "../../operations/entrepot/subscribe-to-gallery-entry.ts";
import type { unsubscribeFromGalleryEntry } from "../../operations/entrepot/unsubscribe-from-gallery-entry.ts";
import type { withdrawApprovalRequest } from "../../operations/entrepot/withdraw-approval-request.ts";
import type { Operation } from "../../operations/operation.ts";
import type { CallsOfTasks } from "./run-task/calls-of-tasks.ts";
import type { CallsOfMisses } from "./takeover/calls-of-misses.ts";

interface Calls extends CallsOfTasks, CallsOfMisses {
  "cloudtrail:ListPublicKeys": [
    Wire<cloudtrail.ListPublicKeysRequest>,
    Wire<cloudtrail.ListPublicKeysResponse>,
  ];
  "ecr:DescribeRepositories": [ecr.DescribeRepositoriesRequest, ecr.DescribeRepositoriesResponse];
  "ecr:GetAuthorizationToken": [object, ecr.GetAuthorizationTokenResponse];
  "ecr:CreateRepository": [ecr.CreateRepositoryRequest, ecr.CreateRepositoryResponse];
  "ecr:DeleteLifecyclePolicy": [
    ecr.DeleteLifecyclePolicyRequest,
    ecr.DeleteLifecyclePolicyResponse,
  ];
  "ecr:GetLifecyclePolicy": [ecr.GetLifecyclePolicyRequest, ecr.GetLifecyclePolicyResponse];
  "ecr:ListImages": [ecr.ListImagesRequest, ecr.ListImagesResponse];
  "ecr:PutLifecyclePolicy": [ecr.PutLifecyclePolicyRequest, ecr.PutLifecyclePolicyResponse];
  "ecr:GetRepositoryPolicy": [ecr.GetRepositoryPolicyRequest, ecr.GetRepositoryPolicyResponse];
  "ecr:ListTagsForResource": [ecr.ListTagsForResourceRequest, ecr.ListTagsForResourceResponse];
  "ecr:SetRepositoryPolicy": [ecr.SetRepositoryPolicyRequest, ecr.SetRepositoryPolicyResponse];
  "entrepot:DeleteLifecycleExtension": Own<typeof deleteLifecycleExtension>;
  "entrepot:EmptyTrash": Own<typeof emptyTrash>;
  "entrepot:ExplainLifecycle": Own<typeof explainLifecycle>;
  "entrepot:GetLifecycleExtension": Own<typeof getLifecycleExtension>;
  "entrepot:GetLifecyclePreview": Own<typeof getLifecyclePreview>;
  "entrepot:ApproveImage": Own<typeof approveImage>;
  "entrepot:DeleteGate": Own<typeof deleteGate>;
  "entrepot:GetImageVerdict": Own<typeof getImageVerdict>;
  "entrepot:GetReview": Own<typeof getReview>;
  "entrepot:ListGates": Own<typeof listGates>;
  "entrepot:ListHeldImages": Own<typeof listHeldImages>;
  "entrepot:ListReviews": Own<typeof listReviews>;
  "entrepot:DeleteVerifiedPublisher": Own<typeof deleteVerifiedPublisher>;
  "entrepot:ListPublicAliases": Own<typeof listPublicAliases>;
  "entrepot:PutVerifiedPublisher": Own<typeof putVerifiedPublisher>;
  "entrepot:ReleasePublicAlias": Own<typeof releasePublicAlias>;
  "entrepot:RequestPublicAlias": Own<typeof requestPublicAlias>;
  "entrepot:ReviewPublicAlias": Own<typeof reviewPublicAlias>;
  "entrepot:SearchPublicRepositories": Own<typeof searchPublicRepositories>;
  "entrepot:SetPrimaryPublicAlias": Own<typeof setPrimaryPublicAlias>;
  "ecr-public:CreateRepository": [
    ecrPublic.CreateRepositoryRequest,
    ecrPublic.CreateRepositoryResponse,
  ];
  "ecr-public:DescribeRepositories": [
    ecrPublic.DescribeRepositoriesRequest,
    ecrPublic.DescribeRepositoriesResponse,
  ];
  "ecr-public:PutRepositoryCatalogData": [
    ecrPublic.PutRepositoryCatalogDataRequest,
    ecrPublic.PutRepositoryCatalogDataResponse,
  ];
  "entrepot:PutGate": Own<typeof putGate>;
  "entrepot:QuarantineImage": Own<typeof quarantineImage>;
  "entrepot:RejectImage": Own<typeof rejectImage>;
  "entrepot:ReleaseImage": Own<typeof releaseImage>;
  "entrepot:GetLifecycleRun": Own<typeof getLifecycleRun>;
  "entrepot:ListLifecycleRuns": Own<typeof listLifecycleRuns>;
  "entrepot:ListTagHistory": Own<typeof listTagHistory>;
  "entrepot:ListTrash": Own<typeof listTrash>;
  "entrepot:PutLifecycleExtension": Own<typeof putLifecycleExtension>;
  "entrepot:RestoreImages": Own<typeof restoreImages>;
  "entrepot:RestoreRepository": Own<typeof restoreRepository>;
  "entrepot:RestoreTag": Own<typeof restoreTag>;
  "entrepot:SearchAudit": Own<typeof searchAudit>;
  "entrepot:StartLifecyclePreview": Own<typeof startLifecyclePreview>;
  "entrepot:CreatePullSecret": Own<typeof createPullSecret>;
  "entrepot:DeletePullSecret": Own<typeof deletePullSecret>;
  "entrepot:DescribeDeployment": Own<typeof describeDeployment>;
  "entrepot:DescribeReplication": Own<typeof describeReplication>;
  "entrepot:GetReplicationOptions": Own<typeof getReplicationOptions>;
  "entrepot:PutReplicationOptions": Own<typeof putReplicationOptions>;
  "entrepot:DescribeRekey": Own<typeof describeRekey>;
  "entrepot:ExplainAccess": Own<typeof explainAccess>;
  "entrepot:HoldReclaim": Own<typeof holdReclaim>;
  "entrepot:DeleteGalleryEntry": Own<typeof deleteGalleryEntry>;
  "entrepot:DeleteGalleryVersion": Own<typeof deleteGalleryVersion>;
  "entrepot:ExportGalleryEntries": Own<typeof exportGalleryEntries>;
  "entrepot:ListGallerySubscriptions": Own<typeof listGallerySubscriptions>;
  "entrepot:SubscribeToGalleryEntry": Own<typeof subscribeToGalleryEntry>;
  "entrepot:UnsubscribeFromGalleryEntry": Own<typeof unsubscribeFromGalleryEntry>;
  "entrepot:GrantRole": Own<typeof grantRole>;
  "entrepot:ListRoleGrants": Own<typeof listRoleGrants>;
  "entrepot:RenderLaunchTemplate": Own<typeof renderLaunchTemplate>;
  "entrepot:RevokeRole": Own<typeof revokeRole>;
  "entrepot:GetGalleryEntry": Own<typeof getGalleryEntry>;
  "entrepot:GetGallerySettings": Own<typeof getGallerySettings>;
  "entrepot:ListGalleryEntries": Own<typeof listGalleryEntries>;
  "entrepot:PutGalleryEntry": Own<typeof putGalleryEntry>;
  "entrepot:PutGallerySettings": Own<typeof putGallerySettings>;
  "entrepot:PutGalleryVersion": Own<typeof putGalleryVersion>;
  "entrepot:ApproveInEmergency": Own<typeof approveInEmergency>;
  "entrepot:ApproveRequest": Own<typeof approveRequest>;
  "entrepot:DeleteEnvironment": Own<typeof deleteEnvironment>;
  "entrepot:GetApprovalRequest": Own<typeof getApprovalRequest>;
  "entrepot:ListApprovalRequests": Own<typeof listApprovalRequests>;
  "entrepot:ListEnvironments": Own<typeof listEnvironments>;
  "entrepot:PutEnvironment": Own<typeof putEnvironment>;
  "entrepot:RejectRequest": Own<typeof rejectRequest>;
  "entrepot:RequestApproval": Own<typeof requestApproval>;
  "entrepot:WithdrawApprovalRequest": Own<typeof withdrawApprovalRequest>;
  "entrepot:LintPolicy": Own<typeof lintPolicy>;
  "entrepot:ListEvents": Own<typeof listEvents>;
  "entrepot:ListJobs": Own<typeof listJobs>;
  "entrepot:ListRepositoryKeys": Own<typeof listRepositoryKeys>;
  "entrepot:ListPullSecrets": Own<typeof listPullSecrets>;
  "entrepot:RekeyRepository": Own<typeof rekeyRepository>;
  "entrepot:DeletePriceTable": Own<typeof deletePriceTable>;
  "entrepot:EstimateCost": Own<typeof estimateCost>;
  "entrepot:GetCostForecast": Own<typeof getCostForecast>;
  "entrepot:GetCostSummary": Own<typeof getCostSummary>;
  "entrepot:GetPriceTable": Own<typeof getPriceTable>;
  "entrepot:ListCostSavings": Own<typeof listCostSavings>;
  "entrepot:PutPriceTable": Own<typeof putPriceTable>;
  "entrepot:ReportImagesInUse": Own<typeof reportImagesInUse>;
  "entrepot:RerunJob": Own<typeof rerunJob>;
  "entrepot:RevokeSessions": Own<typeof revokeSessions>;
  "entrepot:DeleteConsoleSignOn": Own<typeof deleteConsoleSignOn>;
  "entrepot:ListConsoleSignOns": Own<typeof listConsoleSignOns>;
  "entrepot:PutConsoleSignOn": Own<typeof putConsoleSignOn>;
  "entrepot:AttachImageSbom": Own<typeof attachImageSbom>;
  "entrepot:SignImage": Own<typeof signImage>;
  "entrepot:GetSigningAuthority": Own<typeof getSigningAuthority>;
  "entrepot:DescribeImageSignatures": Own<typeof describeImageSignatures>;
  "entrepot:DeleteTrustedSigner": Own<typeof deleteTrustedSigner>;
  "entrepot:ListTrustedSigners": Own<typeof listTrustedSigners>;
  "entrepot:PutTrustedSigner": Own<typeof putTrustedSigner>;
  "entrepot:DeleteVexDocument": Own<typeof deleteVexDocument>;
  "entrepot:DeleteWaiver": Own<typeof deleteWaiver>;
  "entrepot:GetVexPolicy": Own<typeof getVexPolicy>;
  "entrepot:ImportVexDocument": Own<typeof importVexDocument>;
  "entrepot:ListImageFindings": Own<typeof listImageFindings>;
  "entrepot:ListVexDocuments": Own<typeof listVexDocuments>;
  "entrepot:ListWaivers": Own<typeof listWaivers>;
  "entrepot:PutVexPolicy": Own<typeof putVexPolicy>;
  "entrepot:PutWaiver": Own<typeof putWaiver>;
  "entrepot:GetPullThroughCacheTerms": Own<typeof getPullThroughCacheTerms>;
  "entrepot:PutPullThroughCacheTerms": Own<typeof putPullThroughCacheTerms>;
  "entrepot:DeleteQuota": Own<typeof deleteQuota>;
  "entrepot:DeleteServiceQuota": Own<typeof deleteServiceQuota>;
  "entrepot:ListQuotas": Own<typeof listQuotas>;
  "entrepot:ListServiceQuotas": Own<typeof listServiceQuotas>;
  "entrepot:PutQuota": Own<typeof putQuota>;
  "entrepot:PutServiceQuota": Own<typeof putServiceQuota>;
  "entrepot:ListDeadLetters": Own<typeof listDeadLetters>;
  "entrepot:ReplayDeadLetters": Own<typeof replayDeadLetters>;
  "events:ListRules": [events.ListRulesRequest, events.ListRulesResponse];
  "events:ListTargetsByRule": [events.ListTargetsByRuleRequest, events.ListTargetsByRuleResponse];
  "iam:AddClientIDToOpenIDConnectProvider": [iam.AddClientIDToOpenIDConnectProviderRequest, object];
  "iam:AddUserToGroup": [iam.AddUserToGroupRequest, object];
  "iam:AttachRolePolicy": [iam.AttachRolePolicyRequest, object];
  "iam:AttachUserPolicy": [iam.AttachUserPolicyRequest, object];
  "iam:CreateAccessKey": [iam.CreateAccessKeyRequest, iam.CreateAccessKeyResponse];
  "iam:CreateOpenIDConnectProvider": [
    iam.CreateOpenIDConnectProviderRequest,
    iam.CreateOpenIDConnectProviderResponse,
  ];
  "iam:CreateRole": [iam.CreateRoleRequest, iam.CreateRoleResponse];
  "iam:CreateUser": [iam.CreateUserRequest, iam.CreateUserResponse];
  "iam:DeleteAccessKey": [iam.DeleteAccessKeyRequest, object];
  "iam:DeleteLoginProfile": [iam.DeleteLoginProfileRequest, object];
  "iam:DeleteOpenIDConnectProvider": [iam.DeleteOpenIDConnectProviderRequest, object];
  "iam:DeleteRole": [iam.DeleteRoleRequest, object];
  "iam:DeleteRolePolicy": [iam.DeleteRolePolicyRequest, object];
  "iam:DeleteUser": [iam.DeleteUserRequest, object];
  "iam:DeleteUserPolicy": [iam.DeleteUserPolicyRequest, object];
  "iam:DetachRolePolicy": [iam.DetachRolePolicyRequest, object];
  "iam:DetachUserPolicy": [iam.DetachUserPolicyRequest, object];
  "iam:GetAccessKeyLastUsed": [iam.GetAccessKeyLastUsedRequest, iam.GetAccessKeyLastUsedResponse];
  "iam:GetLoginProfile": [iam.GetLoginProfileRequest, iam.GetLoginProfileResponse];
  "iam:GetOpenIDConnectProvider": [
    iam.GetOpenIDConnectProviderRequest,
    iam.GetOpenIDConnectProviderResponse,
  ];
  "iam:GetPolicy": [iam.GetPolicyRequest, iam.GetPolicyResponse];
  "iam:GetPolicyVersion": [iam.GetPolicyVersionRequest, iam.GetPolicyVersionResponse];
  "iam:GetRole": [iam.GetRoleRequest, iam.GetRoleResponse];
  "iam:GetUser": [iam.GetUserRequest, iam.GetUserResponse];
  "iam:ListAccessKeys": [iam.ListAccessKeysRequest, iam.ListAccessKeysResponse];
  "iam:ListAttachedGroupPolicies": [
    iam.ListAttachedGroupPoliciesRequest,
    iam.ListAttachedGroupPoliciesResponse,
  ];
  "iam:ListAttachedRolePolicies": [
    iam.ListAttachedRolePoliciesRequest,
    iam.ListAttachedRolePoliciesResponse,
  ];
  "iam:ListAttachedUserPolicies": [
    iam.ListAttachedUserPoliciesRequest,
    iam.ListAttachedUserPoliciesResponse,
  ];
  "iam:ListEntitiesForPolicy": [
    iam.ListEntitiesForPolicyRequest,
    iam.ListEntitiesForPolicyResponse,
  ];
  "iam:ListGroupPolicies": [iam.ListGroupPoliciesRequest, iam.ListGroupPoliciesResponse];
  "iam:ListGroupsForUser": [iam.ListGroupsForUserRequest, iam.ListGroupsForUserResponse];
  "iam:ListPolicies": [iam.ListPoliciesRequest, iam.ListPoliciesResponse];
  "iam:ListPolicyVersions": [iam.ListPolicyVersionsRequest, iam.ListPolicyVersionsResponse];
  "iam:ListRolePolicies": [iam.ListRolePoliciesRequest, iam.ListRolePoliciesResponse];
  "iam:ListRoles": [iam.ListRolesRequest, iam.ListRolesResponse];
  "iam:ListUserPolicies": [iam.ListUserPoliciesRequest, iam.ListUserPoliciesResponse];
  "iam:ListUsers": [iam.ListUsersRequest, iam.ListUsersResponse];
  "iam:PutRolePolicy": [iam.PutRolePolicyRequest, object];
  "iam:PutUserPolicy": [iam.PutUserPolicyRequest, object];
  "iam:RemoveClientIDFromOpenIDConnectProvider": [
    iam.RemoveClientIDFromOpenIDConnectProviderRequest,
    object,
  ];
  "iam:RemoveUserFromGroup": [iam.RemoveUserFromGroupRequest, object];
  "iam:UpdateAccessKey": [iam.UpdateAccessKeyRequest, object];
  "organizations:CloseAccount": [organizations.CloseAccountRequest, object];
  "organizations:CreateAccount": [
    organizations.CreateAccountRequest,
    organizations.CreateAccountResponse,
  ];
  "organizations:DescribeAccount": [
    organizations.DescribeAccountRequest,
    organizations.DescribeAccountResponse,
  ];
  "organizations:DescribeCreateAccountStatus": [
    organizations.DescribeCreateAccountStatusRequest,
    organizations.DescribeCreateAccountStatusResponse,
  ];
  "organizations:DescribeOrganization": [object, organizations.DescribeOrganizationResponse];
  "organizations:ListAccounts": [
    organizations.ListAccountsRequest,
    organizations.ListAccountsResponse,
  ];
  "sts:AssumeRole": [sts.AssumeRoleRequest, sts.AssumeRoleResponse];
  "sts:GetCallerIdentity": [object, sts.GetCallerIdentityResponse];
  "sts:GetSessionToken": [sts.GetSessionTokenRequest, sts.GetSessionTokenResponse];
}

type Own<Asked extends Operation & { input: z.ZodType }> = [
  z.input<Asked["input"]>,
  Awaited<ReturnType<Asked["handle"]>>,
];

/** `iam:ListUsers` */
export type CallName = keyof Calls;

export type Input<Name extends CallName> = Calls[Name][0];

export type Answer<Name extends CallName> = Name extends `entrepot:${string}`
  ? Calls[Name][1]
  : Answered<Calls[Name][1], TimeOf<Name>>;

/** AWS Query writes times as ISO 8601, AWS JSON as seconds since the epoch. */
type TimeOf<Name extends CallName> = Name extends `${"iam" | "sts"}:${string}` ? string : number;

/** A type of the SDK as it arrives: what an answer must have is there. */
type Answered<T, Time> = T extends Date
  ? Time
  : T extends readonly (infer Item)[]
    ? readonly Answered<Item, Time>[]
    : T extends object
      ? { readonly [Member in keyof T]: Answered<Exclude<T[Member], undefined>, Time> }
      : T;

/** Operations that answer page by page. */
export type ListName = {
  [Name in CallName]: Name extends `${string}:List${string}` ? Name : never;
}[CallName];

/** The items of one member of a list's page. */
export type Item<Name extends ListName, Member extends keyof Answer<Name>> =
  NonNullable<Answer<Name>[Member]> extends readonly (infer Each)[] ? Each : never;
