import type {
  DeleteRegistryPolicyRequest,
  DeleteRegistryPolicyResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { deleteRegistryPolicy as remove } from "../../registry/policy/registry-policy.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Removes the policy of the caller's registry, and answers with what it was. */
export const deleteRegistryPolicy = operation("ecr:DeleteRegistryPolicy", {
  input: request({} satisfies Members<DeleteRegistryPolicyRequest>),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "RegistryPolicyNotFound", "Validation"],
  async handle(_input, { ports, caller }): Promise<Wire<DeleteRegistryPolicyResponse>> {
    const registry = registryOf(caller);
    return { registryId: registry.account, policyText: await remove(ports, registry) };
  },
});
