import type { Ports } from "../ports/ports.ts";
import { limits } from "../registry/limits.ts";
import { withUsage } from "../registry/quotas/put-quota.ts";
import { isOverSoft, type Quota, type QuotaStanding } from "../registry/quotas/quota.ts";
import { tellQuota } from "../registry/quotas/tell-quota.ts";
import type { JobHandler } from "./job-handler.ts";

const page = 500;

/**
 * Tells of quotas that are used beyond their soft limit, of each once until it is below again, whichever
 * process looks.
 * @param tell told of those that were not before
 */
export function watchQuotas(tell: (standing: QuotaStanding) => void): JobHandler {
  // What this process knows that others know: most looks find nothing new, and then ask no more.
  let settled: ReadonlyMap<string, boolean> = new Map();
  return {
    kind: "watch-quotas",
    everyMs: 60_000,
    leaseMs: 60_000,
    async run(ports, _payload, { signal }) {
      const now = new Map<string, boolean>();
      for await (const standing of standings(ports, signal)) {
        const { id } = standing.quota;
        const isOver = isOverSoft(standing);
        if (settled.get(id) !== isOver && (await tellQuota(ports, standing))) tell(standing);
        if (now.size < limits.quotasTold) now.set(id, isOver);
      }
      settled = now;
    },
  };
}

/** Of all quotas that have a soft limit. */
async function* standings(ports: Ports, signal: AbortSignal): AsyncGenerator<QuotaStanding> {
  for (let after: Quota | undefined; ; ) {
    signal.throwIfAborted();
    const found = await ports.metadata.quotas.listAll({ after, limit: page });
    for (const some of await standingsOf(ports, found)) yield* some;
    after = found.at(-1);
    if (after === undefined) return;
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
