import type {
  ListCoverageStatisticsRequest,
  ListCoverageStatisticsResponse,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import { countCoverage, coverageGroups } from "../../registry/inspector/list-coverage.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { coverageCriteria } from "./coverage-criteria.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { openPlace, sealPlace } from "./page.ts";
import { nextToken } from "./shapes.ts";

/** As the service tells them: the model says that a group's key is what it is grouped by, the service says which. */
interface Answer extends Omit<Wire<ListCoverageStatisticsResponse>, "countsByGroup"> {
  readonly countsByGroup: readonly { readonly count: number; readonly groupKey: string }[];
}

/** How many repositories and images of the registry are scanned and are not. */
export const listCoverageStatistics = operation("inspector2:ListCoverageStatistics", {
  http: { method: "POST", path: "/coverage/statistics/list" },
  input: request({
    ...{ filterCriteria: coverageCriteria.optional(), nextToken },
    groupBy: z.enum(coverageGroups).optional(),
  } satisfies Members<ListCoverageStatisticsRequest>),
  resource: anyResource,
  access: "List",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { filterCriteria: criteria = {}, groupBy } = input;
    const registry = ownRegistry(caller);
    const narrowedBy = [JSON.stringify([criteria, groupBy ?? null])];
    const listing = { operation: "ListCoverageStatistics", registry, narrowedBy };
    const { from = 0 } = openPlace<{ from: number }>(ports, listing, input.nextToken) ?? {};
    const { total, groups } = await countCoverage(ports, registry, criteria, groupBy);
    const to = from + inspectorLimits.pageItems;
    return {
      totalCounts: total,
      countsByGroup: groups.slice(from, to).map(([groupKey, count]) => ({ count, groupKey })),
      nextToken: sealPlace(ports, listing, to < groups.length ? { from: to } : undefined),
    };
  },
});
