import { RegistryError } from "../errors.ts";
import { gatesOf } from "../gates/gate-matching.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isTagImmutable } from "../repositories/tag-mutability.ts";
import { cacheLimits } from "./cache-limits.ts";
import { freshMsOf, pinOf, requireAdmitted } from "./cache-terms.ts";
import { type CachedRepository, keyIn, upstreamOf } from "./cached-repository.ts";
import { requireAge } from "./image-age.ts";
import { fetchManifest, isUntakable } from "./import-image.ts";
import { isAdmitted } from "./rule-in-force.ts";
import type { FetchedManifest } from "./upstream.ts";
import { upstreamRefusal } from "./upstream-refusal.ts";

/**
 * The manifest of an image that is not here; what is being imported already is not asked for again.
 * @throws TermsRefusal where the rule does not let it be fetched
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
    const fetched = await fetchManifest(cached, pinOf(cached, reference) ?? reference);
    await requireAge(cached, fetched);
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
    const pin = pinOf(cached, tag);
    const named = pin ?? (await (await upstreamOf(cached)).digestOf(cached.upstreamName, tag));
    if (named !== held) {
      const fetched = await fetchManifest(cached, pin ?? tag);
      if (fetched.digest !== held) {
        await requireAge(cached, fetched);
        return fetched;
      }
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
 * or somebody has put that very image into quarantine. So it is as well where images have to be of some
 * age, so that nobody is given a layer of what is too young.
 */
export async function isJudgedFirst(
  { ports, registry, name, rule }: CachedRepository,
  repository: Repository | undefined,
  digest: Digest,
): Promise<boolean> {
  if (rule.settings.terms?.minimumAgeMs !== undefined) return true;
  const { gates } = ports.metadata;
  if (gatesOf(await gates.list(registry), name).length > 0) return true;
  return repository !== undefined && (await gates.quarantine(repository, digest)) !== undefined;
}
