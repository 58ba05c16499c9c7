import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { type Digest, isRepositoryName, type Registry } from "../names.ts";
import { cacheLimits } from "./cache-limits.ts";
import { type CachePin, type CacheRule, type CacheTerms, nameHere, ruleKey } from "./cache-rule.ts";
import type { CachedRepository } from "./cached-repository.ts";
import { ruleNotFound } from "./change-rules.ts";
import { isAdmitted } from "./rule-in-force.ts";

/**
 * Has a rule fetch on these terms; what is here already stays, and is served. A tag that names another
 * image than it is pinned to does so until it is pulled the next time.
 * @throws PullThroughCacheRuleNotFound
 * @throws InvalidParameter for an end that is not ahead, or too far
 */
export async function putCacheTerms(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  prefix: string,
  terms: CacheTerms,
): Promise<CacheRule> {
  const { endsAt } = terms;
  const now = clock.now();
  if (endsAt !== undefined && (endsAt <= now || endsAt > now + cacheLimits.endMaximumMs)) {
    const days = cacheLimits.endMaximumMs / 86_400_000;
    throw invalidParameter("endsAt", `must be a time within the next ${days} days`);
  }
  const put = await metadata.transaction(async ({ cacheRules }) => {
    const before = await cacheRules.lock(registry, ruleKey(prefix));
    if (before === undefined) throw ruleNotFound(registry, prefix);
    const rule = { ...before, settings: { ...before.settings, terms }, updatedAt: clock.now() };
    await cacheRules.replace(rule);
    return rule;
  });
  for (const pin of terms.pins ?? []) await askAgain({ metadata, clock }, put, pin);
  return put;
}

/** Ends the time for which a tag of the cache is fresh, where it is not what it is pinned to. */
async function askAgain(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  rule: CacheRule,
  { repositoryName, tag, digest }: CachePin,
): Promise<void> {
  const name = nameHere(rule, repositoryName);
  if (!isRepositoryName(name)) return;
  const found = await metadata.images.resolve(rule.registry, name, { tag });
  if (found?.image === undefined || found.freshUntil === undefined) return;
  if (found.image.digest === digest) return;
  const { repository, image } = found;
  await metadata.transaction((change) =>
    change.tags.setFresh(repository, tag, image.digest, clock.now()),
  );
}

/** How long a tag is served without asking the upstream. Milliseconds. */
export function freshMsOf({ settings }: CacheRule): number {
  return settings.terms?.freshMs ?? cacheLimits.freshMs;
}

/** The image that the tag is to name by the rule's terms; `undefined` where the upstream says it. */
export function pinOf({ rule, upstreamName }: CachedRepository, tag: string): Digest | undefined {
  const { pins = [] } = rule.settings.terms ?? {};
  return pins.find((pin) => pin.repositoryName === upstreamName && pin.tag === tag)?.digest;
}

/** What a rule's terms keep from being fetched. */
export class TermsRefusal extends RegistryError {
  constructor(sentence: string) {
    super("AccessDenied", sentence);
  }
}

/** @throws TermsRefusal where the lists do not let it be fetched from */
export function requireAdmitted(cached: CachedRepository): void {
  if (isAdmitted(cached)) return;
  const { rule, upstreamName } = cached;
  const sentence = `The pull through cache rule '${rule.settings.prefix}' does not let '${upstreamName}' be fetched`;
  throw new TermsRefusal(sentence);
}
