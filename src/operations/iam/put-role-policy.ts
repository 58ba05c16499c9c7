import type { PutRolePolicyRequest } from "@aws-sdk/client-iam";
import { putInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { policyDocument, policyName, request, roleName } from "./shapes.ts";

/** Gives the role an inline policy, in place of one of the same name. */
export const putRolePolicy = operation("iam:PutRolePolicy", {
  input: request({
    RoleName: roleName,
    PolicyName: policyName,
    PolicyDocument: policyDocument,
  } satisfies Members<PutRolePolicyRequest>),
  resource: roleResource,
  access: "Permissions management",
  errors: ["LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const policy = { name: input.PolicyName, document: input.PolicyDocument };
    await putInlinePolicy(ports, roleOf(caller, input), policy);
  },
});
