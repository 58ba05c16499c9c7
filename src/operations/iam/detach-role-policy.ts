import type { DetachRolePolicyRequest } from "@aws-sdk/client-iam";
import { detachPolicy } from "../../registry/identity/attached-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { arn, request, roleName } from "./shapes.ts";

/** Takes a managed policy away from the role. */
export const detachRolePolicy = operation("iam:DetachRolePolicy", {
  input: request({
    RoleName: roleName,
    PolicyArn: arn,
  } satisfies Members<DetachRolePolicyRequest>),
  resource: roleResource,
  conditions: ({ PolicyArn }) => ({ "iam:PolicyARN": PolicyArn }),
  access: "Permissions management",
  errors: ["InvalidInput", "NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PolicyArn);
    await detachPolicy(ports, roleOf(caller, input), input.PolicyArn);
  },
});
