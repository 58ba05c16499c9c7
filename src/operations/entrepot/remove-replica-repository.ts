import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { applyRepositoryRemoval } from "../../registry/replication/apply-repository-removal.ts";
import { deleterOf } from "../deleter.ts";
import { destinationOf, replicationDestination } from "../ecr/replication-shapes.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

export interface RemovedReplicaRepository {
  /** False where something later keeps it: then what is older went out of it. */
  readonly isGone: boolean;
}

/**
 * Removes a repository that was removed in another deployment's registry as a whole, unless something in
 * it is later; what is older than the removal does not come in again. Where there is none, that is
 * remembered all the same. Where it comes from is what the caller says, so the record tells who said it.
 */
export const removeReplicaRepository = operation("entrepot:RemoveReplicaRepository", {
  input: request({
    registryId,
    repositoryName,
    removedAt: z.int().min(0),
    source: replicationDestination,
  }),
  resource: repositoryResource,
  action: "ecr:DeleteRepository",
  access: "Write",
  errors: ["InvalidParameter"],
  async handle(input, context): Promise<RemovedReplicaRepository> {
    const { ports, caller } = context;
    const isGone = await applyRepositoryRemoval(ports, {
      registry: registryOf(caller, input.registryId),
      name: input.repositoryName,
      source: { from: destinationOf(input.source), claimedBy: caller.principal.arn },
      at: input.removedAt,
      deleter: deleterOf(context),
    });
    return { isGone };
  },
});
