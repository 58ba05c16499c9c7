import type { ListRoleTagsRequest, ListRoleTagsResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { roleResource } from "./role-resource.ts";
import { marker, maxItems, request, roleName } from "./shapes.ts";
import { tagsPage } from "./tags-page.ts";

export const listRoleTags = operation("iam:ListRoleTags", {
  input: request({
    RoleName: roleName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListRoleTagsRequest>),
  resource: roleResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListRoleTagsResponse>> {
    const { account } = caller.principal;
    const { id, tags } = await findEntity(ports, account, "role", input.RoleName);
    return tagsPage(ports, { operation: "ListRoleTags", account, of: id }, tags, input);
  },
});
