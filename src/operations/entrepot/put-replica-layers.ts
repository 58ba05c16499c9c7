import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { inParallel } from "../../registry/in-parallel.ts";
import { takeLayer } from "../../registry/layers/take-layer.ts";
import { parseDigest } from "../../registry/names.ts";
import { replicationLimits } from "../../registry/replication/replication-limits.ts";
import { decodeBase64 } from "../base64.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { anyDigest, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

const { peerSmallLayersBytes, peerLayersAsked, layersAtOnce } = replicationLimits;

export interface ReplicaLayersAnswer {
  /** In the order in which they were given. */
  readonly layerDigests: readonly string[];
}

const layer = z.object({ layerDigest: anyDigest, layerBlob: z.string() });

/**
 * Stores small layers of an image that is about to be copied here, up to 100 and 2 MiB of them: what
 * else took three requests each. Each is linked when its bytes are those of its digest; where one is not
 * taken, the others may be.
 */
export const putReplicaLayers = operation("entrepot:PutReplicaLayers", {
  input: request({
    registryId,
    repositoryName,
    layers: z.array(layer).min(1).max(peerLayersAsked),
  }),
  resource: repositoryResource,
  action: "ecr:ReplicateImage",
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "InvalidLayer", "LimitExceeded", "Kms"],
  bodyLimitBytes: replicationLimits.peerSmallLayersRequestBytes,
  async handle(input, { ports, caller }): Promise<ReplicaLayersAnswer> {
    const registry = registryOf(caller, input.registryId);
    const layers = input.layers.map(({ layerDigest, layerBlob }) => ({
      digest: parseDigest(layerDigest),
      content: decodeBase64("layerBlob", layerBlob, peerSmallLayersBytes),
    }));
    const bytes = layers.reduce((sum, { content }) => sum + content.length, 0);
    if (bytes > peerSmallLayersBytes) {
      throw invalidParameter("layers", `Layers must have ${peerSmallLayersBytes} bytes at most`);
    }
    await inParallel(layers, layersAtOnce, ({ digest, content }) =>
      takeLayer(ports, registry, input.repositoryName, {
        ...{ digest, content: only(content), given: false },
      }),
    );
    return { layerDigests: layers.map(({ digest }) => digest) };
  },
});

async function* only(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}
