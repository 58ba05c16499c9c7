import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { cacheLimits } from "../../registry/pull-through-cache/cache-limits.ts";
import type { CacheRule } from "../../registry/pull-through-cache/cache-rule.ts";
import {
  type CacheCounts,
  type CacheHealth,
  noCacheCounts,
} from "../../registry/pull-through-cache/cache-usage.ts";
import { periodStart, usagePeriodMs } from "../../registry/usage/usage.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

const dayHours = 24;

/**
 * What each rule of the pull-through cache spares its upstream, counted by all replicas, and what the
 * upstream failed at last. What was asked in the last seconds may not be in it yet. A pull that had to
 * ask the upstream is a miss, all others are hits, of what was pushed there as well. Bytes saved are
 * those of answers less those that came; where more came than was asked for, none.
 */
export const listPullThroughCacheUsage = operation("entrepot:ListPullThroughCacheUsage", {
  input: request({
    /** Of UTC, the present one among them. */
    hours: z.int().min(1).max(cacheLimits.usageHours).default(dayHours),
  }),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle({ hours }, { ports, caller }) {
    const registry = registryOf(caller);
    const now = ports.clock.now();
    const from = periodStart("hour", now) - (hours - 1) * usagePeriodMs.hour;
    const { cacheRules } = ports.metadata;
    const rules = await cacheRules.list(registry, { limit: cacheLimits.rules });
    const keys = rules.map(({ key }) => key);
    const [counts, health] = await Promise.all([
      cacheRules.usage(registry, keys, from),
      cacheRules.health(registry, keys),
    ]);
    return {
      startTime: epochSeconds(from),
      endTime: epochSeconds(now),
      rules: rules.map((rule) =>
        answer(rule, counts.get(rule.key) ?? noCacheCounts, health.get(rule.key) ?? {}),
      ),
    };
  },
});

function answer({ settings }: CacheRule, counts: CacheCounts, health: CacheHealth) {
  const { pulls, sentBytes, fetchedBytes } = counts;
  // What was asked of the upstream and what was given are not written at the same moment.
  const misses = Math.min(counts.misses, pulls);
  const { fetchedAt, failure } = health;
  return {
    ecrRepositoryPrefix: settings.prefix,
    upstreamRegistryUrl: settings.upstreamUrl,
    ...{ pulls, hits: pulls - misses, misses },
    hitRate: pulls === 0 ? undefined : (pulls - misses) / pulls,
    ...{ sentBytes, fetchedBytes, savedBytes: Math.max(0, sentBytes - fetchedBytes) },
    lastFetchedAt: fetchedAt === undefined ? undefined : epochSeconds(fetchedAt),
    lastFailure:
      failure === undefined
        ? undefined
        : {
            failedAt: epochSeconds(failure.at),
            reason: failure.reason,
            repositoryName: failure.repositoryName,
          },
  };
}
