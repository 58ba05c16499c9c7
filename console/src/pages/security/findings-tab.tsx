import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { aggregations } from "../../api/findings.ts";
import { Figures } from "../../components/figures.tsx";
import { security as words } from "../../messages/security.ts";
import { useAskedFindings } from "./asked-findings.ts";
import { FindingFilters } from "./finding-filters.tsx";
import { FindingGroups } from "./finding-groups.tsx";
import { FindingList } from "./finding-list.tsx";

export function FindingsTab() {
  const asked = useAskedFindings();
  return (
    <SpaceBetween size="l">
      <Counts />
      <FindingFilters asked={asked} />
      {asked.groupBy === "none" ? (
        <FindingList asked={asked} />
      ) : (
        <FindingGroups asked={asked} groupBy={asked.groupBy} />
      )}
    </SpaceBetween>
  );
}

/** Of everything, whatever is shown below. A refusal is told by what is below. */
function Counts() {
  const { data } = useQuery({
    queryKey: ["findings", currentRegion(), "finding-counts"],
    queryFn: ({ signal }) => aggregations({ aggregationType: "ACCOUNT" }, signal),
  });
  const told = data?.responses?.[0]?.accountAggregation;
  const of = (count: number | undefined) => String(count ?? (data === undefined ? "–" : 0));
  const { severityCounts: counts } = told ?? {};
  return (
    <Figures
      figures={[
        [words.all, of(counts?.all)],
        [words.critical, of(counts?.critical)],
        [words.high, of(counts?.high)],
        [
          ...([words.exploited, of(told?.exploitAvailableCount)] as const),
          `${of(told?.fixAvailableCount)} ${words.fixable.toLowerCase()}`,
        ],
      ]}
    />
  );
}
