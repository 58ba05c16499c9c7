import type { Operation } from "../operation.ts";
import { approveImage } from "./approve-image.ts";
import { approveInEmergency } from "./approve-in-emergency.ts";
import { approveRequest } from "./approve-request.ts";
import { attachImageSbom } from "./attach-image-sbom.ts";
import { compareImages } from "./compare-images.ts";
import { copyImage } from "./copy-image.ts";
import { countAudit } from "./count-audit.ts";
import { createPullSecret } from "./create-pull-secret.ts";
import { createReplicaRepository } from "./create-replica-repository.ts";
import { deleteConsoleSignOn } from "./delete-console-sign-on.ts";
import { deleteDeadLetters } from "./delete-dead-letters.ts";
import { deleteEnvironment } from "./delete-environment.ts";
import { deleteGalleryEntry } from "./delete-gallery-entry.ts";
import { deleteGalleryVersion } from "./delete-gallery-version.ts";
import { deleteGate } from "./delete-gate.ts";
import { deleteLifecycleExtension } from "./delete-lifecycle-extension.ts";
import { deletePriceTable } from "./delete-price-table.ts";
import { deletePullSecret } from "./delete-pull-secret.ts";
import { deleteQuota } from "./delete-quota.ts";
import { deleteServiceQuota } from "./delete-service-quota.ts";
import { deleteTrustedSigner } from "./delete-trusted-signer.ts";
import { deleteVerifiedPublisher } from "./delete-verified-publisher.ts";
import { deleteVexDocument } from "./delete-vex-document.ts";
import { deleteWaiver } from "./delete-waiver.ts";
import { describeDeployment } from "./describe-deployment.ts";
import { describeImageSignatures } from "./describe-image-signatures.ts";
import { describePublicRepository } from "./describe-public-repository.ts";
import { describeRekey } from "./describe-rekey.ts";
import { describeReplication } from "./describe-replication.ts";
import { emptyTrash } from "./empty-trash.ts";
import { estimateCost } from "./estimate-cost.ts";
import { explainAccess } from "./explain-access.ts";
import { explainLifecycle } from "./explain-lifecycle.ts";
import { exportGalleryEntries } from "./export-gallery-entries.ts";
import { findFixedTags } from "./find-fixed-tags.ts";
import { getApprovalRequest } from "./get-approval-request.ts";
import { getCostForecast } from "./get-cost-forecast.ts";
import { getCostSummary } from "./get-cost-summary.ts";
import { getEventDestination } from "./get-event-destination.ts";
import { getFindingPriority } from "./get-finding-priority.ts";
import { getGalleryEntry } from "./get-gallery-entry.ts";
import { getGallerySettings } from "./get-gallery-settings.ts";
import { getGate } from "./get-gate.ts";
import { getImageAdvice } from "./get-image-advice.ts";
import { getImageManifest } from "./get-image-manifest.ts";
import { getImageOverview } from "./get-image-overview.ts";
import { getImageSbom } from "./get-image-sbom.ts";
import { getImageVerdict } from "./get-image-verdict.ts";
import { getLifecycleExtension } from "./get-lifecycle-extension.ts";
import { getLifecyclePreview } from "./get-lifecycle-preview.ts";
import { getLifecycleRun } from "./get-lifecycle-run.ts";
import { getOverview } from "./get-overview.ts";
import { getPriceTable } from "./get-price-table.ts";
import { getPullThroughCacheTerms } from "./get-pull-through-cache-terms.ts";
import { getReplicationOptions } from "./get-replication-options.ts";
import { getReview } from "./get-review.ts";
import { getSigningAuthority } from "./get-signing-authority.ts";
import { getUsageHistory } from "./get-usage-history.ts";
import { getVexPolicy } from "./get-vex-policy.ts";
import { getWaiver } from "./get-waiver.ts";
import { grantRole } from "./grant-role.ts";
import { holdReclaim } from "./hold-reclaim.ts";
import { importVexDocument } from "./import-vex-document.ts";
import { lintPolicy } from "./lint-policy.ts";
import { listApprovalRequests } from "./list-approval-requests.ts";
import { listConsoleSignOns } from "./list-console-sign-ons.ts";
import { listCostSavings } from "./list-cost-savings.ts";
import { listDeadLetters } from "./list-dead-letters.ts";
import { listEnvironments } from "./list-environments.ts";
import { listEvents } from "./list-events.ts";
import { listGalleryEntries } from "./list-gallery-entries.ts";
import { listGallerySubscriptions } from "./list-gallery-subscriptions.ts";
import { listGates } from "./list-gates.ts";
import { listHeldImages } from "./list-held-images.ts";
import { listImageActivity } from "./list-image-activity.ts";
import { listImageFindings } from "./list-image-findings.ts";
import { listImagePackages } from "./list-image-packages.ts";
import { listImagesInUse } from "./list-images-in-use.ts";
import { listJobs } from "./list-jobs.ts";
import { listKeyUses } from "./list-key-uses.ts";
import { listKmsKeys } from "./list-kms-keys.ts";
import { listLayerFiles } from "./list-layer-files.ts";
import { listLifecycleRuns } from "./list-lifecycle-runs.ts";
import { listNamespaces } from "./list-namespaces.ts";
import { listPublicAliases } from "./list-public-aliases.ts";
import { listPublicTags } from "./list-public-tags.ts";
import { listPullSecrets } from "./list-pull-secrets.ts";
import { listPullThroughCacheUsage } from "./list-pull-through-cache-usage.ts";
import { listQuotas } from "./list-quotas.ts";
import { listRepositoryAccess } from "./list-repository-access.ts";
import { listRepositoryKeys } from "./list-repository-keys.ts";
import { listReviews } from "./list-reviews.ts";
import { listRoleGrants } from "./list-role-grants.ts";
import { listServiceQuotas } from "./list-service-quotas.ts";
import { listTagHistory } from "./list-tag-history.ts";
import { listTrash } from "./list-trash.ts";
import { listTrustedSigners } from "./list-trusted-signers.ts";
import { listVerifiedPublishers } from "./list-verified-publishers.ts";
import { listVexDocuments } from "./list-vex-documents.ts";
import { listWaivers } from "./list-waivers.ts";
import { previewDeletion } from "./preview-deletion.ts";
import { putConsoleSignOn } from "./put-console-sign-on.ts";
import { putEnvironment } from "./put-environment.ts";
import { putEventDestination } from "./put-event-destination.ts";
import { putFindingPriority } from "./put-finding-priority.ts";
import { putGalleryEntry } from "./put-gallery-entry.ts";
import { putGallerySettings } from "./put-gallery-settings.ts";
import { putGalleryVersion } from "./put-gallery-version.ts";
import { putGate } from "./put-gate.ts";
import { putLifecycleExtension } from "./put-lifecycle-extension.ts";
import { putPriceTable } from "./put-price-table.ts";
import { putPullThroughCacheTerms } from "./put-pull-through-cache-terms.ts";
import { putQuota } from "./put-quota.ts";
import { putReplica } from "./put-replica.ts";
import { putReplicaLayers } from "./put-replica-layers.ts";
import { putReplicationOptions } from "./put-replication-options.ts";
import { putServiceQuota } from "./put-service-quota.ts";
import { putTrustedSigner } from "./put-trusted-signer.ts";
import { putVerifiedPublisher } from "./put-verified-publisher.ts";
import { putVexPolicy } from "./put-vex-policy.ts";
import { putWaiver } from "./put-waiver.ts";
import { quarantineImage } from "./quarantine-image.ts";
import { rejectImage } from "./reject-image.ts";
import { rejectRequest } from "./reject-request.ts";
import { rekeyRepository } from "./rekey-repository.ts";
import { releaseImage } from "./release-image.ts";
import { releasePublicAlias } from "./release-public-alias.ts";
import { removeReplicaRepository } from "./remove-replica-repository.ts";
import { removeReplicas } from "./remove-replicas.ts";
import { renderLaunchTemplate } from "./render-launch-template.ts";
import { replayDeadLetters } from "./replay-dead-letters.ts";
import { reportImagesInUse } from "./report-images-in-use.ts";
import { requestApproval } from "./request-approval.ts";
import { requestPublicAlias } from "./request-public-alias.ts";
import { rerunJob } from "./rerun-job.ts";
import { restoreImages } from "./restore-images.ts";
import { restoreRepository } from "./restore-repository.ts";
import { restoreTag } from "./restore-tag.ts";
import { reviewPublicAlias } from "./review-public-alias.ts";
import { revokeRole } from "./revoke-role.ts";
import { revokeSessions } from "./revoke-sessions.ts";
import { search } from "./search.ts";
import { searchAudit } from "./search-audit.ts";
import { searchFindings } from "./search-findings.ts";
import { searchImages } from "./search-images.ts";
import { searchPublicRepositories } from "./search-public-repositories.ts";
import { searchRepositories } from "./search-repositories.ts";
import { setPrimaryPublicAlias } from "./set-primary-public-alias.ts";
import { signImage } from "./sign-image.ts";
import { startLifecyclePreview } from "./start-lifecycle-preview.ts";
import { subscribeToGalleryEntry } from "./subscribe-to-gallery-entry.ts";
import { testPullThroughCacheUpstream } from "./test-pull-through-cache-upstream.ts";
import { unsubscribeFromGalleryEntry } from "./unsubscribe-from-gallery-entry.ts";
import { withdrawApprovalRequest } from "./withdraw-approval-request.ts";
import { withdrawImagesInUse } from "./withdraw-images-in-use.ts";

/** What can be asked of Entrepot itself. */
export const entrepotOperations = [
  describeDeployment,
  describeRekey,
  explainAccess,
  holdReclaim,
  lintPolicy,
  listJobs,
  copyImage,
  rekeyRepository,
  rerunJob,
  createPullSecret,
  deletePullSecret,
  listPullSecrets,
  listKeyUses,
  listKmsKeys,
  listRepositoryAccess,
  listRepositoryKeys,
  revokeSessions,
  emptyTrash,
  listTagHistory,
  listTrash,
  restoreImages,
  restoreRepository,
  restoreTag,
  listEvents,
  listImagesInUse,
  reportImagesInUse,
  withdrawImagesInUse,
  putQuota,
  listQuotas,
  deleteQuota,
  listServiceQuotas,
  putServiceQuota,
  deleteServiceQuota,
  deleteLifecycleExtension,
  explainLifecycle,
  getImageAdvice,
  getImageSbom,
  getLifecycleExtension,
  getLifecyclePreview,
  getLifecycleRun,
  getUsageHistory,
  listLifecycleRuns,
  putLifecycleExtension,
  searchAudit,
  countAudit,
  listImageActivity,
  startLifecyclePreview,
  putEventDestination,
  getEventDestination,
  listDeadLetters,
  replayDeadLetters,
  deleteDeadLetters,
  deletePriceTable,
  estimateCost,
  getCostForecast,
  getCostSummary,
  getPriceTable,
  listCostSavings,
  putPriceTable,
  approveImage,
  deleteGate,
  getGate,
  getReview,
  getImageVerdict,
  listGates,
  listHeldImages,
  listReviews,
  putGate,
  quarantineImage,
  rejectImage,
  releaseImage,
  listImageFindings,
  searchFindings,
  findFixedTags,
  getFindingPriority,
  putFindingPriority,
  putWaiver,
  getWaiver,
  listWaivers,
  deleteWaiver,
  importVexDocument,
  listVexDocuments,
  deleteVexDocument,
  getVexPolicy,
  putVexPolicy,
  attachImageSbom,
  signImage,
  getSigningAuthority,
  describeImageSignatures,
  deleteTrustedSigner,
  listTrustedSigners,
  putTrustedSigner,
  putReplica,
  putReplicaLayers,
  removeReplicas,
  createReplicaRepository,
  removeReplicaRepository,
  putReplicationOptions,
  getReplicationOptions,
  describeReplication,
  deleteVerifiedPublisher,
  describePublicRepository,
  listPublicAliases,
  listPublicTags,
  listVerifiedPublishers,
  putVerifiedPublisher,
  releasePublicAlias,
  requestPublicAlias,
  reviewPublicAlias,
  searchPublicRepositories,
  setPrimaryPublicAlias,
  getImageOverview,
  compareImages,
  listImagePackages,
  getOverview,
  listLayerFiles,
  getImageManifest,
  previewDeletion,
  search,
  searchImages,
  searchRepositories,
  listNamespaces,
  deleteGalleryEntry,
  deleteGalleryVersion,
  exportGalleryEntries,
  listGallerySubscriptions,
  subscribeToGalleryEntry,
  unsubscribeFromGalleryEntry,
  getGalleryEntry,
  getGallerySettings,
  listGalleryEntries,
  putGalleryEntry,
  putGallerySettings,
  putGalleryVersion,
  approveInEmergency,
  approveRequest,
  deleteEnvironment,
  getApprovalRequest,
  listApprovalRequests,
  listEnvironments,
  putEnvironment,
  rejectRequest,
  requestApproval,
  withdrawApprovalRequest,
  getPullThroughCacheTerms,
  putPullThroughCacheTerms,
  listPullThroughCacheUsage,
  testPullThroughCacheUpstream,
  grantRole,
  listRoleGrants,
  revokeRole,
  deleteConsoleSignOn,
  listConsoleSignOns,
  putConsoleSignOn,
  renderLaunchTemplate,
] as const satisfies readonly Operation[];
