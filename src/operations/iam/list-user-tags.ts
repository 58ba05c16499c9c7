import type { ListUserTagsRequest, ListUserTagsResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { marker, maxItems, request, userName } from "./shapes.ts";
import { tagsPage } from "./tags-page.ts";
import { userResource } from "./user-resource.ts";

export const listUserTags = operation("iam:ListUserTags", {
  input: request({
    UserName: userName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListUserTagsRequest>),
  resource: userResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListUserTagsResponse>> {
    const { account } = caller.principal;
    const { id, tags } = await findEntity(ports, account, "user", input.UserName);
    return tagsPage(ports, { operation: "ListUserTags", account, of: id }, tags, input);
  },
});
