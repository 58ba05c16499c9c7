import type { Operation } from "../operation.ts";
import { createPullSecret } from "./create-pull-secret.ts";
import { deleteDeadLetters } from "./delete-dead-letters.ts";
import { deleteLifecycleExtension } from "./delete-lifecycle-extension.ts";
import { deletePriceTable } from "./delete-price-table.ts";
import { deletePullSecret } from "./delete-pull-secret.ts";
import { deleteQuota } from "./delete-quota.ts";
import { deleteServiceQuota } from "./delete-service-quota.ts";
import { describeDeployment } from "./describe-deployment.ts";
import { describeRekey } from "./describe-rekey.ts";
import { emptyTrash } from "./empty-trash.ts";
import { estimateCost } from "./estimate-cost.ts";
import { explainAccess } from "./explain-access.ts";
import { explainLifecycle } from "./explain-lifecycle.ts";
import { getCostForecast } from "./get-cost-forecast.ts";
import { getCostSummary } from "./get-cost-summary.ts";
import { getEventDestination } from "./get-event-destination.ts";
import { getImageAdvice } from "./get-image-advice.ts";
import { getImageSbom } from "./get-image-sbom.ts";
import { getLifecycleExtension } from "./get-lifecycle-extension.ts";
import { getLifecyclePreview } from "./get-lifecycle-preview.ts";
import { getLifecycleRun } from "./get-lifecycle-run.ts";
import { getPriceTable } from "./get-price-table.ts";
import { getUsageHistory } from "./get-usage-history.ts";
import { holdReclaim } from "./hold-reclaim.ts";
import { lintPolicy } from "./lint-policy.ts";
import { listCostSavings } from "./list-cost-savings.ts";
import { listDeadLetters } from "./list-dead-letters.ts";
import { listEvents } from "./list-events.ts";
import { listImagesInUse } from "./list-images-in-use.ts";
import { listJobs } from "./list-jobs.ts";
import { listKeyUses } from "./list-key-uses.ts";
import { listLifecycleRuns } from "./list-lifecycle-runs.ts";
import { listPullSecrets } from "./list-pull-secrets.ts";
import { listQuotas } from "./list-quotas.ts";
import { listRepositoryKeys } from "./list-repository-keys.ts";
import { listServiceQuotas } from "./list-service-quotas.ts";
import { listTagHistory } from "./list-tag-history.ts";
import { listTrash } from "./list-trash.ts";
import { putEventDestination } from "./put-event-destination.ts";
import { putLifecycleExtension } from "./put-lifecycle-extension.ts";
import { putPriceTable } from "./put-price-table.ts";
import { putQuota } from "./put-quota.ts";
import { putServiceQuota } from "./put-service-quota.ts";
import { rekeyRepository } from "./rekey-repository.ts";
import { replayDeadLetters } from "./replay-dead-letters.ts";
import { reportImagesInUse } from "./report-images-in-use.ts";
import { rerunJob } from "./rerun-job.ts";
import { restoreImages } from "./restore-images.ts";
import { restoreRepository } from "./restore-repository.ts";
import { restoreTag } from "./restore-tag.ts";
import { revokeSessions } from "./revoke-sessions.ts";
import { searchAudit } from "./search-audit.ts";
import { startLifecyclePreview } from "./start-lifecycle-preview.ts";
import { withdrawImagesInUse } from "./withdraw-images-in-use.ts";

/** What can be asked of Entrepot itself. */
export const entrepotOperations: readonly Operation[] = [
  describeDeployment,
  describeRekey,
  explainAccess,
  holdReclaim,
  lintPolicy,
  listJobs,
  rekeyRepository,
  rerunJob,
  createPullSecret,
  deletePullSecret,
  listPullSecrets,
  listKeyUses,
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
];
