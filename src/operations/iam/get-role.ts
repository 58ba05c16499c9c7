import type { GetRoleRequest, GetRoleResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { lastUsedAnswer, roleAnswer } from "./role-answer.ts";
import { roleResource } from "./role-resource.ts";
import { request, roleName } from "./shapes.ts";

export const getRole = operation("iam:GetRole", {
  input: request({ RoleName: roleName } satisfies Members<GetRoleRequest>),
  resource: roleResource,
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetRoleResponse>> {
    const role = await findEntity(ports, caller.principal.account, "role", input.RoleName);
    return { Role: { ...(await roleAnswer(ports, role)), RoleLastUsed: lastUsedAnswer(role) } };
  },
});
