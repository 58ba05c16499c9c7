import type {
  BatchCheckLayerAvailabilityResponse,
  Layer as EcrLayer,
  LayerFailure,
} from "@aws-sdk/client-ecr";
import type { Ports } from "../../ports/ports.ts";
import { archivedAmong, findLayers } from "../../registry/layers/find-layer.ts";
import type { Layer } from "../../registry/layers/layer.ts";
import {
  digestPattern,
  isDigest,
  type Registry,
  type RepositoryName,
} from "../../registry/names.ts";
import { anyDigest } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Which of the layers the repository holds, as BatchCheckLayerAvailability says it. */
export async function layerAvailability(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  texts: readonly string[],
): Promise<Wire<BatchCheckLayerAvailabilityResponse>> {
  const digests = new Set(texts.filter(isDigest));
  const held = await findLayers(ports, registry, name, [...digests]);
  const archived = new Set<string>(await archivedAmong(ports, held));
  const byDigest = new Map<string, Layer>(held.map((one) => [one.digest, one]));

  const layers: Wire<EcrLayer>[] = [];
  const failures: Wire<LayerFailure>[] = [];
  for (const text of texts) {
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
}

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
