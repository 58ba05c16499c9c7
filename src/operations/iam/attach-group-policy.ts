import type { AttachGroupPolicyRequest } from "@aws-sdk/client-iam";
import { attachPolicy } from "../../registry/identity/attached-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupOf, groupResource } from "./group-resource.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { arn, groupName, request } from "./shapes.ts";

/** Gives the group a managed policy; that it has it already is no error. */
export const attachGroupPolicy = operation("iam:AttachGroupPolicy", {
  input: request({
    GroupName: groupName,
    PolicyArn: arn,
  } satisfies Members<AttachGroupPolicyRequest>),
  resource: groupResource,
  conditions: ({ PolicyArn }) => ({ "iam:PolicyARN": PolicyArn }),
  access: "Permissions management",
  errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity", "PolicyNotAttachable"],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PolicyArn);
    await attachPolicy(ports, groupOf(caller, input), input.PolicyArn);
  },
});
