/** `entrepot cache usage`: what rules of the pull-through cache spare their upstreams. */
import type { listPullThroughCacheUsage } from "../../../operations/entrepot/list-pull-through-cache-usage.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

type CacheUsageAnswer = Awaited<ReturnType<(typeof listPullThroughCacheUsage)["handle"]>>;

/** @throws CommandError for what is no number of hours, and Refusal */
export function cacheUsage(server: Server, hours: string | undefined): Promise<CacheUsageAnswer> {
  if (hours !== undefined && !/^\d{1,4}$/.test(hours)) {
    throw new CommandError(`"${hours}" is no number of hours`, 2);
  }
  const input = hours === undefined ? {} : { hours: Number(hours) };
  return server.call("entrepot:ListPullThroughCacheUsage", input);
}

export function usageText({ rules }: CacheUsageAnswer): string {
  if (rules.length === 0) return "There are no rules.";
  return rules.map(ruleText).join("\n");
}

function ruleText(rule: CacheUsageAnswer["rules"][number]): string {
  const { hitRate, hits, misses, savedBytes, lastFailure } = rule;
  const rate = hitRate === undefined ? "no pulls" : `${Math.round(hitRate * 100)} %`;
  return [
    `Rule ${rule.ecrRepositoryPrefix} (${rule.upstreamRegistryUrl})`,
    `  hit rate         ${rate}, ${hits} from here, ${misses} from the upstream`,
    `  bytes saved      ${savedBytes}`,
    ...(lastFailure === undefined
      ? []
      : [
          `  last error       ${new Date(lastFailure.failedAt * 1000).toISOString()} ${lastFailure.reason}`,
        ]),
  ].join("\n");
}
