import { registryOf } from "../../registry/identity/principal.ts";
import { findLifecycle } from "../../registry/lifecycle/put-lifecycle.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  type LifecycleExtensionAnswer,
  lifecycleExtensionAnswer,
} from "./lifecycle-extension-answer.ts";

/** What stands beside the lifecycle policy of a repository, as it was put. */
export const getLifecycleExtension = operation("entrepot:GetLifecycleExtension", {
  input: request({ registryId, repositoryName }),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "LifecyclePolicyNotFound"],
  async handle(input, { ports, caller }): Promise<LifecycleExtensionAnswer> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const stored = await findLifecycle(ports, registry, name, "extension");
    return lifecycleExtensionAnswer(registry, name, stored);
  },
});
