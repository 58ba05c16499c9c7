import type { ListFindingsRequest, ListFindingsResponse } from "@aws-sdk/client-inspector2";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import {
  type FindingPage,
  listFindings as findingsAsTheyLie,
  orderFindings,
  sortFields,
  type UnorderedPosition,
} from "../../registry/inspector/list-findings.ts";
import type { OrderedPosition } from "../../registry/inspector/top-findings.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { Listing } from "../page-token.ts";
import { findingAnswer } from "./finding-answer.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { openPlace, sealPlace } from "./page.ts";
import { filterCriteria, maxResults, nextToken } from "./shapes.ts";

const sortCriteria = z.object({ field: z.enum(sortFields), sortOrder: z.enum(["ASC", "DESC"]) });

/**
 * Findings of the registry in the region: active, suppressed and closed ones, unless the criteria say
 * which. Without an order a page may be short although more follows.
 */
export const listFindings = operation("inspector2:ListFindings", {
  http: { method: "POST", path: "/findings/list" },
  input: request({
    ...{ maxResults, nextToken, filterCriteria: filterCriteria.optional() },
    sortCriteria: sortCriteria.optional(),
  } satisfies Members<ListFindingsRequest>),
  resource: anyResource,
  access: "List",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListFindingsResponse>> {
    const { filterCriteria: criteria = {}, sortCriteria: order } = input;
    const registry = ownRegistry(caller);
    const narrowedBy = [JSON.stringify([criteria, order ?? null])];
    const listing: Listing = { operation: "ListFindings", registry, narrowedBy };
    const size = input.maxResults ?? inspectorLimits.pageItems;
    if (order === undefined) {
      const after = openPlace<UnorderedPosition>(ports, listing, input.nextToken);
      const page = await findingsAsTheyLie(ports, registry, criteria, { after, size });
      return answer(ports, listing, page);
    }
    const after = openPlace<OrderedPosition>(ports, listing, input.nextToken);
    const { field, sortOrder } = order;
    const sorted = { field, isDescending: sortOrder === "DESC" };
    const page = await orderFindings(ports, registry, criteria, sorted, { after, size });
    return answer(ports, listing, page);
  },
});

function answer(
  ports: Ports,
  listing: Listing,
  { findings, next }: FindingPage<object>,
): Wire<ListFindingsResponse> {
  return {
    findings: findings.map(findingAnswer),
    nextToken: sealPlace(ports, listing, next),
  };
}
