import type { AttachUserPolicyRequest } from "@aws-sdk/client-iam";
import { attachPolicy } from "../../registry/identity/attached-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { arn, request, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Gives the user a managed policy; that it has it already is no error. */
export const attachUserPolicy = operation("iam:AttachUserPolicy", {
  input: request({
    UserName: userName,
    PolicyArn: arn,
  } satisfies Members<AttachUserPolicyRequest>),
  resource: userResource,
  conditions: ({ PolicyArn }) => ({ "iam:PolicyARN": PolicyArn }),
  access: "Permissions management",
  errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity", "PolicyNotAttachable"],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PolicyArn);
    await attachPolicy(ports, userOf(caller, input), input.PolicyArn);
  },
});
