import type { ListGroupPoliciesRequest, ListGroupPoliciesResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { groupResource } from "./group-resource.ts";
import { iamPage, listingOf } from "./page.ts";
import { groupName, marker, maxItems, request } from "./shapes.ts";

/** Names of the group's inline policies, in order. */
export const listGroupPolicies = operation("iam:ListGroupPolicies", {
  input: request({
    GroupName: groupName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListGroupPoliciesRequest>),
  resource: groupResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListGroupPoliciesResponse>> {
    const { account } = caller.principal;
    const group = await findEntity(ports, account, "group", input.GroupName);
    const names = (await ports.metadata.identity.policies.inline(group)).map(({ name }) => name);
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListGroupPolicies", account, narrowedBy: [group.id] },
        ...listingOf(names.toSorted(), (name) => name),
      },
      input,
    );
    return { PolicyNames: items, ...end };
  },
});
