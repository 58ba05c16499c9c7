import type { GetRepositoryPolicyRequest, GetRepositoryPolicyResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { getRepositoryPolicy as get } from "../../registry/policy/repository-policy.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** The policy of a repository, in ECR's form. */
export const getRepositoryPolicy = operation("ecr:GetRepositoryPolicy", {
  input: request({ registryId, repositoryName } satisfies Members<GetRepositoryPolicyRequest>),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "RepositoryPolicyNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<GetRepositoryPolicyResponse>> {
    const registry = registryOf(caller, input.registryId);
    const name = input.repositoryName;
    const shown = await get(ports, registry, name);
    return { registryId: registry.account, repositoryName: name, policyText: shown };
  },
});
