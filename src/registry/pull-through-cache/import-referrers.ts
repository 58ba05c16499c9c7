import { inParallel } from "../in-parallel.ts";
import type { Digest } from "../names.ts";
import { cacheLimits } from "./cache-limits.ts";
import { freshMsOf } from "./cache-terms.ts";
import { type CachedRepository, keyIn, upstreamOf } from "./cached-repository.ts";
import { fetchManifest, hasImage, importImage } from "./import-image.ts";
import { isUpstreams } from "./pull-through.ts";
import { isAdmitted } from "./rule-in-force.ts";

/**
 * Has here what the upstream lists about an image: signatures and the like. Once in the time that a tag
 * is fresh; where the upstream fails, what is here has to do. Source: spec 6.3: they come when they are
 * listed.
 */
export async function importReferrers(cached: CachedRepository, subject: Digest): Promise<void> {
  if (!isAdmitted(cached)) return;
  const { memory, clock } = cached.ports;
  const { askAt, imports } = memory.upstreams;
  const key = keyIn(cached, `referrers ${subject}`);
  const underWay = imports.get(key);
  if (underWay !== undefined) return underWay;
  const now = clock.now();
  if (now < (askAt.get(key) ?? 0)) return;
  askAt.set(key, now + cacheLimits.recheckMs);
  const work = bring(cached, subject)
    .then(() => askAt.set(key, now + freshMsOf(cached.rule)))
    .then(
      () => undefined,
      (error: unknown) => {
        if (!isUpstreams(error)) throw error;
      },
    )
    .finally(() => imports.delete(key));
  imports.set(key, work);
  return work;
}

async function bring(cached: CachedRepository, subject: Digest): Promise<void> {
  const upstream = await upstreamOf(cached);
  const listed = await upstream.referrers(cached.upstreamName, subject);
  const wanted = listed.slice(0, cacheLimits.referrers);
  await inParallel(wanted, cacheLimits.layersAtOnce, async (digest) => {
    if (await hasImage(cached, digest)) return;
    await importImage(cached, await fetchManifest(cached, digest), undefined);
  });
}
