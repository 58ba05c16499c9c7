import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { matchesWildcard } from "../wildcard.ts";
import { cacheLimits } from "./cache-limits.ts";
import { type CacheRule, type CacheTerms, ruleKey } from "./cache-rule.ts";
import type { CachedRepository } from "./cached-repository.ts";
import { ruleNotFound } from "./change-rules.ts";

/**
 * Has a rule fetch on these terms; what is here already stays, and is served.
 * @throws PullThroughCacheRuleNotFound
 */
export function putCacheTerms(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  prefix: string,
  terms: CacheTerms,
): Promise<CacheRule> {
  return metadata.transaction(async ({ cacheRules }) => {
    const before = await cacheRules.lock(registry, ruleKey(prefix));
    if (before === undefined) throw ruleNotFound(registry, prefix);
    const rule = { ...before, settings: { ...before.settings, terms }, updatedAt: clock.now() };
    await cacheRules.replace(rule);
    return rule;
  });
}

/** How long a tag is served without asking the upstream. Milliseconds. */
export function freshMsOf({ settings }: CacheRule): number {
  return settings.terms?.freshMs ?? cacheLimits.freshMs;
}

/** Whether the rule's lists let the repository be fetched from: what is denied is, whatever else is said. */
export function isAdmitted({ rule, upstreamName }: CachedRepository): boolean {
  const { allow = [], deny = [] } = rule.settings.terms ?? {};
  const isNamed = (pattern: string) => matchesWildcard(pattern, upstreamName);
  return !deny.some(isNamed) && (allow.length === 0 || allow.some(isNamed));
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
