import type { DeleteRepositoryRequest, DeleteRepositoryResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { deleteRepository as remove } from "../../registry/repositories/delete-repository.ts";
import { deleterOf } from "../deleter.ts";
import { operation } from "../operation.ts";
import { repositoryAnswer } from "./repository-answer.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Removes a repository; one that holds images only with `force`, which removes them too. */
export const deleteRepository = operation("ecr:DeleteRepository", {
  input: request({
    registryId,
    repositoryName,
    force: z.boolean().default(false),
  } satisfies Members<DeleteRepositoryRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "RepositoryNotEmpty", "Kms"],
  async handle(input, context): Promise<Wire<DeleteRepositoryResponse>> {
    const { ports, deployment, caller } = context;
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, force } = input;
    const removed = await remove(ports, registry, name, { force, ...deleterOf(context) });
    return { repository: repositoryAnswer(deployment, removed) };
  },
});
