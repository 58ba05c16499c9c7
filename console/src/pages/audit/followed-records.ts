import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type AuditFilter, auditPage } from "../../api/audit.ts";
import { type AuditPage, type AuditRecord, whoOf, withLater } from "../../api/audit-records.ts";
import { currentRegion } from "../../api/call.ts";
import { sessionState } from "../../api/session.ts";
import { usePaged } from "../../components/paged.tsx";

const pageSize = 50;
/** Between two looks at what is new; longer the longer nothing is, as each look is a record of its own. */
const [liveMs, quietMs] = [3_000, 15_000];
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
  const all = known.length === 0 ? read : withLater(read, known);
  const records = isLive ? all.filter((record) => !isOwnLook(record, filter)) : all;
  const quietSince = useRef(0);
  const newest = records[0]?.eventID;
  useEffect(() => {
    quietSince.current = Date.now();
  }, [isLive, newest]);
  const { data: news, dataUpdatedAt } = useQuery({
    queryKey: ["audit-news", currentRegion(), filter],
    enabled: isLive && query.isSuccess,
    refetchInterval: () => nextLook(quietSince.current),
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

function nextLook(quietSince: number): number {
  return Math.min(quietMs, Math.max(liveMs, (Date.now() - quietSince) / 4));
}

const looks = ["CountAudit", "SearchAudit"];

/**
 * A record of this page's own look at the trail, which would push everything else off it; unless such
 * records are asked for.
 */
function isOwnLook(record: AuditRecord, filter: AuditFilter): boolean {
  const session = sessionState();
  const who = session.kind === "in" ? session.who.arn : undefined;
  if (filter.what !== undefined) return false;
  return looks.includes(record.eventName) && whoOf(record) === who;
}

function secondsOf(record: AuditRecord | undefined): number {
  return record === undefined ? 0 : Date.parse(record.eventTime) / 1000;
}
