import type {
  DeleteServiceLinkedRoleRequest,
  DeleteServiceLinkedRoleResponse,
} from "@aws-sdk/client-iam";
import { deleteServiceLinkedRole as remove } from "../../registry/identity/service-linked-roles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { roleResource } from "./role-resource.ts";
import { request, roleName } from "./shapes.ts";

/** Removes the role of a service. It is gone when this answers; the task says so to who asks. */
export const deleteServiceLinkedRole = operation("iam:DeleteServiceLinkedRole", {
  input: request({ RoleName: roleName } satisfies Members<DeleteServiceLinkedRoleRequest>),
  resource: roleResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<DeleteServiceLinkedRoleResponse>> {
    return { DeletionTaskId: await remove(ports, caller.principal.account, input.RoleName) };
  },
});
