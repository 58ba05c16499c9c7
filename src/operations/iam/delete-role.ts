import type { DeleteRoleRequest } from "@aws-sdk/client-iam";
import { deleteRole as remove } from "../../registry/identity/delete-role.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { roleResource } from "./role-resource.ts";
import { request, roleName } from "./shapes.ts";

/** Removes a role without policies. Whoever acts as it is nobody from now on. */
export const deleteRole = operation("iam:DeleteRole", {
  input: request({ RoleName: roleName } satisfies Members<DeleteRoleRequest>),
  resource: roleResource,
  access: "Write",
  errors: ["DeleteConflict", "NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await remove(ports, caller.principal.account, input.RoleName);
  },
});
