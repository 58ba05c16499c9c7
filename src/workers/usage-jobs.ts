import type { MetadataChange } from "../ports/metadata-store.ts";
import { sampleUsage, thinUsage } from "../registry/usage/sample-usage.ts";
import { takeCensus } from "../registry/usage/take-census.ts";
import { periodStart, type UsagePeriod } from "../registry/usage/usage.ts";
import { usageLimits } from "../registry/usage/usage-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

/** Looks every hour at what there is. */
export const sampleUsageJob: JobHandler = {
  kind: "sample-usage",
  everyMs: usageLimits.sampleMs,
  leaseMs: 60_000,
  async run(ports, _payload, { signal }) {
    await sampleUsage(ports, signal);
    await takeCensus(ports, signal);
  },
};

const kept: readonly (readonly [UsagePeriod, number])[] = [
  ["minute", usageLimits.minutesKeptMs],
  ["hour", usageLimits.hoursKeptMs],
  ["day", usageLimits.daysKeptMs],
];

/** Removes what was kept for long enough. */
export const expireUsageJob: JobHandler = {
  kind: "expire-usage",
  everyMs: 3_600_000,
  leaseMs: 60_000,
  async run(ports, _payload, { signal }) {
    const { metadata, clock } = ports;
    const now = clock.now();
    const limit = usageLimits.removedAtOnce;
    const all = (remove: (change: MetadataChange) => Promise<number>) =>
      removeBatches(metadata, limit, signal, remove);
    for (const [period, keptMs] of kept) {
      const before = periodStart(period, now - keptMs);
      await all(({ usage }) => usage.counts.removeBefore(period, before, limit));
      await all(({ usage }) => usage.calls.removeBefore(period, before, limit));
    }
    const oldestHour = periodStart("hour", now - usageLimits.hoursKeptMs);
    await all(({ cacheRules }) => cacheRules.removeUsageBefore(oldestHour, limit));
    await thinUsage(ports, periodStart("day", now - usageLimits.hoursKeptMs), signal);
    const oldest = periodStart("day", now - usageLimits.daysKeptMs);
    await all(({ usage }) => usage.levels.removeBefore(oldest, limit));
    await all(({ usage }) => usage.census.removeBefore(oldest, limit));
    await all(({ usage }) => usage.repositories.removeGone(oldest, limit));
  },
};
