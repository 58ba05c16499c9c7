import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../errors.ts";
import {
  periodStart,
  type UsageBucket,
  type UsageLevels,
  type UsagePeriod,
  type UsageRange,
  type UsageScope,
  usagePeriodMs,
} from "./usage.ts";
import { averageOver } from "./usage-average.ts";
import { usageLimits } from "./usage-limits.ts";

/** What was there on average in one period, or in the part of it that is over. */
export interface UsageAverage {
  /** The period's begin. Milliseconds since the epoch. */
  readonly at: number;
  readonly levels: UsageLevels;
}

/** The history of one repository or registry. */
export interface UsageHistory {
  /** Periods in which something was counted. */
  readonly buckets: readonly UsageBucket[];
  /** Of every period that has begun and that something is known of. */
  readonly averages: readonly UsageAverage[];
}

/**
 * Whole periods: the first one is that in which `from` lies, the last that in which the moment before
 * `to` does.
 * @throws InvalidParameter for more periods than one answer holds, or for none
 */
export function wholePeriods(period: UsagePeriod, { from, to }: UsageRange): UsageRange {
  const lengthMs = usagePeriodMs[period];
  const range = { from: periodStart(period, from), to: periodStart(period, to - 1) + lengthMs };
  if (to <= from) throw invalidParameter("endTime", "It must be after startTime");
  if ((range.to - range.from) / lengthMs > usageLimits.pointsPerAnswer) {
    const sentence = `At most ${usageLimits.pointsPerAnswer} periods are answered at once`;
    throw invalidParameter("endTime", sentence);
  }
  return range;
}

/**
 * What was used in the periods of the range, as far as it is kept: see `usageLimits`. What this process
 * and others counted in the last `usageLimits.flushMs` may be missing.
 * @param range whole periods
 */
export async function usageHistory(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  scope: UsageScope,
  period: UsagePeriod,
  range: UsageRange,
): Promise<UsageHistory> {
  const { counts, levels } = metadata.usage;
  const buckets = await counts.buckets(scope, period, range, usageLimits.pointsPerAnswer);
  const points = await levels.points(scope, range, usageLimits.pointsRead);
  const averages: UsageAverage[] = [];
  let first = 0;
  const begin = Math.max(range.from, periodStart(period, points[0]?.at ?? range.to));
  const end = Math.min(range.to, clock.now());
  for (let at = begin; at < end; at += usagePeriodMs[period]) {
    const to = Math.min(at + usagePeriodMs[period], end);
    // The last point until then holds at the period's begin.
    while ((points[first + 1]?.at ?? range.to) <= at) first += 1;
    let last = first;
    while ((points[last + 1]?.at ?? range.to) < to) last += 1;
    const held = points.slice(first, last + 1);
    averages.push({ at, levels: averageOver(held, { from: at, to }) });
  }
  return { buckets, averages };
}
