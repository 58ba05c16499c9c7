import type { CreateFilterRequest, CreateFilterResponse } from "@aws-sdk/client-inspector2";
import { createFilter as makeFilter } from "../../registry/inspector/change-filters.ts";
import { filterArn } from "../../registry/inspector/finding-filter.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { tagPairs } from "./filter-answer.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { filterAction, filterCriteria, filterName, filterText, tagsMap } from "./shapes.ts";

/** Keeps criteria under a name. With the action SUPPRESS, what they mean is suppressed from now on. */
export const createFilter = operation("inspector2:CreateFilter", {
  http: { method: "POST", path: "/filters/create" },
  input: request({
    ...{ action: filterAction, description: filterText, filterCriteria, name: filterName },
    ...{ tags: tagsMap.optional(), reason: filterText },
  } satisfies Members<CreateFilterRequest>),
  resource: anyResource,
  conditions: ({ tags = {} }) => tagConditions(tagPairs(tags)),
  access: "Write",
  errors: ["BadRequest", "LimitExceeded", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<CreateFilterResponse>> {
    const { action, description, filterCriteria: criteria, name, tags = {}, reason } = input;
    const wanted = { action, description, criteria, name, tags, reason };
    const filter = await makeFilter(ports, { ...wanted, registry: ownRegistry(caller) });
    return { arn: filterArn(filter) };
  },
});
