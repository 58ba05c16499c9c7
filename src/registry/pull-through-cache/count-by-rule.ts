import type { MetadataChange } from "../../ports/metadata-store.ts";
import { isPublicRegistry, type Registry } from "../names.ts";
import type { CountedRepository } from "../usage/request-subject.ts";
import { periodStart } from "../usage/usage.ts";
import { cacheLimits } from "./cache-limits.ts";
import { type CacheRule, ruleKeysFor } from "./cache-rule.ts";
import { type CacheUsageAddition, noCacheCounts } from "./cache-usage.ts";
import { isInForce } from "./rule-in-force.ts";

/** What was given of one repository. */
export interface GivenAway {
  readonly repository: CountedRepository;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly pulls: number;
  readonly sentBytes: number;
}

/**
 * Counts what was given of repositories for the rules of the pull-through cache that they are under. So a
 * pull of what is here already costs no look at rules: whoever writes what was used looks once for all.
 */
export async function countByRule(
  { cacheRules }: Pick<MetadataChange, "cacheRules">,
  given: readonly GivenAway[],
): Promise<void> {
  const registries = new Map<string, { registry: Registry; given: GivenAway[] }>();
  for (const each of given) {
    const { registry } = each.repository;
    if (isPublicRegistry(registry) || (each.pulls === 0 && each.sentBytes === 0)) continue;
    const place = `${registry.account} ${registry.region}`;
    const known = registries.get(place);
    if (known === undefined) registries.set(place, { registry, given: [each] });
    else known.given.push(each);
  }
  const inOrder = [...registries].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [, { registry, given: ofRegistry }] of inOrder) {
    const rules = await cacheRules.list(registry, { limit: cacheLimits.rules });
    if (rules.length > 0) await cacheRules.addUsage(additionsOf(rules, ofRegistry));
  }
}

function additionsOf(rules: readonly CacheRule[], given: readonly GivenAway[]) {
  const byKey = new Map(rules.map((rule) => [rule.key, rule]));
  const additions = new Map<string, CacheUsageAddition>();
  for (const { repository, at: when, pulls, sentBytes } of given) {
    const rule = ruleKeysFor(repository.name)
      .flatMap((key) => byKey.get(key) ?? [])
      .find((each) => isInForce(each, repository.name, when));
    if (rule === undefined) continue;
    const { registry, key } = rule;
    const at = periodStart("hour", when);
    const place = `${key} ${at}`;
    const known = additions.get(place) ?? { registry, key, at, ...noCacheCounts };
    additions.set(place, {
      ...known,
      pulls: known.pulls + pulls,
      sentBytes: known.sentBytes + sentBytes,
    });
  }
  return [...additions]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, addition]) => addition);
}
