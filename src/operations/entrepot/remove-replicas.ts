import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { parseDigest, parseTag } from "../../registry/names.ts";
import { applyRemovals, type Removal } from "../../registry/replication/apply-removals.ts";
import { replicationLimits } from "../../registry/replication/replication-limits.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { deleterOf } from "../deleter.ts";
import { destinationOf, replicationDestination } from "../ecr/replication-shapes.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { anyDigest, imageTag, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

const removedAt = z.int().min(0);
const removal = z.union([
  z.strictObject({ imageTag, removedAt }),
  z.strictObject({ imageDigest: anyDigest, removedAt }),
]);

export interface RemovedReplicas {
  /** What is there still, and why; what something later keeps is none. */
  readonly failures: readonly {
    readonly imageDigest?: string;
    readonly imageTag?: string;
    readonly failureCode: string;
    readonly failureReason: string;
  }[];
}

/**
 * Removes images and tags that were removed in another deployment's registry, unless something later
 * keeps them; what is older than the removal does not come in again. Where it comes from is what the
 * caller says, so the record tells who said it.
 */
export const removeReplicas = operation("entrepot:RemoveReplicas", {
  input: request({
    registryId,
    repositoryName,
    removals: z.array(removal).min(1).max(replicationLimits.changesAtOnce),
    source: replicationDestination,
  }),
  resource: repositoryResource,
  action: "ecr:BatchDeleteImage",
  conditions: ({ removals }) =>
    imageTagConditions(removals.map((each) => ("imageTag" in each ? each.imageTag : undefined))),
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, context): Promise<RemovedReplicas> {
    const { ports, caller } = context;
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    await findRepository(ports, registry, name);
    const removals = input.removals.map(
      (each): Removal =>
        "imageTag" in each
          ? { kind: "TAG", target: parseTag(each.imageTag), at: each.removedAt }
          : { kind: "IMAGE", target: parseDigest(each.imageDigest), at: each.removedAt },
    );
    const source = { from: destinationOf(input.source), claimedBy: caller.principal.arn };
    const deleter = deleterOf(context);
    const kept = await applyRemovals(ports, registry, name, source, removals, deleter);
    return {
      failures: kept.map(({ removal: { kind, target }, code, sentence }) => ({
        ...(kind === "TAG" ? { imageTag: target } : { imageDigest: target }),
        ...{ failureCode: code, failureReason: sentence },
      })),
    };
  },
});
