import { isRegistryError, RegistryError } from "../errors.ts";
import { type Manifest, parseManifest } from "../images/parse-manifest.ts";
import { putImage } from "../images/put-image.ts";
import { inParallel } from "../in-parallel.ts";
import { findLayers } from "../layers/find-layer.ts";
import { limits } from "../limits.ts";
import type { Digest, Tag } from "../names.ts";
import { addCacheEvents, addCacheFailure } from "./cache-event.ts";
import { cacheLimits } from "./cache-limits.ts";
import { freshMsOf } from "./cache-terms.ts";
import { type CachedRepository, keyIn, upstreamOf } from "./cached-repository.ts";
import { fetchLayer } from "./fetch-layer.ts";
import type { FetchedManifest } from "./upstream.ts";

/**
 * Stores an image of the upstream with all that it refers to, and what an index lists, as a push would;
 * or waits for who does so already. Source: ECR, "Pull through cache": imported images behave like
 * pushed ones, and of an index everything is imported.
 * @param tag that is to name it
 * @throws what keeps it from being stored; an event tells that too
 */
export function importImage(
  cached: CachedRepository,
  fetched: FetchedManifest,
  tag: Tag | undefined,
): Promise<void> {
  const { imports, pendingTags, importSlots } = cached.ports.memory.upstreams;
  const key = keyIn(cached, `${fetched.digest} ${tag ?? ""}`);
  const underWay = imports.get(key);
  if (underWay !== undefined) return underWay;
  if (imports.size >= cacheLimits.importsWaiting) {
    return Promise.reject(new RegistryError("Throttling", "Rate exceeded"));
  }
  const tagKey = tag === undefined ? undefined : keyIn(cached, tag);
  if (tagKey !== undefined) pendingTags.set(tagKey, fetched);
  const work = importSlots
    .take(() => importRoot(cached, fetched, tag))
    .finally(() => {
      imports.delete(key);
      if (tagKey !== undefined && pendingTags.get(tagKey) === fetched) pendingTags.delete(tagKey);
    });
  imports.set(key, work);
  return work;
}

async function importRoot(
  cached: CachedRepository,
  fetched: FetchedManifest,
  tag: Tag | undefined,
): Promise<void> {
  try {
    await storeTree(cached, fetched, tag, 0);
  } catch (error) {
    await addCacheFailure(cached, { digest: fetched.digest, tag, error });
    throw error;
  }
}

/** What an index lists first, so that nothing is there without what it refers to. */
async function storeTree(
  cached: CachedRepository,
  fetched: FetchedManifest,
  tag: Tag | undefined,
  depth: number,
): Promise<void> {
  const { ports, registry, name } = cached;
  if (depth > limits.indexNesting)
    throw new RegistryError("InvalidParameter", "indexes nest too deep");
  const manifest = parseManifest(fetched.bytes, fetched.mediaType);
  for (const { kind, digest } of manifest.references) {
    if (kind !== "child" || (await hasImage(cached, digest))) continue;
    await storeTree(cached, await fetchManifest(cached, digest), undefined, depth + 1);
  }
  const missing = await missingLayers(cached, manifest);
  await inParallel(
    missing,
    cacheLimits.layersAtOnce,
    (digest) => fetchLayer(cached, digest).stored,
  );
  const isRoot = depth === 0;
  await putImage(ports, registry, name, {
    ...{ manifest: fetched.bytes, mediaType: manifest.mediaType, digest: fetched.digest },
    ...{ tags: tag === undefined ? [] : [tag], repeat: "accept" },
    cached: {
      freshUntil: ports.clock.now() + freshMsOf(cached.rule),
      tell: async (change, repository, image, tags) => {
        if (isRoot) await addCacheEvents(cached, change, repository, { image, tags });
      },
    },
  });
}

/** Whether it is here, and can be pulled. */
export async function hasImage(
  { ports, registry, name }: CachedRepository,
  digest: Digest,
): Promise<boolean> {
  const found = await ports.metadata.images.resolve(registry, name, { digest });
  return found?.image?.state === "ACTIVE";
}

/** Config and layers that are not here, but for those that lie elsewhere and need not be. */
async function missingLayers(
  { ports, registry, name }: CachedRepository,
  { references, foreign }: Manifest,
): Promise<readonly Digest[]> {
  const named = references
    .filter(({ kind }) => kind === "config" || kind === "layer")
    .map(({ digest }) => digest)
    .filter((digest) => !foreign.has(digest));
  const wanted = [...new Set(named)];
  const held = await findLayers(ports, registry, name, wanted);
  const there = new Set(held.map(({ digest }) => digest));
  return wanted.filter((digest) => !there.has(digest));
}

/**
 * A manifest of the upstream, from memory where it came a moment ago. One request for all who want it.
 * @throws TakeoverFailure, and InvalidParameter or UnsupportedImageType for what is no manifest
 */
export function fetchManifest(
  cached: CachedRepository,
  reference: Tag | Digest,
): Promise<FetchedManifest> {
  const { manifests, manifestFetches } = cached.ports.memory.upstreams;
  const key = keyIn(cached, reference);
  const known = manifests.get(key);
  if (known !== undefined) return Promise.resolve(known);
  const underWay = manifestFetches.get(key);
  if (underWay !== undefined) return underWay;
  const fetch = fetchFrom(cached, reference).finally(() => manifestFetches.delete(key));
  manifestFetches.set(key, fetch);
  return fetch;
}

async function fetchFrom(
  cached: CachedRepository,
  reference: Tag | Digest,
): Promise<FetchedManifest> {
  const upstream = await upstreamOf(cached);
  const fetched = await upstream.manifest(cached.upstreamName, reference);
  const { mediaType } = parseManifest(fetched.bytes, fetched.mediaType);
  const typed = { ...fetched, mediaType };
  // A tag may name another one the next moment, a digest never does.
  cached.ports.memory.upstreams.manifests.set(keyIn(cached, fetched.digest), typed);
  return typed;
}

/** Whether the error is that of a manifest that no registry here takes. */
export function isUntakable(error: unknown): error is RegistryError {
  return (
    isRegistryError(error, "InvalidParameter") || isRegistryError(error, "UnsupportedImageType")
  );
}
