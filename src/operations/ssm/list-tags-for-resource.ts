import type { ListTagsForResourceRequest, ListTagsForResourceResult } from "@aws-sdk/client-ssm";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireTagged, taggedParameter } from "./parameter-target.ts";
import { resourceId, resourceType } from "./shapes.ts";

/** The tags of a parameter. */
export const listTagsForResource = operation("ssm:ListTagsForResource", {
  input: request({
    ResourceType: resourceType,
    ResourceId: resourceId,
  } satisfies Members<ListTagsForResourceRequest>),
  resource: taggedParameter,
  access: "Read",
  errors: ["InvalidResourceId", "InvalidResourceType"],
  async handle(input, context): Promise<Wire<ListTagsForResourceResult>> {
    const { tags } = await requireTagged(input, context);
    return { TagList: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
  },
});
