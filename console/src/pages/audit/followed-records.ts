import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type AuditFilter, auditPage } from "../../api/audit.ts";
import { type AuditPage, type AuditRecord, withLater } from "../../api/audit-records.ts";
import { currentRegion } from "../../api/call.ts";
import { usePaged } from "../../components/paged.tsx";

const pageSize = 50;
const liveMs = 3_000;
/** What other replicas remember is written some seconds later. */
const overlapSeconds = 30;
/** How far the clocks of browser and server may be apart. */
const skewSeconds = 600;
/** Records that one look at what is new gives. */
const mostAtOnce = 500;
/** Records that came since the list was read: of more, it is read anew. */
const mostFresh = 1_000;
const none: readonly AuditRecord[] = [];

/**
 * Records that fit, the newest first. Live, what is new comes on top of what is shown, which stays where it is
 * and is not read again.
 */
export function useAuditRecords(filter: AuditFilter, isLive: boolean) {
  const queries = useQueryClient();
  const asked = JSON.stringify([currentRegion(), filter]);
  const queryKey = ["audit", currentRegion(), filter];
  const { query, pages } = usePaged(queryKey, (token, signal) =>
    auditPage(filter, { maxResults: pageSize, ...token }, signal),
  );
  const [fresh, setFresh] = useState({ asked, records: none });
  const known = fresh.asked === asked ? fresh.records : none;
  const read = pages.flatMap(({ records }) => records);
  const records = known.length === 0 ? read : withLater(read, known);
  const { data: news, dataUpdatedAt } = useQuery({
    queryKey: ["audit-news", currentRegion(), filter],
    enabled: isLive && query.isSuccess,
    refetchInterval: liveMs,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<AuditPage> => {
      const lookedAt = Math.floor(Math.max(query.dataUpdatedAt, dataUpdatedAt) / 1000);
      const from = Math.max(secondsOf(records[0]), lookedAt - skewSeconds) - overlapSeconds;
      const since = Math.max(from, filter.since ?? 0);
      return auditPage({ ...filter, since }, { maxResults: mostAtOnce }, signal);
    },
  });
  useEffect(() => {
    if (news === undefined || !isLive) return;
    const later = withLater(known, news.records);
    const isMuch = news.nextToken !== undefined || later.length > mostFresh;
    setFresh({ asked, records: isMuch ? none : later });
    if (isMuch) void queries.resetQueries({ queryKey, exact: true });
  }, [news]);
  return { query, records, lookedBackTo: pages.at(-1)?.lookedBackTo };
}

function secondsOf(record: AuditRecord | undefined): number {
  return record === undefined ? 0 : Date.parse(record.eventTime) / 1000;
}
