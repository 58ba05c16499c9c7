import type { PutUserPolicyRequest } from "@aws-sdk/client-iam";
import { putInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { policyDocument, policyName, request, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Gives the user an inline policy, in place of one of the same name. */
export const putUserPolicy = operation("iam:PutUserPolicy", {
  input: request({
    UserName: userName,
    PolicyName: policyName,
    PolicyDocument: policyDocument,
  } satisfies Members<PutUserPolicyRequest>),
  resource: userResource,
  access: "Permissions management",
  errors: ["LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const policy = { name: input.PolicyName, document: input.PolicyDocument };
    await putInlinePolicy(ports, userOf(caller, input), policy);
  },
});
