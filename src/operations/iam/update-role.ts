import type { UpdateRoleRequest, UpdateRoleResponse } from "@aws-sdk/client-iam";
import { changeEntity } from "../../registry/identity/change-entity.ts";
import { requireModifiable } from "../../registry/identity/protected-role.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { maxSessionDuration, roleDescription } from "./role-shapes.ts";
import { request, roleName } from "./shapes.ts";

/** Changes what is given and leaves the rest. A service's role can be described, and nothing else. */
export const updateRole = operation("iam:UpdateRole", {
  input: request({
    RoleName: roleName,
    Description: roleDescription.optional(),
    MaxSessionDuration: maxSessionDuration.optional(),
  } satisfies Members<UpdateRoleRequest>),
  resource: roleResource,
  access: "Write",
  errors: ["NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<UpdateRoleResponse>> {
    await changeEntity(ports, roleOf(caller, input), (role) => {
      if (input.MaxSessionDuration !== undefined) requireModifiable(role);
      return {
        ...role,
        description: input.Description ?? role.description,
        maxSessionSeconds: input.MaxSessionDuration ?? role.maxSessionSeconds,
      };
    });
    return {};
  },
});
