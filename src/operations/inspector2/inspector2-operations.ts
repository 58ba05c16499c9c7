import type { Operation } from "../operation.ts";
import { batchGetAccountStatus } from "./batch-get-account-status.ts";
import { batchGetFindingDetails } from "./batch-get-finding-details.ts";
import { cancelSbomExport } from "./cancel-sbom-export.ts";
import { createFilter } from "./create-filter.ts";
import { createSbomExport } from "./create-sbom-export.ts";
import { deleteFilter } from "./delete-filter.ts";
import { disable } from "./disable.ts";
import { enable } from "./enable.ts";
import { getConfiguration } from "./get-configuration.ts";
import { getSbomExport } from "./get-sbom-export.ts";
import { listCoverage } from "./list-coverage.ts";
import { listCoverageStatistics } from "./list-coverage-statistics.ts";
import { listFilters } from "./list-filters.ts";
import { listFindingAggregations } from "./list-finding-aggregations.ts";
import { listFindings } from "./list-findings.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";
import { updateConfiguration } from "./update-configuration.ts";
import { updateFilter } from "./update-filter.ts";

/** What can be asked of Inspector. */
export const inspector2Operations: readonly Operation[] = [
  batchGetAccountStatus,
  batchGetFindingDetails,
  cancelSbomExport,
  createFilter,
  createSbomExport,
  deleteFilter,
  disable,
  enable,
  getConfiguration,
  getSbomExport,
  listCoverage,
  listCoverageStatistics,
  listFilters,
  listFindingAggregations,
  listFindings,
  listTagsForResource,
  tagResource,
  untagResource,
  updateConfiguration,
  updateFilter,
];
