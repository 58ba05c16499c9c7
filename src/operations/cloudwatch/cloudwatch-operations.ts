import type { Operation } from "../operation.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { listMetrics } from "./list-metrics.ts";

/** CloudWatch's metrics of what registries are used for. */
export const cloudwatchOperations: readonly Operation[] = [
  getMetricData,
  getMetricStatistics,
  listMetrics,
];
