import type { GetKeyPolicyRequest, GetKeyPolicyResponse } from "@aws-sdk/client-kms";
import { shownKeyPolicy } from "../../registry/kms/key-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyOf, ownKey } from "./key-target.ts";
import { requireDefaultPolicy } from "./policy-name.ts";
import { keyId, policyName } from "./shapes.ts";

/** The key policy, with principals by name. */
export const getKeyPolicy = operation("kms:GetKeyPolicy", {
  input: request({
    KeyId: keyId,
    PolicyName: policyName.default("default"),
  } satisfies Members<GetKeyPolicyRequest>),
  resource: ownKey,
  access: "Read",
  errors: ["NotFound"],
  async handle({ PolicyName }, { ports, caller, target }): Promise<Wire<GetKeyPolicyResponse>> {
    requireDefaultPolicy(PolicyName);
    const { policy } = await keyOf(ports, caller, target);
    return { Policy: await shownKeyPolicy(ports, policy), PolicyName };
  },
});
