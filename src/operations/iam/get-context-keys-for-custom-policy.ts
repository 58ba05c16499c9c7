import type {
  GetContextKeysForCustomPolicyRequest,
  GetContextKeysForPolicyResponse,
} from "@aws-sdk/client-iam";
import { contextKeys } from "../../registry/policy/context-keys.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { request } from "./shapes.ts";
import { identityDocument } from "./simulated-policies.ts";
import { policyInputList } from "./simulation-shapes.ts";

/** The condition keys that policies of a request ask for: what a simulation of them has to say. */
export const getContextKeysForCustomPolicy = operation("iam:GetContextKeysForCustomPolicy", {
  input: request({
    PolicyInputList: policyInputList,
  } satisfies Members<GetContextKeysForCustomPolicyRequest>),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: ["InvalidInput"],
  async handle({ PolicyInputList }): Promise<QueryWire<GetContextKeysForPolicyResponse>> {
    return { ContextKeyNames: contextKeys(PolicyInputList.map(identityDocument)) };
  },
});
