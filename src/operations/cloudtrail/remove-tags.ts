import type { RemoveTagsRequest, RemoveTagsResponse } from "@aws-sdk/client-cloudtrail";
import { changeTrail } from "../../registry/trails/change-trails.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { resourceId, tagsList } from "./shapes.ts";
import { homeTrail, taggedTrail } from "./trail-resource.ts";

/** Removes tags of a trail by key. */
export const removeTags = operation("cloudtrail:RemoveTags", {
  input: request({
    ...{ ResourceId: resourceId, TagsList: tagsList },
  } satisfies Members<RemoveTagsRequest>),
  resource: taggedTrail,
  conditions: ({ TagsList }) => ({ "aws:TagKeys": TagsList.map(({ Key }) => Key) }),
  access: "Tagging",
  errors: ["CloudTrailARNInvalid", "InvalidHomeRegion", "TrailNotFound"],
  async handle({ ResourceId, TagsList }, { ports, caller }): Promise<Wire<RemoveTagsResponse>> {
    const gone = new Set(TagsList.map(({ Key }) => Key));
    await changeTrail(ports, homeTrail(ResourceId, caller), (trail) => {
      const tags = trail.settings.tags.filter(([key]) => !gone.has(key));
      return { ...trail, settings: { ...trail.settings, tags } };
    });
    return {};
  },
});
