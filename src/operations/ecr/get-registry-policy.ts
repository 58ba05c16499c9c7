import type { GetRegistryPolicyRequest, GetRegistryPolicyResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { getRegistryPolicy as get } from "../../registry/policy/registry-policy.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** The policy of the caller's registry, in ECR's form. */
export const getRegistryPolicy = operation("ecr:GetRegistryPolicy", {
  input: request({} satisfies Members<GetRegistryPolicyRequest>),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "RegistryPolicyNotFound", "Validation"],
  async handle(_input, { ports, caller }): Promise<Wire<GetRegistryPolicyResponse>> {
    const registry = registryOf(caller);
    return { registryId: registry.account, policyText: await get(ports, registry) };
  },
});
