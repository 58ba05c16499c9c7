import { registryOf } from "../../registry/identity/principal.ts";
import { restoreRepository as restore } from "../../registry/trash/restore-repository.ts";
import { repositoryAnswer } from "../ecr/repository-answer.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** Brings back the repository that was deleted last under the name, with everything in it. */
export const restoreRepository = operation("entrepot:RestoreRepository", {
  input: request({ registryId, repositoryName }),
  resource: repositoryResource,
  access: "Write",
  errors: [
    "InvalidParameter",
    "ResourceNotFound",
    "RepositoryAlreadyExists",
    "LimitExceeded",
    "Kms",
  ],
  async handle(
    input,
    { ports, deployment, caller },
  ): Promise<{ repository: ReturnType<typeof repositoryAnswer> }> {
    const registry = registryOf(caller, input.registryId);
    const restored = await restore(ports, registry, input.repositoryName);
    return { repository: repositoryAnswer(deployment, restored) };
  },
});
