import { RegistryError } from "../errors.ts";
import { gatesOf } from "../gates/gate-matching.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isTagImmutable } from "../repositories/tag-mutability.ts";
import { cacheLimits } from "./cache-limits.ts";
import { freshMsOf, isAdmitted, requireAdmitted } from "./cache-terms.ts";
import { type CachedRepository, keyIn, upstreamOf } from "./cached-repository.ts";
import { fetchManifest, isUntakable } from "./import-image.ts";
import type { FetchedManifest } from "./upstream.ts";
import { upstreamRefusal } from "./upstream-refusal.ts";

/**
 * The manifest of an image that is not here; what is being imported already is not asked for again.
 * @throws AccessDenied where the rule does not let it be fetched
 * @throws ImageNotFound, AccessDenied, Throttling, ServiceUnavailable as the upstream says
 */
export async function manifestFromUpstream(
  cached: CachedRepository,
  reference: Tag | Digest,
): Promise<FetchedManifest> {
  requireAdmitted(cached);
  const { clock, memory } = cached.ports;
  const { pendingTags, recentTags } = memory.upstreams;
  const key = keyIn(cached, reference);
  const pending = pendingTags.get(key);
  if (pending !== undefined) return pending;
  const recent = recentTags.get(key);
  if (recent !== undefined && clock.now() < recent.until) return recent.fetched;
  try {
    const fetched = await fetchManifest(cached, reference);
    recentTags.set(key, { fetched, until: clock.now() + cacheLimits.recentTagMs });
    return fetched;
  } catch (error) {
    if (!isUntakable(error)) throw upstreamRefusal(error);
    const sentence = `The upstream gives what is no manifest here: ${error.message}`;
    throw new RegistryError("ServiceUnavailable", sentence, {}, error);
  }
}

/**
 * What a tag names now, where its time is over and that is another image than the one that is here.
 * `undefined`: the one that is here is to be served. That is so as well where the upstream does not
 * answer, or not what was wanted; then the tag is left alone for a while.
 * Source: ECR, "Pull through cache": once in 24 hours; an immutable tag stays what it is.
 */
export async function refreshedTag(
  cached: CachedRepository,
  repository: Repository,
  tag: Tag,
  held: Digest,
): Promise<FetchedManifest | undefined> {
  const { ports } = cached;
  if (isTagImmutable(repository.tagMutability, tag) || !isAdmitted(cached)) return undefined;
  const { askAt } = ports.memory.upstreams;
  const key = keyIn(cached, tag);
  const now = ports.clock.now();
  if (now < (askAt.get(key) ?? 0)) return undefined;
  askAt.set(key, now + cacheLimits.recheckMs);
  try {
    const upstream = await upstreamOf(cached);
    const named = await upstream.digestOf(cached.upstreamName, tag);
    if (named !== held) {
      const fetched = await fetchManifest(cached, tag);
      if (fetched.digest !== held) return fetched;
    }
    const until = now + freshMsOf(cached.rule);
    await ports.metadata.transaction((change) =>
      change.tags.setFresh(repository, tag, held, until),
    );
    return undefined;
  } catch (error) {
    if (isUpstreams(error)) return undefined;
    throw error;
  }
}

/** Whether it is the upstream, its manifest, or the way to it that is at fault. */
export function isUpstreams(error: unknown): boolean {
  return upstreamRefusal(error) !== error || error instanceof RegistryError;
}

/**
 * Whether nothing of the image may be given away before it is stored and judged: it comes under a gate,
 * or somebody has put that very image into quarantine.
 */
export async function isJudgedFirst(
  { ports, registry, name }: CachedRepository,
  repository: Repository | undefined,
  digest: Digest,
): Promise<boolean> {
  const { gates } = ports.metadata;
  if (gatesOf(await gates.list(registry), name).length > 0) return true;
  return repository !== undefined && (await gates.quarantine(repository, digest)) !== undefined;
}
