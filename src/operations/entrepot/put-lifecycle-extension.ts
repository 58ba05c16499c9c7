import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { putLifecycle } from "../../registry/lifecycle/put-lifecycle.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  type LifecycleExtensionAnswer,
  lifecycleExtensionAnswer,
} from "./lifecycle-extension-answer.ts";

/** Replaces the rules that stand beside a lifecycle policy: what ECR has no words for. */
export const putLifecycleExtension = operation("entrepot:PutLifecycleExtension", {
  // How long it may be is a rule of its own, with a sentence that says so.
  input: request({ registryId, repositoryName, extensionText: z.string() }),
  resource: repositoryResource,
  // Its rules delete images as a policy's do.
  further: (_input, _caller, _environment, target) => [
    { action: "ecr:PutLifecyclePolicy", resource: target },
  ],
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<LifecycleExtensionAnswer> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, extensionText: extension } = input;
    const stored = await putLifecycle(ports, registry, name, { extension });
    return lifecycleExtensionAnswer(registry, name, stored);
  },
});
