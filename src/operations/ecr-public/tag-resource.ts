import type { TagResourceRequest, TagResourceResponse } from "@aws-sdk/client-ecr-public";
import { checkResourceTags, tagRepository } from "../../registry/repositories/resource-tags.ts";
import { type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { inNamedResource, publicResourceArn } from "./resource.ts";
import { publicTags } from "./shapes.ts";

/** Sets resource tags by key and leaves the others. */
export const tagResource = operation("ecr-public:TagResource", {
  input: request({
    resourceArn: publicResourceArn,
    tags: publicTags,
  } satisfies Members<TagResourceRequest>),
  resource: inNamedResource("TagResource"),
  conditions: ({ tags }) => tagConditions(tags),
  access: "Tagging",
  errors: [
    "InvalidParameter",
    "InvalidTagParameter",
    "TooManyTags",
    "RepositoryNotFound",
    "UnsupportedCommand",
  ],
  async handle(input, { ports }): Promise<Wire<TagResourceResponse>> {
    const { registry, name } = input.resourceArn;
    await tagRepository(ports, registry, name, checkResourceTags(input.tags));
    return {};
  },
});
