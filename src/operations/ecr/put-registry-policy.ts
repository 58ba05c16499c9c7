import type { PutRegistryPolicyRequest, PutRegistryPolicyResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { putRegistryPolicy as put } from "../../registry/policy/registry-policy.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, policyText, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Replaces the policy of the caller's registry. See `putRegistryPolicy`. */
export const putRegistryPolicy = operation("ecr:PutRegistryPolicy", {
  input: request({ policyText } satisfies Members<PutRegistryPolicyRequest>),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<PutRegistryPolicyResponse>> {
    const registry = registryOf(caller);
    const shown = await put(ports, registry, input.policyText);
    return { registryId: registry.account, policyText: shown };
  },
});
