import type {
  BatchCheckLayerAvailabilityRequest,
  BatchCheckLayerAvailabilityResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { operation } from "../operation.ts";
import { layerAvailability } from "./layer-availability.ts";
import { repositoryResource } from "./resource.ts";
import { batchedLayerDigest, type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/**
 * Which of the layers the repository holds. What is AVAILABLE stays so long enough for the push that
 * asked (I11). Items that make no sense are failures beside the others.
 */
export const batchCheckLayerAvailability = operation("ecr:BatchCheckLayerAvailability", {
  input: request({
    registryId,
    repositoryName,
    layerDigests: z.array(batchedLayerDigest).min(1).max(limits.batchItems),
  } satisfies Members<BatchCheckLayerAvailabilityRequest>),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<BatchCheckLayerAvailabilityResponse>> {
    const registry = registryOf(caller, input.registryId);
    return layerAvailability(ports, registry, input.repositoryName, input.layerDigests);
  },
});
