import type { GetLifecyclePolicyRequest, GetLifecyclePolicyResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { findLifecycle } from "../../registry/lifecycle/put-lifecycle.ts";
import { operation } from "../operation.ts";
import { lifecycleAnswer } from "./lifecycle-answer.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** The lifecycle policy of a repository, as it was put. */
export const getLifecyclePolicy = operation("ecr:GetLifecyclePolicy", {
  input: request({ registryId, repositoryName } satisfies Members<GetLifecyclePolicyRequest>),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "LifecyclePolicyNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<GetLifecyclePolicyResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const found = await findLifecycle(ports, registry, name, "policy");
    return lifecycleAnswer(registry, name, found);
  },
});
