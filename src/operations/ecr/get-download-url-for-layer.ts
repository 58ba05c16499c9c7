import type {
  GetDownloadUrlForLayerRequest,
  GetDownloadUrlForLayerResponse,
} from "@aws-sdk/client-ecr";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { requireReadable } from "../../registry/gates/require-pullable.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { mintDownloadToken } from "../../registry/layers/download-token.ts";
import { type FoundLayer, findLayer, layersNotFound } from "../../registry/layers/find-layer.ts";
import { layerUrl } from "../../registry/layers/layer-url.ts";
import { type Digest, isDigest } from "../../registry/names.ts";
import { type CacheRequest, cacheFor } from "../../registry/pull-through-cache/cache-request.ts";
import { TermsRefusal } from "../../registry/pull-through-cache/cache-terms.ts";
import { layerOrFetch, storedOrRefused } from "../../registry/pull-through-cache/layer-or-fetch.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { operation } from "../operation.ts";
import { cacheRequest } from "./cache-request.ts";
import { repositoryResource } from "./resource.ts";
import { anyDigest, type Members, registryId, repositoryName, request } from "./shapes.ts";
import { unableToGet } from "./upstream-failure.ts";
import type { Wire } from "./wire.ts";

/** A URL of this server, or of the store behind it, from which the layer can be read for an hour without credentials. */
export const getDownloadUrlForLayer = operation("ecr:GetDownloadUrlForLayer", {
  input: request({
    registryId,
    repositoryName,
    layerDigest: anyDigest,
  } satisfies Members<GetDownloadUrlForLayerRequest>),
  resource: repositoryResource,
  access: "Read",
  errors: [
    ...(["InvalidParameter", "LayersNotFound", "LayerInaccessible", "RepositoryNotFound"] as const),
    "UnableToGetUpstreamLayer",
  ],
  async handle(input, context): Promise<Wire<GetDownloadUrlForLayerResponse>> {
    const { ports, caller } = context;
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, layerDigest: digest } = input;
    if (!isDigest(digest)) {
      // ECR takes digests of every algorithm here; by others than two nothing is ever stored.
      await findRepository(ports, registry, name);
      throw layersNotFound(registry, name, digest);
    }
    const asked = cacheRequest(context, registry, name);
    const found = await layerThrough(asked, digest);
    const { repository, layer, object, referenced } = found;
    // Of an image that is on its way the manifest comes last.
    if (!referenced && (await cacheFor(asked)) === undefined) {
      throw new RegistryError(
        "LayerInaccessible",
        `The layer with digest '${digest}' in the repository with name '${name}' in the registry with id '${registry.account}' is not available because no image refers to it`,
      );
    }
    await requireGiven(ports, found);
    const stored = await layerUrl(ports, object);
    if (stored !== undefined) return { downloadUrl: stored, layerDigest: layer.digest };
    const token = mintDownloadToken(ports, repository, layer.digest, caller.principal);
    return { downloadUrl: `${caller.origin}/layers/${token}`, layerDigest: layer.digest };
  },
});

/**
 * The layer, once it is here: in a pull-through cache it is waited for.
 * @throws UnableToGetUpstreamLayer, and what `findLayer` throws
 */
async function layerThrough(asked: CacheRequest, digest: Digest): Promise<FoundLayer> {
  const { environment, registry, name } = asked;
  const find = () => findLayer(environment.ports, registry, name, digest);
  try {
    const found = await layerOrFetch(asked, digest, find);
    if ("layer" in found) return found;
    await storedOrRefused(found.fetch, layersNotFound(registry, name, digest));
    return await find();
  } catch (error) {
    if (error instanceof TermsRefusal) {
      throw new RegistryError("UnableToGetUpstreamLayer", error.message, {}, error);
    }
    throw unableToGet("UnableToGetUpstreamLayer", error);
  }
}

/** In ECR's words for a layer of which there is no image to be pulled. */
async function requireGiven(ports: Ports, found: FoundLayer): Promise<void> {
  const { repository, layer, isPullable } = found;
  try {
    await requireReadable(ports, { repository, digest: layer.digest, isPullable });
  } catch (error) {
    if (!isRegistryError(error, "ImageHeld")) throw error;
    throw new RegistryError("LayerInaccessible", error.message);
  }
}
