import type { PutGroupPolicyRequest } from "@aws-sdk/client-iam";
import { putInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupOf, groupResource } from "./group-resource.ts";
import { groupName, policyDocument, policyName, request } from "./shapes.ts";

/** Gives the group an inline policy, in place of one of the same name. */
export const putGroupPolicy = operation("iam:PutGroupPolicy", {
  input: request({
    GroupName: groupName,
    PolicyName: policyName,
    PolicyDocument: policyDocument,
  } satisfies Members<PutGroupPolicyRequest>),
  resource: groupResource,
  access: "Permissions management",
  errors: ["LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const policy = { name: input.PolicyName, document: input.PolicyDocument };
    await putInlinePolicy(ports, groupOf(caller, input), policy);
  },
});
