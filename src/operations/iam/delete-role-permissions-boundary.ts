import type { DeleteRolePermissionsBoundaryRequest } from "@aws-sdk/client-iam";
import { setBoundary } from "../../registry/identity/permissions-boundary.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { request, roleName } from "./shapes.ts";

/** Lifts the role's boundary; that it has none is no error. */
export const deleteRolePermissionsBoundary = operation("iam:DeleteRolePermissionsBoundary", {
  input: request({ RoleName: roleName } satisfies Members<DeleteRolePermissionsBoundaryRequest>),
  resource: roleResource,
  access: "Permissions management",
  errors: ["NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await setBoundary(ports, roleOf(caller, input), undefined);
  },
});
