import type {
  DeleteRepositoryPolicyRequest,
  DeleteRepositoryPolicyResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { deleteRepositoryPolicy as remove } from "../../registry/policy/repository-policy.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Removes the policy of a repository, and answers with what it was. */
export const deleteRepositoryPolicy = operation("ecr:DeleteRepositoryPolicy", {
  input: request({ registryId, repositoryName } satisfies Members<DeleteRepositoryPolicyRequest>),
  resource: repositoryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "RepositoryNotFound", "RepositoryPolicyNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<DeleteRepositoryPolicyResponse>> {
    const registry = registryOf(caller, input.registryId);
    const name = input.repositoryName;
    const shown = await remove(ports, registry, name);
    return { registryId: registry.account, repositoryName: name, policyText: shown };
  },
});
