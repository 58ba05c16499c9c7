import type {
  DescribePullThroughCacheRulesRequest,
  DescribePullThroughCacheRulesResponse,
  PullThroughCacheRule,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { Registry } from "../../registry/names.ts";
import { cacheLimits } from "../../registry/pull-through-cache/cache-limits.ts";
import type { CacheRule } from "../../registry/pull-through-cache/cache-rule.ts";
import { findCacheRules } from "../../registry/pull-through-cache/change-rules.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { namedRule, rulePrefix } from "./cache-rule-shapes.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, maxResults, nextToken, registryId, request } from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

const input = request({
  registryId,
  ecrRepositoryPrefixes: z.array(rulePrefix).min(1).max(cacheLimits.prefixesPerRequest).optional(),
  nextToken,
  maxResults,
} satisfies Members<DescribePullThroughCacheRulesRequest>);

/** The rules of these prefixes, in their order, or all of the registry by prefix. */
export const describePullThroughCacheRules = operation("ecr:DescribePullThroughCacheRules", {
  input,
  resource: ownRegistryResource,
  access: "List",
  errors: ["Validation", "InvalidParameter", "PullThroughCacheRuleNotFound"],
  async handle(asked, { ports, caller }): Promise<Wire<DescribePullThroughCacheRulesResponse>> {
    const { rules, next } = await find(ports, registryOf(caller, asked.registryId), asked);
    const pullThroughCacheRules = rules.map(ruleAnswer);
    return next === undefined
      ? { pullThroughCacheRules }
      : { pullThroughCacheRules, nextToken: next };
  },
});

interface Found {
  readonly rules: readonly CacheRule[];
  readonly next?: string | undefined;
}

async function find(
  ports: Ports,
  registry: Registry,
  { ecrRepositoryPrefixes: prefixes, ...paging }: z.output<typeof input>,
): Promise<Found> {
  if (prefixes !== undefined) {
    if (paging.nextToken !== undefined || paging.maxResults !== undefined) {
      const sentence = "maxResults can't be set when ecrRepositoryPrefixes is set";
      throw invalidParameter("maxResults", sentence);
    }
    return { rules: await findCacheRules(ports, registry, prefixes) };
  }
  const listing = { operation: "DescribePullThroughCacheRules", registry };
  const { items, more, last } = await readPage<CacheRule, string>({
    after: openPosition(ports, listing, paging.nextToken),
    size: paging.maxResults ?? limits.pageDefault,
    fetch: (page) => ports.metadata.cacheRules.list(registry, page),
    key: ({ key }) => key,
  });
  const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
  return { rules: items, next };
}

function ruleAnswer(rule: CacheRule): Wire<PullThroughCacheRule> {
  return {
    ...namedRule(rule),
    upstreamRegistryUrl: rule.settings.upstreamUrl,
    upstreamRegistry: rule.settings.upstream,
    createdAt: epochSeconds(rule.createdAt),
    updatedAt: epochSeconds(rule.updatedAt),
  };
}
