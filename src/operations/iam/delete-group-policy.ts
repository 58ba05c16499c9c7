import type { DeleteGroupPolicyRequest } from "@aws-sdk/client-iam";
import { removeInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupOf, groupResource } from "./group-resource.ts";
import { groupName, policyName, request } from "./shapes.ts";

/** Takes an inline policy from the group. */
export const deleteGroupPolicy = operation("iam:DeleteGroupPolicy", {
  input: request({
    GroupName: groupName,
    PolicyName: policyName,
  } satisfies Members<DeleteGroupPolicyRequest>),
  resource: groupResource,
  access: "Permissions management",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await removeInlinePolicy(ports, groupOf(caller, input), input.PolicyName);
  },
});
