import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { type Estimate, estimate, type PlannedUse } from "../../api/costs.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { costs as words } from "../../messages/costs.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { moneyText, trimmed } from "./money.ts";

const amounts = [
  ...(["storageGB", "archiveStorageGB", "requests", "keys", "keyRequests"] as const),
  "enhancedScans",
] as const;
const destinations = ["INTERNET", "OTHER_REGION", "REGION"] as const;
const fields = [...amounts, ...destinations] as const;

/** What planned use would cost, here and elsewhere. The address has the plan. */
export function CalculatorTab() {
  const [search, change] = usePlaceSearch();
  const wrong = fields.filter((name) => numberOf(search.get(name) ?? "") === undefined);
  const use = plannedUse(search);
  const { data, error, refetch } = useQuery({
    queryKey: ["estimate", currentRegion(), use],
    enabled: wrong.length === 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => estimate(use, signal),
  });
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{words.calculator}</Header>}>
        <ColumnLayout columns={3}>
          {fields.map((name) => (
            <FormField
              key={name}
              label={words.planned[name]}
              errorText={wrong.includes(name) ? words.notANumber : undefined}
            >
              <Input
                value={search.get(name) ?? ""}
                inputMode="decimal"
                placeholder="0"
                onChange={({ detail }) => change({ [name]: detail.value })}
              />
            </FormField>
          ))}
        </ColumnLayout>
      </Container>
      {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
      {data !== undefined && <EstimateTables estimate={data} />}
    </SpaceBetween>
  );
}

function EstimateTables({ estimate: { comparisons, ...here } }: { estimate: Estimate }) {
  return (
    <SpaceBetween size="l">
      <ListTable
        items={[...here.lines]}
        ariaLabels={{ tableLabel: words.here }}
        empty={moneyText(here.total.amount, here.currency)}
        header={
          <Header
            variant="h2"
            description={`${words.total}: ${moneyText(here.total.amount, here.currency)} ${words.aMonth}`}
          >
            {words.here}
          </Header>
        }
        columnDefinitions={[
          {
            ...{ id: "what", header: words.what, isRowHeader: true },
            cell: ({ name }) => words.kinds[name],
          },
          {
            ...{ id: "used", header: words.used },
            cell: ({ units, unit }) => `${trimmed(units)} × ${unit}`,
          },
          {
            ...{ id: "amount", header: words.amount },
            cell: ({ amount }) => moneyText(amount, here.currency),
          },
        ]}
      />
      <ListTable
        items={[...comparisons]}
        loadingText={messages.loading}
        ariaLabels={{ tableLabel: words.elsewhere }}
        header={<Header variant="h2">{words.elsewhere}</Header>}
        columnDefinitions={[
          { id: "name", header: words.what, isRowHeader: true, cell: ({ name }) => name },
          {
            ...{ id: "amount", header: words.amount },
            cell: ({ total, currency }) => moneyText(total.amount, currency),
          },
          {
            ...{ id: "unknown", header: "" },
            cell: ({ unknown }) =>
              unknown.length === 0
                ? ""
                : words.without(unknown.map((name) => words.kinds[name]).join(", ")),
          },
        ]}
      />
    </SpaceBetween>
  );
}

/** `undefined` of what is no number that is not below 0; 0 of nothing. */
function numberOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function plannedUse(search: URLSearchParams): PlannedUse {
  const asked = (name: string) => numberOf(search.get(name) ?? "") ?? 0;
  const plain = amounts.filter((name) => asked(name) > 0).map((name) => [name, asked(name)]);
  const transfers = destinations
    .filter((destination) => asked(destination) > 0)
    .map((destination) => ({ destination, gigabytes: asked(destination) }));
  return { ...Object.fromEntries(plain), ...(transfers.length > 0 && { transfers }) };
}
