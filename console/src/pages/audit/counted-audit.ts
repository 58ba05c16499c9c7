import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type AuditFilter, auditCounts } from "../../api/audit.ts";
import type { AuditCounts } from "../../api/audit-records.ts";
import { currentRegion } from "../../api/call.ts";

const liveMs = 15_000;
/** Parts that are counted without being asked for; a further one each time that somebody asks. */
const usualParts = 4;

/** How many records fit, by time and by what they have; as far as they were counted. */
export function useCountedAudit(filter: AuditFilter, isLive: boolean) {
  const asked = JSON.stringify(filter);
  const [more, setMore] = useState({ asked, parts: 0 });
  const parts = usualParts + (more.asked === asked ? more.parts : 0);
  const query = useInfiniteQuery({
    queryKey: ["audit-counts", currentRegion(), filter],
    initialPageParam: undefined as AuditCounts | undefined,
    queryFn: ({ pageParam, signal }) => auditCounts(filter, pageParam, signal),
    getNextPageParam: (counted) => (counted.nextToken === undefined ? undefined : counted),
    placeholderData: keepPreviousData,
    // Where there are many, counting all of them again and again would be more than it tells.
    refetchInterval: ({ state }) => isLive && state.data?.pages.length === 1 && liveMs,
  });
  const { data, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = query;
  const pages = data?.pages ?? [];
  const isOn = hasNextPage && !isFetchingNextPage && !isPlaceholderData && query.error === null;
  const goesOn = isOn && pages.length < parts;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  return {
    /** Each part is the sum of those before it. */
    counts: pages.at(-1),
    error: query.error,
    isBusy: query.isPending || isPlaceholderData || isFetchingNextPage,
    countOn: () => setMore({ asked, parts: pages.length + 1 - usualParts }),
    retry: () => void query.refetch(),
  };
}

export type CountedAudit = ReturnType<typeof useCountedAudit>;
