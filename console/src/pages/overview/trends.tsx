import BarChart from "@cloudscape-design/components/bar-chart";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { type Overview, trendOf } from "../../api/overview.ts";
import { messages } from "../../messages.ts";
import { SeverityTrend, TrendPlot } from "./trend-plot.tsx";

const words = messages.overview;
const ages = Object.entries(words.ageNames);

/** How images stood in their scans, and how old they were, by the day; and how old they are now. */
export default function Trends({ overview }: { overview: Overview }) {
  return (
    <SpaceBetween size="l">
      <ColumnLayout columns={2}>
        <Container
          fitHeight
          header={
            <Header variant="h2" description={words.severityTrendText}>
              {words.severityTrend}
            </Header>
          }
        >
          <SeverityTrend overview={overview} />
        </Container>
        <Container
          fitHeight
          header={
            <Header variant="h2" description={words.agesText}>
              {words.ages}
            </Header>
          }
        >
          <Ages counts={overview.imageAgeCounts} />
        </Container>
      </ColumnLayout>
      <Container
        header={
          <Header variant="h2" description={words.ageTrendText}>
            {words.ageTrend}
          </Header>
        }
      >
        <TrendPlot
          {...{ title: words.ageTrend, kinds: ages }}
          trend={trendOf(overview, "imageAgeCounts")}
        />
      </Container>
    </SpaceBetween>
  );
}

function Ages({ counts }: { counts: Readonly<Record<string, number>> }) {
  const bars = ages.map(([name, title]) => ({ x: title as string, y: counts[name] ?? 0 }));
  return (
    <>
      <BarChart
        {...{ hideFilter: true, hideLegend: true, height: 200, xScaleType: "categorical" }}
        ariaLabel={words.ages}
        series={[{ type: "bar", title: words.images, data: bars }]}
      />
      <ExpandableSection headerText={messages.viewAsTable}>
        <Table
          variant="embedded"
          items={bars}
          ariaLabels={{ tableLabel: words.ages }}
          columnDefinitions={[
            { id: "age", header: words.ages, isRowHeader: true, cell: ({ x }) => x },
            { id: "images", header: words.images, cell: ({ y }) => y },
          ]}
        />
      </ExpandableSection>
    </>
  );
}
