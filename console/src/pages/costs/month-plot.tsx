import BarChart from "@cloudscape-design/components/bar-chart";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Table from "@cloudscape-design/components/table";
import type { CostSummary } from "../../api/costs.ts";
import { costs as words } from "../../messages/costs.ts";
import { messages } from "../../messages.ts";
import { costText, moneyText } from "./money.ts";

/** Of a scale that cents are too coarse for. */
const smallDigits = 4;

interface MonthPlotProps {
  readonly months: NonNullable<CostSummary["history"]>;
  readonly currency: string;
}

/** What months cost, the last one up to now. */
export default function MonthPlot({ months, currency }: MonthPlotProps) {
  const charged = months.some(({ exactAmount }) => Number(exactAmount) > 0) ? months : [];
  const most = Math.max(...months.map(({ exactAmount }) => Number(exactAmount)), 0);
  const digits = most > 0 && most < 0.1 ? smallDigits : 2;
  const inMoney = (value: number) => moneyText(value.toFixed(digits), currency);
  return (
    <>
      <BarChart
        series={[
          {
            ...{ type: "bar", title: words.amount, valueFormatter: inMoney },
            data: charged.map(({ month, exactAmount }) => ({ x: month, y: Number(exactAmount) })),
          },
        ]}
        xScaleType="categorical"
        height={200}
        hideFilter
        hideLegend
        yTickFormatter={inMoney}
        ariaLabel={words.perMonth}
        empty={words.nothingToCompare}
      />
      <ExpandableSection headerText={messages.viewAsTable}>
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: words.perMonth }}
          items={[...months].reverse()}
          columnDefinitions={[
            { id: "month", header: words.month, cell: ({ month }) => month },
            {
              ...{ id: "amount", header: words.amount },
              cell: (month) => costText(month, currency),
            },
          ]}
        />
      </ExpandableSection>
    </>
  );
}
