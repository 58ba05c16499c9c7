import type { DeleteRepositoryRequest, DeleteRepositoryResponse } from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import { primaryAlias } from "../../registry/public/registries.ts";
import { deleteRepository as remove } from "../../registry/repositories/delete-repository.ts";
import { deleterOf } from "../deleter.ts";
import { type Members, registryId, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { publicRepositoryAnswer } from "./answers.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

/** Removes a public repository and what is said of it; one that holds images only with `force`. */
export const deleteRepository = operation("ecr-public:DeleteRepository", {
  input: request({
    registryId,
    repositoryName: publicRepositoryName,
    force: z.boolean().default(false),
  } satisfies Members<DeleteRepositoryRequest>),
  resource: inRepository("DeleteRepository"),
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "RepositoryNotEmpty", "UnsupportedCommand"],
  async handle({ force }, context): Promise<Wire<DeleteRepositoryResponse>> {
    const { ports, deployment } = context;
    const { registry, name } = repositoryOf(context);
    const removed = await remove(ports, registry, name, { force, ...deleterOf(context) });
    const alias = await primaryAlias(ports, registry.account);
    return { repository: publicRepositoryAnswer(deployment, removed, alias) };
  },
});
