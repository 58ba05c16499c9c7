import type { ListFiltersRequest, ListFiltersResponse } from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { filterArn } from "../../registry/inspector/finding-filter.ts";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { filterAnswer } from "./filter-answer.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { openPlace, sealPlace } from "./page.ts";
import { filterAction, filterArnText, maxResults, nextToken } from "./shapes.ts";

/** Filters of the registry; of those that are named, those that are there. */
export const listFilters = operation("inspector2:ListFilters", {
  http: { method: "POST", path: "/filters/list" },
  input: request({
    arns: z.array(filterArnText).max(inspectorLimits.pageItems).optional(),
    ...{ action: filterAction.optional(), nextToken, maxResults },
  } satisfies Members<ListFiltersRequest>),
  resource: anyResource,
  access: "List",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListFiltersResponse>> {
    const { arns = [], action, maxResults: size = inspectorLimits.pageItems } = input;
    const registry = ownRegistry(caller);
    const listing = { operation: "ListFilters", registry, narrowedBy: [arns, action] };
    const place = openPlace<{ id: string }>(ports, listing, input.nextToken);
    // There are few: all are read.
    const all = await ports.metadata.findingFilters.list(registry, {
      limit: inspectorLimits.filters,
    });
    const wanted = new Set(arns);
    const meant = all
      .filter((filter) => wanted.size === 0 || wanted.has(filterArn(filter)))
      .filter((filter) => action === undefined || filter.action === action)
      .filter(({ id }) => place === undefined || id > place.id);
    const page = meant.slice(0, size);
    const last = meant.length > size ? page.at(-1) : undefined;
    return {
      filters: page.map(filterAnswer),
      nextToken: sealPlace(ports, listing, last && { id: last.id }),
    };
  },
});
