/** What the audit trail answers: records, and how many there are of what. */
import type { OwnAnswer } from "../../../src/operations/entrepot/call-types.ts";

export const auditFacets = [
  ...(["who", "what", "resource", "sourceAddress", "userAgent", "errorCode"] as const),
] as const;
export type AuditFacet = (typeof auditFacets)[number];

type Found = OwnAnswer<"entrepot:SearchAudit">;
export type AuditRecord = Found["records"][number];
export type AuditPage = Pick<Found, "records" | "lookedBackTo" | "nextToken">;

type Part = OwnAnswer<"entrepot:CountAudit">;

export interface AuditCounts extends Omit<Part, "nextToken"> {
  /** Goes on counting, where there may be more records. */
  readonly nextToken?: string | undefined;
}

/** Who is told as the one that asked. */
export function whoOf({ userIdentity }: AuditRecord): string {
  const { arn, type, invokedBy } = userIdentity;
  const who = arn ?? invokedBy ?? type;
  return typeof who === "string" ? who : "–";
}

export function resourcesOf({ resources = [] }: AuditRecord): string {
  return resources.map(({ ARN }) => ARN).join(", ");
}

/**
 * Records of before, and those of a later look, each once and the newest first. What was written anew since is
 * told as it is now.
 */
export function withLater(
  known: readonly AuditRecord[],
  later: readonly AuditRecord[],
): readonly AuditRecord[] {
  const fresh = new Map(later.map((record) => [record.eventID, record]));
  const told = known.filter(({ eventID }) => !fresh.has(eventID));
  // Times are whole seconds, and of the same second the later look is the newer one.
  return [...later, ...told].sort((one, other) =>
    one.eventTime < other.eventTime ? 1 : one.eventTime > other.eventTime ? -1 : 0,
  );
}

/** Of records from before those that were counted. */
export function addCounts(newer: AuditCounts, older: Part): AuditCounts {
  const periods = new Map(newer.periods.map((period) => [period.timestamp, period]));
  for (const { timestamp, recordCount, errorCount } of older.periods) {
    const same = periods.get(timestamp);
    periods.set(timestamp, {
      timestamp,
      recordCount: recordCount + (same?.recordCount ?? 0),
      errorCount: errorCount + (same?.errorCount ?? 0),
    });
  }
  const facets: Record<AuditFacet, Values> = { ...newer.facets };
  for (const facet of auditFacets) facets[facet] = addValues(facets[facet], older.facets[facet]);
  return {
    ...older,
    recordCount: newer.recordCount + older.recordCount,
    periods: [...periods.values()].sort((one, other) => other.timestamp - one.timestamp),
    facets,
  };
}

type Values = AuditCounts["facets"][AuditFacet];

function addValues(some: Values, others: Values): Values {
  const counts = new Map(some.map(({ value, recordCount }) => [value, recordCount]));
  for (const { value, recordCount } of others) {
    counts.set(value, recordCount + (counts.get(value) ?? 0));
  }
  return [...counts]
    .map(([value, recordCount]) => ({ value, recordCount }))
    .sort((one, other) => other.recordCount - one.recordCount);
}
