import type { AuditCounts } from "../../api/audit-records.ts";
import type { BarSpan } from "../../components/brush.ts";

/** A span of time, in seconds since the epoch; both are in it. */
export interface TimeSpan {
  readonly since: number;
  readonly until: number;
}

type Counts = Pick<AuditCounts, "since" | "until" | "periodSeconds" | "periods">;

/** Records of one period, errors among them. */
export interface AuditBar {
  /** When the period begins, in seconds since the epoch. */
  readonly at: number;
  readonly records: number;
  readonly errors: number;
}

/** One for each period of what was counted, the oldest first, also where there is no record. */
export function barsOf({ since, until, periodSeconds, periods }: Counts): readonly AuditBar[] {
  const counts = new Map(periods.map((period) => [period.timestamp, period]));
  const first = Math.floor(since / periodSeconds);
  const last = Math.floor(until / periodSeconds);
  return Array.from({ length: last - first + 1 }, (_, place) => {
    const at = (first + place) * periodSeconds;
    const { recordCount = 0, errorCount = 0 } = counts.get(at) ?? {};
    return { at, records: recordCount, errors: errorCount };
  });
}

/** When bars begin and end; never beyond what was counted, but for the period that it ends in. */
export function timesOf(
  { since, periodSeconds }: Counts,
  bars: readonly AuditBar[],
  { first, last }: BarSpan,
): TimeSpan {
  const [from, to] = [bars[first]?.at ?? since, bars[last]?.at ?? since];
  return { since: Math.max(from, since), until: to + periodSeconds - 1 };
}

const day = 86_400;

/** A time as far as it matters where so many seconds are one bar: in UTC, as records tell it. */
export function periodText(seconds: number, periodSeconds: number): string {
  const text = timeText(seconds);
  const [date = "", time = ""] = text.slice(0, -1).split("T");
  if (periodSeconds >= day) return date;
  return `${date} ${periodSeconds < 60 ? time : time.slice(0, 5)}`;
}

/** `2026-11-30T12:00:00Z` */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000", "");
}
