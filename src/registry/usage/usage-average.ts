import {
  noLevels,
  type UsageLevels,
  type UsagePoint,
  type UsageRange,
  usageLevels,
} from "./usage.ts";

/**
 * What was there on average of the time: each point counts for as long as it held. Before the first
 * point there was nothing. Byte-hours are the average times the hours of the range.
 * @param points in order of time; of those from before the range, at least the last
 */
export function averageOver(points: readonly UsagePoint[], { from, to }: UsageRange): UsageLevels {
  const average: Record<keyof UsageLevels, number> = { ...noLevels };
  if (to <= from) return average;
  for (const [index, point] of points.entries()) {
    const begin = Math.max(point.at, from);
    const end = Math.min(points[index + 1]?.at ?? to, to);
    if (end <= begin) continue;
    const part = (end - begin) / (to - from);
    for (const level of usageLevels) average[level] += point.levels[level] * part;
  }
  return average;
}
