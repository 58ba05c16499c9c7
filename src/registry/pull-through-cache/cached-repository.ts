import { isPublicRegistry, type Registry, type RepositoryName } from "../names.ts";
import type { CacheParts } from "./cache-parts.ts";
import { type CacheRule, ruleKeysFor, upstreamNameOf } from "./cache-rule.ts";
import { countedUpstream, notingFailures, type UpstreamCounting } from "./counted-upstream.ts";
import { openUpstream } from "./open-upstream.ts";
import { isInForce } from "./rule-in-force.ts";
import type { Upstream } from "./upstream.ts";

/** A repository, which may not be there yet, as a cache of one at an upstream. */
export interface CachedRepository extends CacheParts {
  readonly rule: CacheRule;
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly upstreamName: string;
}

/** The repository of that name where a rule in force is for it: of several, that with the longest prefix. */
export async function cachedRepository(
  parts: CacheParts,
  registry: Registry,
  name: RepositoryName,
): Promise<CachedRepository | undefined> {
  if (isPublicRegistry(registry)) return undefined;
  const keys = ruleKeysFor(name);
  const found = await parts.ports.metadata.cacheRules.at(registry, keys);
  const now = parts.ports.clock.now();
  const rule = keys
    .flatMap((key) => found.find((each) => each.key === key) ?? [])
    .find((each) => isInForce(each, name, now));
  if (rule === undefined) return undefined;
  return { ...parts, rule, registry, name, upstreamName: upstreamNameOf(rule, name) };
}

/** The upstream, counted for the rule. @throws what `openUpstream` throws */
export async function upstreamOf(cached: CachedRepository): Promise<Upstream> {
  const counting = countingOf(cached);
  const upstream = await notingFailures(counting, openUpstream(cached, cached.rule));
  return countedUpstream(upstream, counting);
}

/** Where it is counted what the upstream is asked for. */
export function countingOf({ ports, rule, name }: CachedRepository): UpstreamCounting {
  return { tally: ports.memory.upstreams.tally, rule, name, now: () => ports.clock.now() };
}

/** Names something of the repository in this process's memory. */
export function keyIn({ registry, name }: CachedRepository, what: string): string {
  return `${registry.account}/${registry.region}/${name} ${what}`;
}
