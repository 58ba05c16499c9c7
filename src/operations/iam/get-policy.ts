import type { GetPolicyRequest, GetPolicyResponse } from "@aws-sdk/client-iam";
import { findPolicy } from "../../registry/identity/find-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { policyAnswer, policyUsage } from "./policy-answer.ts";
import { policyResource } from "./policy-resource.ts";
import { arn, request } from "./shapes.ts";

/** One of the account's managed policies, or of AWS's; not what it says, which is its versions' affair. */
export const getPolicy = operation("iam:GetPolicy", {
  input: request({ PolicyArn: arn } satisfies Members<GetPolicyRequest>),
  resource: policyResource,
  access: "Read",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle({ PolicyArn }, { ports, caller }): Promise<QueryWire<GetPolicyResponse>> {
    const { account } = caller.principal;
    const policy = await findPolicy(ports, account, PolicyArn);
    return { Policy: policyAnswer(policy, await policyUsage(ports, account, PolicyArn)) };
  },
});
