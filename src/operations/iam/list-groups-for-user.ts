import type { ListGroupsForUserRequest, ListGroupsForUserResponse } from "@aws-sdk/client-iam";
import { nameKey } from "../../registry/identity/entity.ts";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage, listingOf } from "./page.ts";
import { marker, maxItems, request, userName } from "./shapes.ts";
import { groupAnswer } from "./user-answer.ts";
import { userResource } from "./user-resource.ts";

/** The groups that the user is in, by name. */
export const listGroupsForUser = operation("iam:ListGroupsForUser", {
  input: request({
    UserName: userName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListGroupsForUserRequest>),
  resource: userResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListGroupsForUserResponse>> {
    const { account } = caller.principal;
    const user = await findEntity(ports, account, "user", input.UserName);
    const groups = await ports.metadata.identity.entities.groupsOf(user);
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListGroupsForUser", account, narrowedBy: [user.id] },
        ...listingOf(groups, ({ name }) => nameKey(name)),
      },
      input,
    );
    return { Groups: items.map(groupAnswer), ...end };
  },
});
