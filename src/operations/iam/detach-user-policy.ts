import type { DetachUserPolicyRequest } from "@aws-sdk/client-iam";
import { detachPolicy } from "../../registry/identity/attached-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { arn, request, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Takes a managed policy from the user. */
export const detachUserPolicy = operation("iam:DetachUserPolicy", {
  input: request({
    UserName: userName,
    PolicyArn: arn,
  } satisfies Members<DetachUserPolicyRequest>),
  resource: userResource,
  conditions: ({ PolicyArn }) => ({ "iam:PolicyARN": PolicyArn }),
  access: "Permissions management",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PolicyArn);
    await detachPolicy(ports, userOf(caller, input), input.PolicyArn);
  },
});
