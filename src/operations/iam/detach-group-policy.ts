import type { DetachGroupPolicyRequest } from "@aws-sdk/client-iam";
import { detachPolicy } from "../../registry/identity/attached-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupOf, groupResource } from "./group-resource.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { arn, groupName, request } from "./shapes.ts";

/** Takes a managed policy from the group. */
export const detachGroupPolicy = operation("iam:DetachGroupPolicy", {
  input: request({
    GroupName: groupName,
    PolicyArn: arn,
  } satisfies Members<DetachGroupPolicyRequest>),
  resource: groupResource,
  conditions: ({ PolicyArn }) => ({ "iam:PolicyARN": PolicyArn }),
  access: "Permissions management",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PolicyArn);
    await detachPolicy(ports, groupOf(caller, input), input.PolicyArn);
  },
});
