import type { TagResourceRequest, TagResourceResponse } from "@aws-sdk/client-ecr";
import { checkResourceTags, tagRepository } from "../../registry/repositories/resource-tags.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { arnResource, resourceArn } from "./resource.ts";
import { type Members, request, resourceTags } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Sets resource tags by key and leaves the others. */
export const tagResource = operation("ecr:TagResource", {
  input: request({ resourceArn, tags: resourceTags } satisfies Members<TagResourceRequest>),
  resource: arnResource,
  conditions: ({ tags }) => tagConditions(tags),
  access: "Tagging",
  errors: ["InvalidParameter", "InvalidTagParameter", "TooManyTags", "RepositoryNotFound"],
  async handle(input, { ports }): Promise<Wire<TagResourceResponse>> {
    const { registry, name } = input.resourceArn;
    await tagRepository(ports, registry, name, checkResourceTags(input.tags));
    return {};
  },
});
