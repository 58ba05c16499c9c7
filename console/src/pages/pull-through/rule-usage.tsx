import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { type CacheUsage, cacheUsage } from "../../api/pull-through.ts";
import { Fields } from "../../components/fields.tsx";
import { Status } from "../../components/status.tsx";
import { sizeText, Time } from "../../components/values.tsx";
import { pullThrough as words } from "../../messages/pull-through.ts";

/** What all rules spared their upstreams, by prefix. Counts are written every few seconds. */
export function useCacheUsage() {
  const { data, error } = useQuery({
    queryKey: ["pull-through", "usage", currentRegion()],
    queryFn: ({ signal }) => cacheUsage(signal),
    refetchInterval: 15_000,
  });
  return { error, usage: new Map(data?.rules.map((rule) => [rule.ecrRepositoryPrefix, rule])) };
}

export function HitRate({ usage }: { usage: CacheUsage | undefined }) {
  if (usage === undefined) return "–";
  const { hitRate, pulls } = usage;
  return hitRate === undefined ? words.noPulls : words.hitRateOf(hitRate, pulls);
}

/** What the upstream failed at last, and whether it gave something since. */
export function LastFailure({ usage }: { usage: CacheUsage | undefined }) {
  const { lastFailure, lastFetchedAt = 0 } = usage ?? {};
  if (lastFailure === undefined) return words.noFailure;
  const { failedAt, reason, repositoryName } = lastFailure;
  const isOver = lastFetchedAt > failedAt;
  return (
    <Status type={isOver ? "info" : "error"}>
      <Time seconds={failedAt} />: {reason} ({repositoryName}){isOver && `; ${words.givenSince}`}
    </Status>
  );
}

export function RuleUsage({ usage }: { usage: CacheUsage }) {
  const { hits, misses, savedBytes, sentBytes, fetchedBytes, lastFetchedAt } = usage;
  return (
    <Fields
      fields={[
        [words.hitRate, <HitRate key="rate" usage={usage} />],
        [words.served, words.servedText(hits, misses)],
        [
          words.saved,
          words.savedText(sizeText(savedBytes), sizeText(sentBytes), sizeText(fetchedBytes)),
        ],
        [words.lastFetched, <Time key="fetched" seconds={lastFetchedAt} />],
        [words.lastFailure, <LastFailure key="failure" usage={usage} />],
      ]}
    />
  );
}
