import type { Ports } from "../ports/ports.ts";
import { limits } from "../registry/limits.ts";
import { withUsage } from "../registry/quotas/put-quota.ts";
import { isOverSoft, type Quota, type QuotaStanding } from "../registry/quotas/quota.ts";
import type { JobHandler } from "./job-handler.ts";

const page = 500;

/**
 * Tells of quotas that are used beyond their soft limit, of each once until it is below again. That is
 * known to one process: another one that takes the watch over tells of it once more.
 */
export function watchQuotas(tell: (standing: QuotaStanding) => void): JobHandler {
  let told: ReadonlySet<string> = new Set();
  return {
    kind: "watch-quotas",
    everyMs: 60_000,
    leaseMs: 60_000,
    async run(ports, _payload, { signal }) {
      const over = await allOver(ports, signal);
      for (const each of over) if (!told.has(each.quota.id)) tell(each);
      told = new Set(over.map(({ quota }) => quota.id));
    },
  };
}

/** At most `limits.quotasTold`. */
async function allOver(ports: Ports, signal: AbortSignal): Promise<QuotaStanding[]> {
  const over: QuotaStanding[] = [];
  for (let after: Quota | undefined; ; ) {
    signal.throwIfAborted();
    const found = await ports.metadata.quotas.listAll({ after, limit: page });
    for (const standings of await standingsOf(ports, found)) {
      over.push(...standings.filter(isOverSoft));
    }
    after = found.at(-1);
    if (after === undefined || over.length >= limits.quotasTold) {
      return over.slice(0, limits.quotasTold);
    }
  }
}

/** They come registry by registry. */
async function standingsOf(ports: Ports, quotas: readonly Quota[]): Promise<QuotaStanding[][]> {
  const groups = new Map<string, Quota[]>();
  for (const quota of quotas) {
    if (quota.soft === undefined) continue;
    const { account, region } = quota.registry;
    const group = groups.get(`${account}/${region}`) ?? [];
    groups.set(`${account}/${region}`, [...group, quota]);
  }
  const standings: QuotaStanding[][] = [];
  for (const group of groups.values()) {
    standings.push(await withUsage(ports, group[0]!.registry, group));
  }
  return standings;
}
