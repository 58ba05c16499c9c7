import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { type CostLine, type CostSummary, costSummary } from "../../api/costs.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { costs as words } from "../../messages/costs.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { costText, trimmed } from "./money.ts";

const MonthPlot = lazy(() => import("./month-plot.tsx"));
const pageSize = 50;
/** As many as the API tells one by one. */
const mostLines = 1_000;
const monthsBack = 5;
const groups = ["REPOSITORY", "TAG", "KIND", "REGION", "ACCOUNT"] as const;
const scopes = ["REGISTRY", "ACCOUNT", "ORGANIZATION"] as const;

/** What the address asks for. */
function useAsked() {
  const [search, change] = usePlaceSearch();
  const groupBy = groups.find((each) => each === search.get("by")) ?? "REPOSITORY";
  const scope = scopes.find((each) => each === search.get("scope")) ?? "ACCOUNT";
  const month = search.get("month") ?? undefined;
  const tagKey = search.get("tag") ?? "";
  return { groupBy, scope, month, tagKey, change };
}

export function SummaryTab() {
  const { groupBy, scope, month, tagKey } = useAsked();
  const [most, setMost] = useState(pageSize);
  const isReady = groupBy !== "TAG" || tagKey !== "";
  // Each answer folds what is on none of its lines: more lines are asked for, not the next ones.
  const input = {
    ...{ groupBy, scope, maxResults: most },
    ...(month !== undefined && { month }),
    ...(groupBy === "TAG" && { tagKey }),
  };
  const history = useQuery({
    queryKey: ["cost-history", currentRegion(), scope],
    queryFn: ({ signal }) => costSummary({ scope, monthsBack, maxResults: 1 }, signal),
  });
  const query = useQuery({
    queryKey: ["costs", currentRegion(), input],
    enabled: isReady,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => costSummary(input, signal),
  });
  const months = history.data?.history ?? [];
  const error = query.error ?? history.error;
  return (
    <SpaceBetween size="l">
      <Filters months={months.map((each) => each.month)} />
      {error !== null && <ErrorNotice error={error} retry={() => void query.refetch()} />}
      {query.error === null && (
        <LineTable
          summary={isReady ? query.data : undefined}
          isPending={isReady && query.isPending}
          groupBy={groupBy}
        />
      )}
      {query.data?.nextToken !== undefined && most < mostLines && (
        <Button
          loading={query.isFetching}
          onClick={() => setMost(Math.min(mostLines, most + pageSize))}
        >
          {messages.more}
        </Button>
      )}
      <Container header={<Header variant="h2">{words.perMonth}</Header>}>
        <Suspense fallback={<Status type="loading">{messages.loading}</Status>}>
          <MonthPlot months={months} currency={history.data?.currency ?? ""} />
        </Suspense>
      </Container>
    </SpaceBetween>
  );
}

function Filters({ months }: { months: readonly string[] }) {
  const { groupBy, scope, month, tagKey, change } = useAsked();
  const monthOptions = [...months].reverse().map((value) => ({ value, label: value }));
  const groupOptions = groups.map((value) => ({ value, label: words.groups[value] }));
  const scopeOptions = scopes.map((value) => ({ value, label: words.scopes[value] }));
  const shown = month ?? months.at(-1) ?? "";
  return (
    <Container>
      <ColumnLayout columns={4}>
        <FormField label={words.month}>
          <Select
            selectedOption={{ value: shown, label: shown }}
            options={monthOptions}
            onChange={({ detail }) => {
              const { value = "" } = detail.selectedOption;
              change({ month: value === months.at(-1) ? "" : value });
            }}
          />
        </FormField>
        <FormField label={words.groupBy}>
          <Select
            selectedOption={{ value: groupBy, label: words.groups[groupBy] }}
            options={groupOptions}
            onChange={({ detail }) => change({ by: detail.selectedOption.value ?? "" })}
          />
        </FormField>
        {groupBy === "TAG" && (
          <FormField label={words.tagKey} description={words.tagKeyHint}>
            <Input value={tagKey} onChange={({ detail }) => change({ tag: detail.value })} />
          </FormField>
        )}
        <FormField label={words.scope}>
          <Select
            selectedOption={{ value: scope, label: words.scopes[scope] }}
            options={scopeOptions}
            onChange={({ detail }) => change({ scope: detail.selectedOption.value ?? "" })}
          />
        </FormField>
      </ColumnLayout>
    </Container>
  );
}

interface LineTableProps {
  readonly summary: CostSummary | undefined;
  readonly isPending: boolean;
  readonly groupBy: (typeof groups)[number];
}

function LineTable({ summary, isPending, groupBy }: LineTableProps) {
  const currency = summary?.currency ?? "";
  const total = Number(summary?.total.exactAmount ?? 0);
  return (
    <ListTable
      items={summary?.lines ?? []}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.none} text={words.noneText} />}
      ariaLabels={{ tableLabel: words.title }}
      enableKeyboardNavigation
      header={
        <Header
          variant="h2"
          description={
            summary && `${words.total}: ${costText(summary.total, currency)} (${summary.month})`
          }
        >
          {words.groups[groupBy]}
        </Header>
      }
      columnDefinitions={[
        { id: "what", header: words.what, isRowHeader: true, cell: (line) => <What line={line} /> },
        { id: "region", header: words.region, cell: ({ region }) => region ?? "–" },
        ...(groupBy === "KIND"
          ? [
              {
                ...{ id: "used", header: words.used },
                cell: ({ quantity, unit }: CostLine) =>
                  quantity === undefined ? "–" : `${trimmed(quantity)} × ${unit}`,
              },
            ]
          : []),
        {
          ...{ id: "amount", header: words.amount },
          cell: (line) => costText(line, currency),
        },
        {
          ...{ id: "share", header: words.share },
          cell: ({ exactAmount }) =>
            total === 0 ? "–" : `${((100 * Number(exactAmount)) / total).toFixed(1)} %`,
        },
      ]}
    />
  );
}

function What({ line: { kind, key, registryId, region } }: { line: CostLine }) {
  if (kind === "REPOSITORY" && registryId !== undefined && region === currentRegion()) {
    return <PlaceLink to={`/r/${key}/-/summary`}>{key}</PlaceLink>;
  }
  if (kind === "KIND") return <>{words.kinds[key as keyof typeof words.kinds] ?? key}</>;
  return <>{words.unnamed[kind as keyof typeof words.unnamed] ?? key}</>;
}
