import type { DeleteUserPolicyRequest } from "@aws-sdk/client-iam";
import { removeInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { policyName, request, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Takes an inline policy from the user. */
export const deleteUserPolicy = operation("iam:DeleteUserPolicy", {
  input: request({
    UserName: userName,
    PolicyName: policyName,
  } satisfies Members<DeleteUserPolicyRequest>),
  resource: userResource,
  access: "Permissions management",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await removeInlinePolicy(ports, userOf(caller, input), input.PolicyName);
  },
});
