import type { ListRolePoliciesRequest, ListRolePoliciesResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage, listingOf } from "./page.ts";
import { roleResource } from "./role-resource.ts";
import { marker, maxItems, request, roleName } from "./shapes.ts";

/** Names of the role's inline policies, in order. */
export const listRolePolicies = operation("iam:ListRolePolicies", {
  input: request({
    RoleName: roleName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListRolePoliciesRequest>),
  resource: roleResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListRolePoliciesResponse>> {
    const { account } = caller.principal;
    const role = await findEntity(ports, account, "role", input.RoleName);
    const names = (await ports.metadata.identity.policies.inline(role)).map(({ name }) => name);
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListRolePolicies", account, narrowedBy: [role.id] },
        ...listingOf(names.toSorted(), (name) => name),
      },
      input,
    );
    return { PolicyNames: items, ...end };
  },
});
