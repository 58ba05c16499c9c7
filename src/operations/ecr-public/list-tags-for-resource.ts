import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from "@aws-sdk/client-ecr-public";
import { repositoryTags } from "../../registry/repositories/resource-tags.ts";
import { type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inNamedResource, publicResourceArn } from "./resource.ts";

/** The resource tags of a repository. */
export const listTagsForResource = operation("ecr-public:ListTagsForResource", {
  input: request({ resourceArn: publicResourceArn } satisfies Members<ListTagsForResourceRequest>),
  resource: inNamedResource("ListTagsForResource"),
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "UnsupportedCommand"],
  async handle(input, { ports }): Promise<Wire<ListTagsForResourceResponse>> {
    const { registry, name } = input.resourceArn;
    const tags = await repositoryTags(ports, registry, name);
    return { tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
  },
});
