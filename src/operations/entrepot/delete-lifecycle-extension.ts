import { registryOf } from "../../registry/identity/principal.ts";
import { deleteLifecycle } from "../../registry/lifecycle/put-lifecycle.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  type LifecycleExtensionAnswer,
  lifecycleExtensionAnswer,
} from "./lifecycle-extension-answer.ts";

/** Takes away what stands beside the lifecycle policy of a repository, and returns it. */
export const deleteLifecycleExtension = operation("entrepot:DeleteLifecycleExtension", {
  input: request({ registryId, repositoryName }),
  resource: repositoryResource,
  // Without what it retains the policy deletes more, as another policy would.
  further: (_input, _caller, _environment, target) => [
    { action: "ecr:PutLifecyclePolicy", resource: target },
  ],
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "LifecyclePolicyNotFound"],
  async handle(input, { ports, caller }): Promise<LifecycleExtensionAnswer> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const stored = await deleteLifecycle(ports, registry, name, "extension");
    return lifecycleExtensionAnswer(registry, name, stored);
  },
});
