import type { RemoveTagsFromResourceRequest } from "@aws-sdk/client-ssm";
import { changeParameter } from "../../registry/parameters/change-parameter.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireTagged, taggedParameter } from "./parameter-target.ts";
import { resourceId, resourceType, tagKeys } from "./shapes.ts";

/** Takes tags of a parameter away by key; one that is not there is no error. */
export const removeTagsFromResource = operation("ssm:RemoveTagsFromResource", {
  input: request({
    ResourceType: resourceType,
    ResourceId: resourceId,
    TagKeys: tagKeys,
  } satisfies Members<RemoveTagsFromResourceRequest>),
  resource: taggedParameter,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["InvalidResourceId", "InvalidResourceType"],
  async handle(input, context): Promise<Record<string, never>> {
    const found = await requireTagged(input, context);
    const gone = new Set(input.TagKeys);
    await changeParameter(context.ports, found, (parameter) => ({
      ...parameter,
      tags: parameter.tags.filter(({ key }) => !gone.has(key)),
    }));
    return {};
  },
});
