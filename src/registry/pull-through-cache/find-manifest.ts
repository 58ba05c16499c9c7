import { isRegistryError } from "../errors.ts";
import { type FoundImage, getImage } from "../images/get-image.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { type CacheRequest, cacheFor, madeRepository } from "./cache-request.ts";
import type { CachedRepository } from "./cached-repository.ts";
import { importImage } from "./import-image.ts";
import { isJudgedFirst, manifestFromUpstream, refreshedTag } from "./pull-through.ts";
import type { FetchedManifest } from "./upstream.ts";
import { upstreamRefusal } from "./upstream-refusal.ts";

/** A manifest as it is served, whether it is stored already or not. */
export interface ServedManifest {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly manifest: Buffer;
}

type Reference = { readonly tag: Tag } | { readonly digest: Digest };

/** Ends a look at a tag that names another image at the upstream by now. */
class Superseded extends Error {
  readonly by: FetchedManifest;
  constructor(by: FetchedManifest) {
    super("a tag names another image at its upstream");
    this.by = by;
  }
}

/**
 * The manifest of an image of this repository; under a rule of the pull-through cache, of its upstream
 * where it is not here, or a tag's time is over. That one is imported after the answer.
 * @throws what `getImage` throws; of the upstream, what `manifestFromUpstream` does
 */
export async function findManifest(
  request: CacheRequest,
  reference: Reference,
  pull: boolean,
): Promise<ServedManifest> {
  const { environment, registry, name } = request;
  const find = (refresh?: Parameters<typeof getImage>[4]["refresh"]) =>
    getImage(environment.ports, registry, name, reference, { pull, refresh }).then(servedOf);
  try {
    return await find(async ({ repository, image }) => {
      if (image === undefined || !("tag" in reference)) return;
      const cached = await cacheFor(request);
      if (cached === undefined) return;
      const now = await refreshedTag(cached, repository, reference.tag, image.digest);
      if (now !== undefined) throw new Superseded(now);
    });
  } catch (error) {
    const isMissing =
      isRegistryError(error, "RepositoryNotFound") || isRegistryError(error, "ImageNotFound");
    if (!isMissing && !(error instanceof Superseded)) throw error;
    const cached = await cacheFor(request);
    if (cached === undefined) throw error;
    const named = "tag" in reference ? reference.tag : reference.digest;
    const { memory, clock } = environment.ports;
    const by = error instanceof Superseded ? error.by : await manifestFromUpstream(cached, named);
    const served = await serveFetched(request, cached, reference, by, () => find());
    if (pull) memory.upstreams.tally.missed(cached.rule, clock.now());
    return served;
  }
}

function servedOf({ repository, image, manifest }: FoundImage): ServedManifest {
  return { repository, digest: image.digest, mediaType: image.mediaType, manifest };
}

async function serveFetched(
  request: CacheRequest,
  cached: CachedRepository,
  reference: Reference,
  fetched: FetchedManifest,
  find: () => Promise<ServedManifest>,
): Promise<ServedManifest> {
  const repository = await madeRepository(request);
  const tag = "tag" in reference ? reference.tag : undefined;
  const imported = importImage(cached, fetched, tag);
  imported.catch(() => undefined); // An event tells it; the next pull tries again.
  request.afterwards.push(imported);
  const { digest, bytes: manifest, mediaType = "" } = fetched;
  if (!(await isJudgedFirst(cached, repository, digest))) {
    return { repository, digest, mediaType, manifest };
  }
  await imported.catch((error: unknown) => {
    throw upstreamRefusal(error);
  });
  return find();
}
