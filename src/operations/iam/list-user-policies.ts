import type { ListUserPoliciesRequest, ListUserPoliciesResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage, listingOf } from "./page.ts";
import { marker, maxItems, request, userName } from "./shapes.ts";
import { userResource } from "./user-resource.ts";

/** Names of the user's inline policies, in order. */
export const listUserPolicies = operation("iam:ListUserPolicies", {
  input: request({
    UserName: userName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListUserPoliciesRequest>),
  resource: userResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListUserPoliciesResponse>> {
    const { account } = caller.principal;
    const user = await findEntity(ports, account, "user", input.UserName);
    const names = (await ports.metadata.identity.policies.inline(user)).map(({ name }) => name);
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListUserPolicies", account, narrowedBy: [user.id] },
        ...listingOf(names.toSorted(), (name) => name),
      },
      input,
    );
    return { PolicyNames: items, ...end };
  },
});
