import type {
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
} from "@aws-sdk/client-iam";
import { changeEntity } from "../../registry/identity/change-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { roleAnswer } from "./role-answer.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { roleDescription } from "./role-shapes.ts";
import { request, roleName } from "./shapes.ts";

/** Describes a role anew, a service's role too. */
export const updateRoleDescription = operation("iam:UpdateRoleDescription", {
  input: request({
    RoleName: roleName,
    Description: roleDescription,
  } satisfies Members<UpdateRoleDescriptionRequest>),
  resource: roleResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<UpdateRoleDescriptionResponse>> {
    const role = await changeEntity(ports, roleOf(caller, input), (before) => ({
      ...before,
      description: input.Description,
    }));
    return { Role: await roleAnswer(ports, role) };
  },
});
