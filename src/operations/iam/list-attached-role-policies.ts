import type {
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
} from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { attachedPage } from "./attached-page.ts";
import { roleResource } from "./role-resource.ts";
import { marker, maxItems, pathPrefix, request, roleName } from "./shapes.ts";

/** The managed policies that the role has. */
export const listAttachedRolePolicies = operation("iam:ListAttachedRolePolicies", {
  input: request({
    RoleName: roleName,
    PathPrefix: pathPrefix,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListAttachedRolePoliciesRequest>),
  resource: roleResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListAttachedRolePoliciesResponse>> {
    const role = await findEntity(ports, caller.principal.account, "role", input.RoleName);
    return attachedPage(ports, "ListAttachedRolePolicies", role, input);
  },
});
