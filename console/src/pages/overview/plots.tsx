import BarChart from "@cloudscape-design/components/bar-chart";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import Table from "@cloudscape-design/components/table";
import type { UsageHistory } from "../../api/usage.ts";
import { sizeText } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.overview;

/** What was stored, pushed and pulled by day. */
export default function Plots({ history }: { history: UsageHistory }) {
  return (
    <ColumnLayout columns={2}>
      <Container fitHeight header={<Header variant="h2">{words.storage}</Header>}>
        <StoragePlot history={history} />
      </Container>
      <Container fitHeight header={<Header variant="h2">{words.traffic}</Header>}>
        <TrafficPlot history={history} />
      </Container>
    </ColumnLayout>
  );
}

function StoragePlot({ history }: { history: UsageHistory }) {
  const series = [
    [words.size, "sizeBytes"],
    [words.unique, "storedBytes"],
  ] as const;
  return (
    <>
      <LineChart
        series={series.flatMap(([title, name]) => {
          const data = pointsOf(history, name);
          if (data.length === 0) return []; // A series without points is an axis without a word.
          return [{ type: "line" as const, title, valueFormatter: sizeText, data }];
        })}
        {...commonOf(history)}
        yTickFormatter={sizeText}
        ariaLabel={words.storage}
      />
      <AsTable history={history} series={series} format={sizeText} />
    </>
  );
}

function TrafficPlot({ history }: { history: UsageHistory }) {
  const series = [
    [words.pushes, "pushes"],
    [words.pulls, "pulls"],
  ] as const;
  return (
    <>
      <BarChart
        series={series.map(([title, name]) => ({
          ...{ type: "bar" as const, title },
          data: pointsOf(history, name),
        }))}
        {...commonOf(history)}
        ariaLabel={words.traffic}
      />
      <AsTable history={history} series={series} format={String} />
    </>
  );
}

function pointsOf({ series }: UsageHistory, name: string) {
  return (series.get(name) ?? []).map(({ timestamp, value }) => ({
    x: new Date(timestamp * 1000),
    y: value,
  }));
}

function commonOf(_history: UsageHistory) {
  return {
    hideFilter: true,
    height: 200,
    xScaleType: "categorical" as const,
    xTickFormatter: (at: Date) => at.toISOString().slice(5, 10),
    empty: words.noHistory,
  };
}

interface AsTableProps {
  readonly history: UsageHistory;
  readonly series: readonly (readonly [title: string, name: string])[];
  readonly format: (value: number) => string;
}

/** The same figures for whoever does not see the plot. */
function AsTable({ history, series, format }: AsTableProps) {
  const days = new Map<number, Map<string, number>>();
  for (const [, name] of series) {
    for (const { timestamp, value } of history.series.get(name) ?? []) {
      const day = days.get(timestamp) ?? new Map<string, number>();
      days.set(timestamp, day.set(name, value));
    }
  }
  return (
    <ExpandableSection headerText={messages.viewAsTable}>
      <Table
        variant="embedded"
        items={[...days].sort(([a], [b]) => b - a)}
        columnDefinitions={[
          {
            ...{ id: "day", header: words.day },
            cell: ([timestamp]) => new Date(timestamp * 1000).toISOString().slice(0, 10),
          },
          ...series.map(([title, name]) => ({
            ...{ id: name, header: title },
            cell: ([, values]: [number, Map<string, number>]) => format(values.get(name) ?? 0),
          })),
        ]}
      />
    </ExpandableSection>
  );
}
