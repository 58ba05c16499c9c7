import type {
  BatchCheckLayerAvailabilityRequest,
  BatchCheckLayerAvailabilityResponse,
} from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { layerAvailability } from "../ecr/layer-availability.ts";
import { batchedLayerDigest, type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inPushedRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName, registryIdOrAlias } from "./shapes.ts";

/**
 * Which of the layers the repository holds. What is AVAILABLE stays so long enough for the push that
 * asked (I11). Items that make no sense are failures beside the others.
 */
export const batchCheckLayerAvailability = operation("ecr-public:BatchCheckLayerAvailability", {
  input: request({
    registryId: registryIdOrAlias,
    repositoryName: publicRepositoryName,
    layerDigests: z.array(batchedLayerDigest).min(1).max(limits.batchItems),
  } satisfies Members<BatchCheckLayerAvailabilityRequest>),
  resource: inPushedRepository("BatchCheckLayerAvailability"),
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "RegistryNotFound", "UnsupportedCommand"],
  async handle(input, context): Promise<Wire<BatchCheckLayerAvailabilityResponse>> {
    const { registry, name } = repositoryOf(context);
    const told = await layerAvailability(context.ports, registry, name, input.layerDigests);
    // Nothing is archived in a public registry.
    return told as Wire<BatchCheckLayerAvailabilityResponse>;
  },
});
