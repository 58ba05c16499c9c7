import type { AddTagsRequest, AddTagsResponse } from "@aws-sdk/client-cloudtrail";
import { changeTrail } from "../../registry/trails/change-trails.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { resourceId, tagsList } from "./shapes.ts";
import { homeTrail, taggedTrail } from "./trail-resource.ts";
import { pairsOf, requireFew } from "./trail-tags.ts";

/** Sets tags of a trail by key and leaves the others. */
export const addTags = operation("cloudtrail:AddTags", {
  input: request({ ResourceId: resourceId, TagsList: tagsList } satisfies Members<AddTagsRequest>),
  resource: taggedTrail,
  conditions: ({ TagsList }) =>
    tagConditions(TagsList.map(({ Key, Value = "" }) => ({ Key, Value }))),
  access: "Tagging",
  errors: ["CloudTrailARNInvalid", "InvalidHomeRegion", "TagsLimitExceeded", "TrailNotFound"],
  async handle({ ResourceId, TagsList }, { ports, caller }): Promise<Wire<AddTagsResponse>> {
    const added = pairsOf(TagsList);
    await changeTrail(ports, homeTrail(ResourceId, caller), (trail) => {
      const tags = requireFew([...new Map([...trail.settings.tags, ...added])]);
      return { ...trail, settings: { ...trail.settings, tags } };
    });
    return {};
  },
});
