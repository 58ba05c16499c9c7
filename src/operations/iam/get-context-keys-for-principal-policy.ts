import type {
  GetContextKeysForPolicyResponse,
  GetContextKeysForPrincipalPolicyRequest,
} from "@aws-sdk/client-iam";
import { boundaryPolicy, grantedPolicies } from "../../registry/identity/granted-policies.ts";
import { contextKeys } from "../../registry/policy/context-keys.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { arn, request } from "./shapes.ts";
import { policySource } from "./simulated-caller.ts";
import { identityDocument } from "./simulated-policies.ts";
import { simulatedPrincipalResource } from "./simulated-principal-resource.ts";
import { policyInputList } from "./simulation-shapes.ts";

/** The condition keys that a user's, group's or role's policies ask for, and those of the request. */
export const getContextKeysForPrincipalPolicy = operation("iam:GetContextKeysForPrincipalPolicy", {
  input: request({
    PolicySourceArn: arn,
    PolicyInputList: policyInputList.default([]),
  } satisfies Members<GetContextKeysForPrincipalPolicyRequest>),
  resource: simulatedPrincipalResource,
  access: "Read",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetContextKeysForPolicyResponse>> {
    const source = await policySource({ ports }, caller.principal.account, input.PolicySourceArn);
    const boundary = await boundaryPolicy(ports, source);
    const granted = await grantedPolicies(ports, source);
    const texts = [...granted, ...(boundary === undefined ? [] : [boundary])].map(
      ({ document }) => document,
    );
    const documents = [...texts, ...input.PolicyInputList].map(identityDocument);
    return { ContextKeyNames: contextKeys(documents) };
  },
});
