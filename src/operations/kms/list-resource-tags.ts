import type { ListResourceTagsRequest, ListResourceTagsResponse } from "@aws-sdk/client-kms";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { keyPage, pageOf } from "./page.ts";
import { keyId, marker, pageLimit } from "./shapes.ts";

/** The key's tags, in the order in which they were set. */
export const listResourceTags = operation("kms:ListResourceTags", {
  input: request({
    KeyId: keyId,
    Limit: pageLimit(50),
    Marker: marker,
  } satisfies Members<ListResourceTagsRequest>),
  resource: ownKey,
  access: "List",
  errors: ["NotFound", "InvalidMarker"],
  async handle(input, { ports, caller, target }): Promise<Wire<ListResourceTagsResponse>> {
    const key = await keyOf(ports, caller, target);
    const listing = {
      ...{ operation: "ListResourceTags", registry: key.registry, narrowedBy: [key.id] },
      ...{ size: 50, ...pageOf(key.tags, (tag) => tag.key) },
    };
    const { items, end } = await keyPage(ports, listing, input);
    return { Tags: items.map((tag) => ({ TagKey: tag.key, TagValue: tag.value })), ...end };
  },
});
