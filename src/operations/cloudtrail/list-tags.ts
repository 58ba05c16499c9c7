import type { ListTagsRequest, ListTagsResponse } from "@aws-sdk/client-cloudtrail";
import { z } from "zod";
import { requireTrail } from "../../registry/trails/change-trails.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireNoToken } from "./page.ts";
import { nextToken, resourceId } from "./shapes.ts";
import { anyTrail, ownArnRef, taggedTrail } from "./trail-resource.ts";

/** The tags of trails that are named by their ARNs. */
export const listTags = operation("cloudtrail:ListTags", {
  input: request({
    ResourceIdList: z.array(resourceId).max(trailLimits.resourcesAtOnce),
    NextToken: nextToken,
  } satisfies Members<ListTagsRequest>),
  resource: ({ ResourceIdList: [first] }, caller) =>
    first === undefined ? anyTrail({}, caller) : taggedTrail({ ResourceId: first }, caller),
  further: ({ ResourceIdList: [, ...others] }, caller) =>
    others.map((ResourceId) => ({
      action: "cloudtrail:ListTags",
      resource: taggedTrail({ ResourceId }, caller),
    })),
  access: "Read",
  errors: ["CloudTrailARNInvalid", "InvalidNextToken", "TrailNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<ListTagsResponse>> {
    requireNoToken(input.NextToken);
    const ResourceTagList = [];
    for (const ResourceId of input.ResourceIdList) {
      const { settings } = await requireTrail(ports, ownArnRef(ResourceId, caller));
      const TagsList = settings.tags.map(([Key, Value]) => ({ Key, Value }));
      ResourceTagList.push({ ResourceId, TagsList });
    }
    return { ResourceTagList };
  },
});
