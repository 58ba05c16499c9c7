import type { TrailGap } from "./trail.ts";
import { trailLimits } from "./trail-limits.ts";

/** With one more, whose records are those of the last one too where both were given up. */
export function withGap(gaps: readonly TrailGap[], gap: TrailGap): readonly TrailGap[] {
  const last = gaps.at(-1);
  if (last?.reason !== "NotDelivered" || gap.reason !== "NotDelivered") {
    return [...gaps, gap].slice(-trailLimits.gaps);
  }
  const both = {
    ...gap,
    from: Math.min(last.from, gap.from),
    until: Math.max(last.until, gap.until),
    records: (last.records ?? 0) + (gap.records ?? 0),
  };
  return [...gaps.slice(0, -1), both];
}
