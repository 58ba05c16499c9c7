import type { AttachRolePolicyRequest } from "@aws-sdk/client-iam";
import { attachPolicy } from "../../registry/identity/attached-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { arn, request, roleName } from "./shapes.ts";

/** Gives the role a managed policy; that it has it already is no error. */
export const attachRolePolicy = operation("iam:AttachRolePolicy", {
  input: request({
    RoleName: roleName,
    PolicyArn: arn,
  } satisfies Members<AttachRolePolicyRequest>),
  resource: roleResource,
  conditions: ({ PolicyArn }) => ({ "iam:PolicyARN": PolicyArn }),
  access: "Permissions management",
  errors: [
    "InvalidInput",
    "LimitExceeded",
    "NoSuchEntity",
    "PolicyNotAttachable",
    "UnmodifiableEntity",
  ],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PolicyArn);
    await attachPolicy(ports, roleOf(caller, input), input.PolicyArn);
  },
});
