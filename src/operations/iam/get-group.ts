import type { GetGroupRequest, GetGroupResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { groupResource } from "./group-resource.ts";
import { iamPage } from "./page.ts";
import { groupName, marker, maxItems, request } from "./shapes.ts";
import { groupAnswer, listedUser } from "./user-answer.ts";

/** The group, and a page of its members. */
export const getGroup = operation("iam:GetGroup", {
  input: request({
    GroupName: groupName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<GetGroupRequest>),
  resource: groupResource,
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetGroupResponse>> {
    const { account } = caller.principal;
    const group = await findEntity(ports, account, "group", input.GroupName);
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "GetGroup", account, narrowedBy: [group.id] },
        fetch: (page) => ports.metadata.identity.entities.members(group, page),
        key: ({ id }) => id,
      },
      input,
    );
    return { Group: groupAnswer(group), Users: items.map(listedUser), ...end };
  },
});
