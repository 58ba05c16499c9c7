import type { AddTagsToResourceRequest } from "@aws-sdk/client-ssm";
import { changeParameter, withParameterTags } from "../../registry/parameters/change-parameter.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { requireTagged, taggedParameter } from "./parameter-target.ts";
import { resourceId, resourceType, tags } from "./shapes.ts";

/** Sets tags of a parameter by key and leaves the others. */
export const addTagsToResource = operation("ssm:AddTagsToResource", {
  input: request({
    ResourceType: resourceType,
    ResourceId: resourceId,
    Tags: tags,
  } satisfies Members<AddTagsToResourceRequest>),
  resource: taggedParameter,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["InvalidResourceId", "InvalidResourceType", "TooManyParameterTags"],
  async handle(input, context): Promise<Record<string, never>> {
    const found = await requireTagged(input, context);
    await changeParameter(context.ports, found, (parameter) => ({
      ...parameter,
      tags: withParameterTags(parameter.tags, input.Tags),
    }));
    return {};
  },
});
