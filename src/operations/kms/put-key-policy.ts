import type { PutKeyPolicyRequest } from "@aws-sdk/client-kms";
import { z } from "zod";
import { putKeyPolicy as put } from "../../registry/kms/put-key-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { requireDefaultPolicy } from "./policy-name.ts";
import { keyId, policy, policyName } from "./shapes.ts";

/** Replaces the key policy. */
export const putKeyPolicy = operation("kms:PutKeyPolicy", {
  input: request({
    KeyId: keyId,
    PolicyName: policyName.default("default"),
    Policy: policy,
    BypassPolicyLockoutSafetyCheck: z.boolean().default(false),
  } satisfies Members<PutKeyPolicyRequest>),
  resource: ownKey,
  conditions: ({ BypassPolicyLockoutSafetyCheck }) => ({
    "kms:BypassPolicyLockoutSafetyCheck": String(BypassPolicyLockoutSafetyCheck),
  }),
  access: "Permissions management",
  errors: ["NotFound", "LimitExceeded", "MalformedPolicyDocument", "NotAuthorized"],
  async handle(
    { PolicyName, Policy, BypassPolicyLockoutSafetyCheck: force },
    { ports, caller, target },
  ): Promise<Record<string, never>> {
    requireDefaultPolicy(PolicyName);
    await put(ports, await keyOf(ports, caller, target), Policy, { caller, force });
    return {};
  },
});
