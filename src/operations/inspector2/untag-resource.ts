import type { UntagResourceRequest, UntagResourceResponse } from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { changeFilter } from "../../registry/inspector/change-filters.ts";
import { inspectorLimits } from "../../registry/inspector/inspector-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { filterResource, ownRegistry } from "./inspector-resource.ts";
import { filterArnText } from "./shapes.ts";

const tagKeys = z.array(z.string().min(1).max(128)).min(1).max(inspectorLimits.tagsPerFilter);

/** Removes tags of a filter; those that it does not have are no error. */
export const untagResource = operation("inspector2:UntagResource", {
  http: { method: "DELETE", path: "/tags/{resourceArn}", queryLists: ["tagKeys"] },
  input: request({
    ...{ resourceArn: filterArnText, tagKeys },
  } satisfies Members<UntagResourceRequest>),
  resource: ({ resourceArn }, caller) => filterResource(resourceArn, caller),
  conditions: ({ tagKeys: keys }) => ({ "aws:TagKeys": keys }),
  access: "Tagging",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<UntagResourceResponse>> {
    const removed = new Set(input.tagKeys);
    await changeFilter(ports, ownRegistry(caller), input.resourceArn, ({ tags }) => ({
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    }));
    return {};
  },
});
