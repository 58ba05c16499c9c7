import type {
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
} from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { roleResource } from "./role-resource.ts";
import { marker, maxItems, request, roleName } from "./shapes.ts";

/** None: a registry runs no instances. Asked by those who delete a role, lest it still be in one. */
export const listInstanceProfilesForRole = operation("iam:ListInstanceProfilesForRole", {
  input: request({
    RoleName: roleName,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListInstanceProfilesForRoleRequest>),
  resource: roleResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListInstanceProfilesForRoleResponse>> {
    await findEntity(ports, caller.principal.account, "role", input.RoleName);
    return { InstanceProfiles: [], IsTruncated: false };
  },
});
