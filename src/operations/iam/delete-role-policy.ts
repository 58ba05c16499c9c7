import type { DeleteRolePolicyRequest } from "@aws-sdk/client-iam";
import { removeInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { policyName, request, roleName } from "./shapes.ts";

/** Takes an inline policy away from the role. */
export const deleteRolePolicy = operation("iam:DeleteRolePolicy", {
  input: request({
    RoleName: roleName,
    PolicyName: policyName,
  } satisfies Members<DeleteRolePolicyRequest>),
  resource: roleResource,
  access: "Permissions management",
  errors: ["NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await removeInlinePolicy(ports, roleOf(caller, input), input.PolicyName);
  },
});
