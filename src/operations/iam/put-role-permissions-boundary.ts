import type { PutRolePermissionsBoundaryRequest } from "@aws-sdk/client-iam";
import { setBoundary } from "../../registry/identity/permissions-boundary.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { arn, request, roleName } from "./shapes.ts";

/** Bounds the role by a managed policy: what that does not allow, the role may not do. */
export const putRolePermissionsBoundary = operation("iam:PutRolePermissionsBoundary", {
  input: request({
    RoleName: roleName,
    PermissionsBoundary: arn,
  } satisfies Members<PutRolePermissionsBoundaryRequest>),
  resource: roleResource,
  conditions: ({ PermissionsBoundary }) => ({ "iam:PermissionsBoundary": PermissionsBoundary }),
  access: "Permissions management",
  errors: ["InvalidInput", "NoSuchEntity", "PolicyNotAttachable", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PermissionsBoundary);
    await setBoundary(ports, roleOf(caller, input), input.PermissionsBoundary);
  },
});
