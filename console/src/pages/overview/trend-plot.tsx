import BarChart from "@cloudscape-design/components/bar-chart";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Table from "@cloudscape-design/components/table";
import { type Overview, type Trend, trendOf } from "../../api/overview.ts";
import { colours } from "../../components/colours.ts";
import { severities } from "../../components/severity.tsx";
import { messages } from "../../messages.ts";

const words = messages.overview;

/** Of each day, how many images there were of each kind. */
export interface TrendPlotProps {
  readonly title: string;
  readonly trend: Trend;
  /** Names of counts, and what people call them. */
  readonly kinds: readonly (readonly [name: string, title: string])[];
  /** Of kinds that have a colour of their own, by name. */
  readonly colors?: Readonly<Record<string, string>>;
}

const dayOf = (timestamp: number) => new Date(timestamp * 1000).toISOString().slice(0, 10);

export function TrendPlot({ title, trend: { days }, kinds, colors = {} }: TrendPlotProps) {
  const shown = kinds.filter(([name]) => days.some(({ counts }) => (counts[name] ?? 0) > 0));
  return (
    <>
      <BarChart
        stackedBars
        hideFilter
        height={200}
        xScaleType="categorical"
        xTickFormatter={(day: string) => day.slice(5)}
        empty={words.noHistory}
        ariaLabel={title}
        series={shown.map(([name, kind]) => ({
          ...{ type: "bar" as const, title: kind },
          ...(colors[name] !== undefined && { color: colors[name] }),
          data: days.map(({ timestamp, counts }) => ({
            ...{ x: dayOf(timestamp), y: counts[name] ?? 0 },
          })),
        }))}
      />
      <ExpandableSection headerText={messages.viewAsTable}>
        <Table
          variant="embedded"
          items={[...days].reverse()}
          empty={words.noHistory}
          ariaLabels={{ tableLabel: title }}
          columnDefinitions={[
            {
              ...{ id: "day", header: words.day, isRowHeader: true },
              cell: ({ timestamp }) => dayOf(timestamp),
            },
            ...kinds.map(([name, kind]) => ({
              ...{ id: name, header: kind },
              cell: ({ counts }: Trend["days"][number]) => counts[name] ?? 0,
            })),
          ]}
        />
      </ExpandableSection>
    </>
  );
}

const severityKinds = [
  ...severities.map((name) => [name, name] as const),
  ["NONE", words.noFindings] as const,
];

/** As badges of severities have them. */
const severityColors = {
  ...{ CRITICAL: colours.critical, HIGH: colours.high },
  ...{ MEDIUM: colours.medium, LOW: colours.low },
  ...{ INFORMATIONAL: colours.neutral, UNDEFINED: colours.neutral },
  NONE: colours.positive,
};

/** Images by the worst that was found in them. */
export function SeverityTrend({ overview }: { overview: Pick<Overview, "days"> }) {
  return (
    <TrendPlot
      {...{ title: words.severityTrend, kinds: severityKinds, colors: severityColors }}
      trend={trendOf(overview, "worstSeverityCounts")}
    />
  );
}
