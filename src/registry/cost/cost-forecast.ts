import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { usagePeriodMs } from "../usage/usage.ts";
import { Bill } from "./bill.ts";
import { costLimits } from "./cost-limits.ts";
import { type CostMonth, lengthMs, monthAt } from "./cost-month.ts";
import {
  type CostKind,
  costKinds,
  type Quantities,
  quantities,
  type StoredPoint,
  wholeBytes,
} from "./cost-usage.ts";
import { type Fraction, plus, zero } from "./fraction.ts";
import { keyTime, registryPoints, registryUsage } from "./month-usage.ts";
import type { PriceTable } from "./price-table.ts";

export interface CostForecast {
  readonly month: CostMonth;
  /** Since when that is known by which it goes: of several registries, the longest. */
  readonly knownSince: number;
  /** Whether registries are in it that are known for too short a time to have a trend. */
  readonly hasYoung: boolean;
  readonly soFar: Fraction;
  readonly total: Fraction;
  readonly kinds: readonly {
    readonly kind: CostKind;
    readonly soFar: Fraction;
    readonly total: Fraction;
  }[];
  /** What is stored now, and what would be at the month's end. */
  readonly storedBytes: number;
  readonly storedBytesAtEnd: number;
  /** What rules will have given back by then that the trend has not in it. */
  readonly expiringBytes: number;
}

/** What the month will have cost at its end, if things go on as in the last days. See `forecastUsage`. */
export async function costForecast(
  ports: Pick<Ports, "metadata">,
  registries: readonly Registry[],
  table: PriceTable,
  now: number,
): Promise<CostForecast> {
  const month = monthAt(now);
  const soFar = new Map<CostKind, Fraction>();
  const total = new Map<CostKind, Fraction>();
  let [storedBytes, storedBytesAtEnd, knownSince, hasYoung, expiringBytes] = [0, 0, now, false, 0];
  for (const registry of registries) {
    const past = await registryUsage(ports, registry, { from: month.from, to: now });
    const recent = await recentUsage(ports, registry, { now, end: month.to });
    expiringBytes += recent.expiringBytes;
    const { used, atEnd } = forecastUsage(past, recent, { now, end: month.to });
    if (recent.points.length > 0) {
      knownSince = Math.min(knownSince, now - knownFor(recent, now));
      hasYoung ||= knownFor(recent, now) < costLimits.trendLeastMs;
    }
    const bills = [
      [soFar, new Bill(table, past, lengthMs(month))],
      [total, new Bill(table, used, lengthMs(month))],
    ] as const;
    for (const [sums, bill] of bills) {
      for (const kind of costKinds) sums.set(kind, plus(sums.get(kind) ?? zero, bill.kind(kind)));
    }
    const { standardBytes = 0, archivedBytes = 0 } = recent.points.at(-1) ?? {};
    storedBytes += standardBytes + archivedBytes;
    storedBytesAtEnd += atEnd;
  }
  const kinds = costKinds.map((kind) => ({
    kind,
    soFar: soFar.get(kind) ?? zero,
    total: total.get(kind) ?? zero,
  }));
  return {
    ...{ month, knownSince, hasYoung, expiringBytes, kinds, storedBytes, storedBytesAtEnd },
    soFar: kinds.reduce((sum, each) => plus(sum, each.soFar), zero),
    total: kinds.reduce((sum, each) => plus(sum, each.total), zero),
  };
}

/** What was used in the last whole days, and what is stored since then. */
export interface RecentUsage {
  readonly used: Quantities;
  readonly usedMs: number;
  /** KMS keys that are there now. */
  readonly keys: bigint;
  readonly points: readonly StoredPoint[];
  readonly from: number;
  /** What rules will give back beyond that trend. */
  readonly expiringBytes: number;
}

async function recentUsage(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  { now, end }: { readonly now: number; readonly end: number },
): Promise<RecentUsage> {
  const dayMs = usagePeriodMs.day;
  const today = Math.floor(now / dayMs) * dayMs;
  const from = today - costLimits.forecastDays * dayMs;
  const range = { from, to: now };
  return {
    used: await registryUsage(ports, registry, range),
    usedMs: now - from,
    keys: await keyTime(ports, registry, { from: now - 1, to: now }),
    points: await registryPoints(ports, registry, range),
    from,
    // What was not looked at for so long is not there any more.
    expiringBytes: await ports.metadata.costs.expiringBytes(
      registry,
      end,
      now - 2 * costLimits.assessmentLifeMs,
    ),
  };
}

function knownFor({ points, from }: Pick<RecentUsage, "points" | "from">, now: number): number {
  const first = points[0];
  return first === undefined ? 0 : now - Math.max(first.at, from);
}

/**
 * What a month will have seen at its end. Storage grows, or shrinks, by what it did in the recent days;
 * it is never less than nothing. What is counted goes on at the pace of those days; keys stay as they
 * are. A history that is shorter than that makes the pace that of what there is of it. What was filled
 * an hour ago has no trend: below `trendLeastMs`, what is stored stays as it is, and what was counted
 * in less than `paceLeastMs` is taken as the pace of that. What rules will take goes evenly.
 */
export function forecastUsage(
  past: Quantities,
  recent: RecentUsage,
  { now, end }: { readonly now: number; readonly end: number },
): { used: Quantities; atEnd: number } {
  const leftMs = Math.max(0, end - now);
  const first = recent.points[0];
  const knownMs = knownFor(recent, now);
  const last = recent.points.at(-1);
  const level = (kind: "standardBytes" | "archivedBytes", expiring = 0) => {
    const today = last?.[kind] ?? 0;
    const grown = today - (first?.[kind] ?? 0);
    const hasTrend = knownMs >= costLimits.trendLeastMs;
    const atEnd = hasTrend ? today + (grown * leftMs) / knownMs : today;
    return { today, atEnd: Math.max(0, atEnd - expiring) };
  };
  const standard = level("standardBytes", recent.expiringBytes);
  const archived = level("archivedBytes");
  const stored = ({ today, atEnd }: ReturnType<typeof level>) =>
    wholeBytes((today + atEnd) / 2) * BigInt(leftMs);
  // Of a registry that is younger than the recent days, counted from its first point on.
  const pace = (quantity: bigint) => {
    const overMs = knownMs === 0 ? recent.usedMs : Math.max(knownMs, costLimits.paceLeastMs);
    return overMs === 0 ? 0n : (quantity * BigInt(leftMs)) / BigInt(Math.round(overMs));
  };
  const used = quantities((kind) => {
    if (kind === "storage") return past.storage + stored(standard);
    if (kind === "archiveStorage") return past.archiveStorage + stored(archived);
    if (kind === "keys") return past.keys + recent.keys * BigInt(leftMs);
    return past[kind] + pace(recent.used[kind]);
  });
  return { used, atEnd: Math.round(standard.atEnd + archived.atEnd) };
}
