/** Records of the audit trail, and how many there are of what. */
import {
  type AuditCounts,
  type AuditFacet,
  type AuditPage,
  type AuditRecord,
  addCounts,
} from "./audit-records.ts";
import { ask } from "./own.ts";

export type AuditFilter = { readonly [facet in AuditFacet]?: string } & {
  readonly errorsOnly?: boolean;
  readonly readOnly?: boolean;
  /** Seconds since the epoch, both included, as is the next. */
  readonly since?: number;
  readonly until?: number;
};

/** Looks that one page may take where what is asked for is rare. */
const mostLooks = 20;

/**
 * Records that fit, the newest first: as many as are wanted, where there are so many and they are found in
 * time. Ends early with a `nextToken` otherwise.
 * @throws ApiError
 */
export async function auditPage(
  filter: AuditFilter,
  { maxResults, nextToken }: { readonly maxResults: number; readonly nextToken?: string },
  signal: AbortSignal,
): Promise<AuditPage> {
  const records: AuditRecord[] = [];
  let token = nextToken;
  for (let looks = 1; ; looks += 1) {
    const size = maxResults - records.length;
    const input = { ...filter, maxResults: size, ...(token !== undefined && { nextToken: token }) };
    const found = await ask("SearchAudit", input, signal);
    records.push(...found.records);
    token = found.nextToken;
    const isOver = token === undefined || records.length >= maxResults || looks === mostLooks;
    if (isOver) return { ...found, records };
  }
}

/** @throws ApiError */
export async function auditCounts(
  filter: AuditFilter,
  before: AuditCounts | undefined,
  signal: AbortSignal,
): Promise<AuditCounts> {
  if (before === undefined) return ask("CountAudit", filter, signal);
  const { since, until, periodSeconds, nextToken } = before;
  const part = await ask(
    "CountAudit",
    { ...filter, since, until, periodSeconds, ...(nextToken !== undefined && { nextToken }) },
    signal,
  );
  return addCounts(before, part);
}
