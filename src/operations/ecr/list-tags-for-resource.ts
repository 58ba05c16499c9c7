import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from "@aws-sdk/client-ecr";
import { repositoryTags } from "../../registry/repositories/resource-tags.ts";
import { operation } from "../operation.ts";
import { arnResource, resourceArn } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** The resource tags of a repository. */
export const listTagsForResource = operation("ecr:ListTagsForResource", {
  input: request({ resourceArn } satisfies Members<ListTagsForResourceRequest>),
  resource: arnResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports }): Promise<Wire<ListTagsForResourceResponse>> {
    const { registry, name } = input.resourceArn;
    const tags = await repositoryTags(ports, registry, name);
    return { tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
  },
});
