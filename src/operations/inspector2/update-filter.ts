import type { UpdateFilterRequest, UpdateFilterResponse } from "@aws-sdk/client-inspector2";
import { changeFilter } from "../../registry/inspector/change-filters.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { filterResource, ownRegistry } from "./inspector-resource.ts";
import { filterAction, filterArnText, filterCriteria, filterName, filterText } from "./shapes.ts";

/** Changes what is said of a filter and leaves the rest. Criteria are replaced as a whole. */
export const updateFilter = operation("inspector2:UpdateFilter", {
  http: { method: "POST", path: "/filters/update" },
  input: request({
    ...{ action: filterAction.optional(), description: filterText, name: filterName.optional() },
    ...{ filterCriteria: filterCriteria.optional(), filterArn: filterArnText, reason: filterText },
  } satisfies Members<UpdateFilterRequest>),
  resource: ({ filterArn }, caller) => filterResource(filterArn, caller),
  access: "Write",
  errors: ["BadRequest", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<UpdateFilterResponse>> {
    const { filterArn: arn, filterCriteria: criteria, ...rest } = input;
    await changeFilter(ports, ownRegistry(caller), arn, (filter) => ({
      action: rest.action ?? filter.action,
      description: rest.description ?? filter.description,
      criteria: criteria ?? filter.criteria,
      name: rest.name ?? filter.name,
      reason: rest.reason ?? filter.reason,
    }));
    return { arn };
  },
});
