import { z } from "zod";
import { createUnasked } from "../../registry/creation-templates/create-unasked.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { RemovedLater, requireNameNotRemoved } from "../../registry/replication/alive-at.ts";
import { replicationDestination } from "../ecr/replication-shapes.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

export interface ReplicaRepository {
  readonly isNew: boolean;
  /** One of that name was deleted here after what is to come had come to its source. */
  readonly isRemoved?: boolean;
}

/**
 * Makes a repository for copies from another deployment, as the template for `REPLICATION` says that
 * fits its name, unless it is there. Source: ECR, "Repository creation templates".
 */
export const createReplicaRepository = operation("entrepot:CreateReplicaRepository", {
  input: request({
    registryId,
    repositoryName,
    /** Since when what is to come is alive at its source. */
    aliveAt: z.int().min(0),
    source: replicationDestination,
  }),
  resource: repositoryResource,
  action: "ecr:CreateRepository",
  access: "Write",
  errors: ["InvalidParameter", "LimitExceeded", "Kms"],
  async handle(input, { ports, caller, organization }): Promise<ReplicaRepository> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    if ((await ports.metadata.repositories.find(registry, name)) !== undefined) {
      return { isNew: false };
    }
    // No clock of another deployment may run ahead of what happens here.
    const alive = Math.min(input.aliveAt, ports.clock.now());
    try {
      await requireNameNotRemoved(ports.metadata, registry, name, alive);
    } catch (error) {
      if (error instanceof RemovedLater) return { isNew: false, isRemoved: true };
      throw error;
    }
    const missing = { registry, name, event: "REPLICATION" } as const;
    const { isNew } = await createUnasked(ports, organization, missing, async () => undefined);
    return { isNew };
  },
});
