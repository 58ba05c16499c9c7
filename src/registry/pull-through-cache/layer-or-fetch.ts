import { isRegistryError } from "../errors.ts";
import type { FoundLayer } from "../layers/find-layer.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { type CacheRequest, cacheFor } from "./cache-request.ts";
import { requireAdmitted } from "./cache-terms.ts";
import { fetchLayer } from "./fetch-layer.ts";
import { importReferrers } from "./import-referrers.ts";
import type { LayerFetch } from "./layer-fetch.ts";
import { isJudgedFirst } from "./pull-through.ts";
import { upstreamRefusal } from "./upstream-refusal.ts";

/** A layer that is on its way. */
export interface ComingLayer {
  readonly fetch: LayerFetch;
  readonly repository: Repository;
  readonly isJudgedFirst: boolean;
}

/**
 * The layer as `find` finds it; or, in a cache, on its way from the upstream.
 * @param isLookOnly whether nothing but the layer's being there is asked for
 * @throws what `find` throws where the upstream is not to be asked
 */
export async function layerOrFetch(
  request: CacheRequest,
  digest: Digest,
  find: () => Promise<FoundLayer>,
  isLookOnly = false,
): Promise<FoundLayer | ComingLayer> {
  try {
    return await find();
  } catch (error) {
    if (!isRegistryError(error, "LayersNotFound")) throw error;
    const { registry, name, unrecorded } = request;
    const cached = await cacheFor(request);
    const repository = await unrecorded.repositories.find(registry, name);
    if (cached === undefined || repository === undefined) throw error;
    // Builds push where a registry is being taken over: what they have to send is not the old one's affair.
    if (isLookOnly && cached.rule.settings.terms?.endsAt !== undefined) throw error;
    requireAdmitted(cached);
    // Where images have to be of some age, layers come with one that is.
    if (cached.rule.settings.terms?.minimumAgeMs !== undefined) throw error;
    const fetch = fetchLayer(cached, digest);
    request.afterwards.push(fetch.stored);
    return { fetch, repository, isJudgedFirst: await isJudgedFirst(cached, repository, digest) };
  }
}

/** Waits until the layer is stored. @throws LayersNotFound, and what else the upstream says */
export async function storedOrRefused({ stored }: LayerFetch, missing: Error): Promise<void> {
  try {
    await stored;
  } catch (error) {
    const refusal = upstreamRefusal(error);
    throw isRegistryError(refusal, "ImageNotFound") ? missing : refusal;
  }
}

/** Has what the upstream lists about an image here before it is listed, where the caller may. */
export async function bringReferrers(request: CacheRequest, subject: Digest): Promise<void> {
  const { registry, name, unrecorded } = request;
  const cached = await cacheFor(request);
  if (cached === undefined) return;
  if ((await unrecorded.repositories.find(registry, name)) === undefined) return;
  await importReferrers(cached, subject);
}
