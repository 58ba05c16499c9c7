import type { TagResourceRequest, TagResourceResponse } from "@aws-sdk/client-inspector2";
import { changeFilter } from "../../registry/inspector/change-filters.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { tagPairs } from "./filter-answer.ts";
import { filterResource, ownRegistry } from "./inspector-resource.ts";
import { filterArnText, tagsMap } from "./shapes.ts";

/** Sets tags of a filter by key and leaves the others. */
export const tagResource = operation("inspector2:TagResource", {
  http: { method: "POST", path: "/tags/{resourceArn}" },
  input: request({
    ...{ resourceArn: filterArnText, tags: tagsMap },
  } satisfies Members<TagResourceRequest>),
  resource: ({ resourceArn }, caller) => filterResource(resourceArn, caller),
  conditions: ({ tags }) => tagConditions(tagPairs(tags)),
  access: "Tagging",
  errors: ["ResourceNotFound", "Validation"],
  async handle({ resourceArn, tags }, { ports, caller }): Promise<Wire<TagResourceResponse>> {
    await changeFilter(ports, ownRegistry(caller), resourceArn, (filter) => ({
      tags: { ...filter.tags, ...tags },
    }));
    return {};
  },
});
