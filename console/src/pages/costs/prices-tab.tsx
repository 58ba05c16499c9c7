import Header from "@cloudscape-design/components/header";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { type Prices, priceTable } from "../../api/costs.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { costs as words } from "../../messages/costs.ts";
import { messages } from "../../messages.ts";
import { moneyText } from "./money.ts";

type Figure = NonNullable<Prices["priceTable"]["figures"]["storage"]>;

/** What things cost, and who says so. */
export function PricesTab() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["prices", currentRegion()],
    queryFn: ({ signal }) => priceTable(signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const table = data?.priceTable;
  const currency = table?.currency ?? "";
  const items = Object.entries(table?.figures ?? {}) as [keyof typeof words.kinds, Figure][];
  return (
    <ListTable
      items={items}
      loading={isPending}
      loadingText={messages.loading}
      ariaLabels={{ tableLabel: words.priceTable }}
      enableKeyboardNavigation
      wrapLines
      header={
        <Header
          variant="h2"
          description={
            data &&
            `${data.priceTable.name}: ${words.origins[data.origin]}; ${words.gigabyte(data.priceTable.gigabyteBytes)}`
          }
        >
          {words.priceTable}
        </Header>
      }
      columnDefinitions={[
        {
          ...{ id: "what", header: words.what, isRowHeader: true },
          cell: ([name]) => words.kinds[name],
        },
        {
          ...{ id: "price", header: words.price },
          cell: ([, figure]) => <Price figure={figure} currency={currency} />,
        },
        { id: "unit", header: words.unit, cell: ([, { unit }]) => unit },
        { id: "source", header: words.source, cell: ([, { source }]) => source },
        { id: "date", header: words.looked, cell: ([, { date }]) => date || "–" },
      ]}
    />
  );
}

function Price({ figure, currency }: { figure: Figure; currency: string }) {
  const { amount, free, tiers = [] } = figure;
  const further = [
    ...(free === undefined ? [] : [words.free(free)]),
    ...tiers.map(({ beyond, amount: less }) => words.beyond(beyond, moneyText(less, currency))),
  ];
  return <>{[moneyText(amount, currency), ...further].join("; ")}</>;
}
