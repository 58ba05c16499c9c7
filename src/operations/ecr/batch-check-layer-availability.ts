import type {
  BatchCheckLayerAvailabilityRequest,
  BatchCheckLayerAvailabilityResponse,
  Layer as EcrLayer,
  LayerFailure,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { archivedAmong, findLayers } from "../../registry/layers/find-layer.ts";
import type { Layer } from "../../registry/layers/layer.ts";
import { limits } from "../../registry/limits.ts";
import { digestPattern, isDigest } from "../../registry/names.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import {
  anyDigest,
  batchedLayerDigest,
  type Members,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
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
    const digests = new Set(input.layerDigests.filter(isDigest));
    const held = await findLayers(ports, registry, input.repositoryName, [...digests]);
    const archived = new Set<string>(await archivedAmong(ports, held));
    const byDigest = new Map<string, Layer>(held.map((one) => [one.digest, one]));

    const layers: Wire<EcrLayer>[] = [];
    const failures: Wire<LayerFailure>[] = [];
    for (const text of input.layerDigests) {
      const failure = layerFailure(text);
      if (failure !== undefined) {
        failures.push(failure);
        continue;
      }
      const layer = byDigest.get(text);
      layers.push({
        layerDigest: text,
        layerAvailability: availabilityOf(layer, archived),
        layerSize: layer?.sizeBytes,
        mediaType: layer?.mediaType,
      });
    }
    return { layers, failures };
  },
});

function availabilityOf(
  layer: Layer | undefined,
  archived: ReadonlySet<string>,
): NonNullable<EcrLayer["layerAvailability"]> {
  if (layer === undefined) return "UNAVAILABLE";
  return archived.has(layer.digest) ? "ARCHIVED" : "AVAILABLE";
}

function layerFailure(text: string): Wire<LayerFailure> | undefined {
  if (text === "") {
    return {
      layerDigest: text,
      failureCode: "MissingLayerDigest",
      failureReason: "Invalid request parameters: layer digest cannot be null",
    };
  }
  if (anyDigest.safeParse(text).success) return undefined;
  return {
    layerDigest: text,
    failureCode: "InvalidLayerDigest",
    failureReason: `Invalid request parameters: layer digest should satisfy the regex '${digestPattern}'`,
  };
}
