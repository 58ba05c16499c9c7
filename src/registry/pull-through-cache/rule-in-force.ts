import type { RepositoryName } from "../names.ts";
import { matchesWildcard } from "../wildcard.ts";
import { type CacheRule, upstreamNameOf } from "./cache-rule.ts";

/** Whether the rule's lists let the repository be fetched from: what is denied is, whatever else is said. */
export function isAdmitted({
  rule,
  upstreamName,
}: {
  readonly rule: CacheRule;
  readonly upstreamName: string;
}): boolean {
  const { allow = [], deny = [] } = rule.settings.terms ?? {};
  const isNamed = (pattern: string) => matchesWildcard(pattern, upstreamName);
  return !deny.some(isNamed) && (allow.length === 0 || allow.some(isNamed));
}

/**
 * Whether the rule is one for the repository. One that has an end serves what a registry that is being
 * taken over still has and this one has not: after its end, and for what its lists leave out, it is as
 * if there were none.
 */
export function isInForce(rule: CacheRule, name: RepositoryName, now: number): boolean {
  const endsAt = rule.settings.terms?.endsAt;
  if (endsAt === undefined) return true;
  return now < endsAt && isAdmitted({ rule, upstreamName: upstreamNameOf(rule, name) });
}
