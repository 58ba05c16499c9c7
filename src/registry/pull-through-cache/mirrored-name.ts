import type { MetadataReads } from "../../ports/metadata-store.ts";
import { isRepositoryName, type Registry, type RepositoryName } from "../names.ts";
import { cacheLimits } from "./cache-limits.ts";
import { type CacheRule, nameHere, rootPrefix, ruleKey, upstreamPrefixOf } from "./cache-rule.ts";
import { upstreamPlace } from "./upstream-place.ts";

/** Names that clients have for Docker Hub. */
const hubNames: ReadonlySet<string> = new Set(["docker.io", "index.docker.io"]);

/**
 * What is here a cache of a repository of another registry: for clients that are told to ask a mirror,
 * and go on calling everything by its own name. Of several rules that with the longest upstream prefix
 * counts. `undefined` where no rule is for it.
 * @param host of the other registry
 */
export async function mirroredName(
  { cacheRules }: Pick<MetadataReads, "cacheRules">,
  registry: Registry,
  host: string,
  name: string,
): Promise<RepositoryName | undefined> {
  const wanted = hubNames.has(host) ? "registry-1.docker.io" : host.toLowerCase();
  const rules = await cacheRules.list(registry, { limit: cacheLimits.rules });
  const fitting = rules
    .filter(({ settings }) => upstreamPlace(settings.upstreamUrl)?.host === wanted)
    .filter(({ settings }) => {
      const prefix = upstreamPrefixOf(settings);
      return prefix === rootPrefix || name.startsWith(`${ruleKey(prefix)}/`);
    })
    .toSorted((one, other) => weight(other) - weight(one));
  const found = fitting.map((rule) => nameHere(rule, name)).find(isRepositoryName);
  return found;
}

function weight({ settings }: CacheRule): number {
  const prefix = upstreamPrefixOf(settings);
  return prefix === rootPrefix ? 0 : prefix.length;
}
