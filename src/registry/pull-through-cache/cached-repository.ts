import { isPublicRegistry, type Registry, type RepositoryName } from "../names.ts";
import type { CacheParts } from "./cache-parts.ts";
import { type CacheRule, ruleKeysFor, upstreamNameOf } from "./cache-rule.ts";
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

/** @throws what `openUpstream` throws */
export function upstreamOf(cached: CachedRepository): Promise<Upstream> {
  return openUpstream(cached, cached.rule);
}

/** Names something of the repository in this process's memory. */
export function keyIn({ registry, name }: CachedRepository, what: string): string {
  return `${registry.account}/${registry.region}/${name} ${what}`;
}
