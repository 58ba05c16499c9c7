import type { AuditPosition } from "../../ports/audit-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import type { AuditEntry } from "./audit-entry.ts";
import {
  type AuditFacet,
  type AuditFilter,
  auditFacets,
  facetValues,
  missedFacets,
  ofEachFacet,
} from "./audit-filter.ts";
import { auditLimits } from "./audit-limits.ts";
import { searchAudit } from "./search-audit.ts";

const second = 1;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** What people divide time by, in seconds; longer ones are whole numbers of the last. */
const usualPeriods = [
  ...[1, 5, 10, 30].map((some) => some * second),
  ...[1, 5, 10, 30].map((some) => some * minute),
  ...[1, 3, 6, 12].map((some) => some * hour),
  ...[1, 2, 5, 10, 30, 100].map((some) => some * day),
];

/** In seconds since the epoch; both are included, as whole seconds. */
export interface AuditSpan {
  readonly since: number;
  readonly until: number;
}

/** Into how many periods a span falls, the first and the last of which it may not fill. */
export function periodsIn({ since, until }: AuditSpan, periodSeconds: number): number {
  return Math.floor(until / periodSeconds) - Math.floor(since / periodSeconds) + 1;
}

/** The shortest that divides the span into no more than people can tell apart. */
export function usualPeriod(span: AuditSpan): number {
  const isLongEnough = (period: number) => periodsIn(span, period) <= auditLimits.periodsUsual;
  const usual = usualPeriods.find(isLongEnough);
  if (usual !== undefined) return usual;
  const longest = usualPeriods.at(-1)!;
  return longest * Math.ceil((span.until - span.since) / longest / (auditLimits.periodsUsual - 1));
}

/** Where the trail begins, in seconds since the epoch; `undefined` where it is empty. */
export async function trailBeginning(
  { metadata, memory }: Pick<Ports, "metadata" | "memory">,
  registry: Registry,
): Promise<number | undefined> {
  await memory.audit.flush(metadata).catch(() => undefined);
  const oldest = await metadata.audit.oldest(registry);
  // The time of a row is that of its newest record.
  return oldest && Math.floor(Math.max(0, oldest.at - auditLimits.segmentSpanMs) / 1000);
}

export interface AuditCountSearch extends AuditSpan {
  readonly registry: Registry;
  readonly filter: AuditFilter;
  readonly periodSeconds: number;
  /** Where to go on: records before this one. */
  readonly before: AuditPosition | undefined;
}

export interface AuditCounts {
  readonly records: number;
  /** By when it begins, in seconds since the epoch: periods are counted from there. None without records. */
  readonly periods: ReadonlyMap<number, { readonly records: number; readonly errors: number }>;
  /** Of each facet what records have that are all else that is asked for, the most frequent first. */
  readonly facets: Readonly<Record<AuditFacet, readonly (readonly [string, number])[]>>;
  /** The last that was looked at, where there may be more. */
  readonly last: AuditPosition | undefined;
}

/**
 * How many records of a trail are what is asked for, by time and by facet. Looks at so many of them at
 * most, from the newest on: the counts of parts add up.
 */
export async function countAudit(
  ports: Pick<Ports, "metadata" | "memory">,
  { registry, filter, since, until, periodSeconds, before }: AuditCountSearch,
): Promise<AuditCounts> {
  const periods = new Map<number, { records: number; errors: number }>();
  const facets = ofEachFacet(() => new Map<string, number>());
  let records = 0;
  const countFacet = (entry: AuditEntry, facet: AuditFacet) => {
    const counts = facets[facet];
    for (const value of facetValues(entry, facet)) counts.set(value, (counts.get(value) ?? 0) + 1);
  };
  const count = (entry: AuditEntry) => {
    const missed = missedFacets(entry, filter);
    if (missed === undefined || missed.length > 1) return;
    // Who chooses another value of a facet finds what is otherwise only in that one.
    for (const facet of missed.length === 1 ? missed : auditFacets) countFacet(entry, facet);
    if (missed.length === 1) return;
    records += 1;
    const at = Math.floor(entry.at / 1000 / periodSeconds) * periodSeconds;
    const period = periods.get(at) ?? { records: 0, errors: 0 };
    period.records += 1;
    if (entry.action.errorCode !== undefined) period.errors += 1;
    periods.set(at, period);
  };
  const { last } = await searchAudit(ports, {
    ...{ registry, before, limit: 1, lookAt: auditLimits.recordsCounted },
    ...{ since: since * 1000, until: endOf(until) },
    matches(entry) {
      count(entry);
      return false;
    },
  });
  return {
    ...{ records, periods, last },
    facets: ofEachFacet((facet) => mostFrequent(facets[facet])),
  };
}

/** The last millisecond of a second: records tell their time in whole seconds. */
export function endOf(seconds: number): number {
  return seconds * 1000 + 999;
}

function mostFrequent(counts: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...counts]
    .sort(([one, many], [other, few]) => few - many || (one < other ? -1 : 1))
    .slice(0, auditLimits.facetValues);
}
