import type {
  DeleteLifecyclePolicyRequest,
  DeleteLifecyclePolicyResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { deleteLifecycle } from "../../registry/lifecycle/put-lifecycle.ts";
import { operation } from "../operation.ts";
import { lifecycleAnswer } from "./lifecycle-answer.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Takes the lifecycle policy of a repository away, and returns it. */
export const deleteLifecyclePolicy = operation("ecr:DeleteLifecyclePolicy", {
  input: request({ registryId, repositoryName } satisfies Members<DeleteLifecyclePolicyRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "LifecyclePolicyNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<DeleteLifecyclePolicyResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const found = await deleteLifecycle(ports, registry, name, "policy");
    return lifecycleAnswer(registry, name, found);
  },
});
