import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { call, currentRegion } from "../../api/call.ts";
import { downloadText } from "../../components/download.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Empty, Page } from "../../components/page.tsx";
import { TextRegion } from "../../components/text-region.tsx";
import { Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.audit;
const pageSize = 50;
const liveMs = 3_000;
const facets = ["who", "what", "resource", "sourceAddress"] as const;
const labels = {
  ...{ who: words.who, what: words.what, resource: words.resource, sourceAddress: words.source },
} as const;

interface AuditRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly userIdentity?: { readonly arn?: string; readonly type?: string };
  readonly sourceIPAddress?: string;
  readonly resources?: readonly { readonly ARN: string }[];
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

interface Answer {
  readonly records: readonly AuditRecord[];
  readonly nextToken?: string;
}

export function AuditPage() {
  const [search, setSearch] = useSearchParams();
  const [chosen, setChosen] = useState<AuditRecord>();
  const asked = Object.fromEntries(
    facets.flatMap((facet) => (search.get(facet) ? [[facet, search.get(facet)]] : [])),
  );
  const isLive = search.get("live") === "1";
  const errorsOnly = search.get("errors") === "1";
  const input = { ...asked, ...(errorsOnly && { errorsOnly }), maxResults: pageSize };
  const query = useInfiniteQuery({
    queryKey: ["audit", currentRegion(), input],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call<Answer>(
        ...([
          ...(["entrepot", "SearchAudit"] as const),
          { ...input, ...(pageParam && { nextToken: pageParam }) },
          signal,
        ] as const),
      ),
    getNextPageParam: ({ nextToken }) => nextToken,
    ...(isLive && { refetchInterval: liveMs }),
  });
  const records = (query.data?.pages ?? []).flatMap((page) => page.records);
  const set = (name: string, value: string) => {
    if (value === "") search.delete(name);
    else search.set(name, value);
    setSearch(search, { replace: true });
  };
  return (
    <Page title={words.title}>
      <SpaceBetween size="m">
        <Container>
          <SpaceBetween size="s">
            <ColumnLayout columns={4}>
              {facets.map((facet) => (
                <FormField key={facet} label={labels[facet]}>
                  <Input
                    value={search.get(facet) ?? ""}
                    type="search"
                    onChange={({ detail }) => set(facet, detail.value)}
                  />
                </FormField>
              ))}
            </ColumnLayout>
            <SpaceBetween direction="horizontal" size="m">
              <Checkbox
                checked={errorsOnly}
                onChange={({ detail }) => set("errors", detail.checked ? "1" : "")}
              >
                {words.failures}
              </Checkbox>
              <Checkbox
                checked={isLive}
                onChange={({ detail }) => set("live", detail.checked ? "1" : "")}
              >
                {words.live}
              </Checkbox>
            </SpaceBetween>
          </SpaceBetween>
        </Container>
        {query.error !== null && (
          <ErrorNotice error={query.error} retry={() => void query.refetch()} />
        )}
        <RecordTable
          {...{ records, isPending: query.isPending && query.error === null, chosen, setChosen }}
        />
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {messages.more}
          </Button>
        )}
        {chosen !== undefined && (
          <Container header={<Header variant="h2">{words.details}</Header>}>
            <TextRegion label={words.details} text={JSON.stringify(chosen, null, 2)} />
          </Container>
        )}
      </SpaceBetween>
    </Page>
  );
}

interface RecordTableProps {
  readonly records: readonly AuditRecord[];
  readonly isPending: boolean;
  readonly chosen: AuditRecord | undefined;
  readonly setChosen: (record: AuditRecord | undefined) => void;
}

function RecordTable({ records, isPending, chosen, setChosen }: RecordTableProps) {
  const lines = () => records.map((record) => JSON.stringify(record)).join("\n");
  return (
    <Table
      items={[...records]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.empty} />}
      trackBy="eventID"
      selectionType="single"
      selectedItems={chosen === undefined ? [] : [chosen]}
      onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
      ariaLabels={{
        selectionGroupLabel: words.title,
        itemSelectionLabel: (_state, { eventName, eventTime }) => `${eventName} ${eventTime}`,
        tableLabel: words.title,
      }}
      enableKeyboardNavigation
      header={
        <Header
          variant="h2"
          counter={`(${records.length})`}
          actions={
            <Button onClick={() => downloadText("audit.ndjson", "application/x-ndjson", lines())}>
              {words.file}
            </Button>
          }
        >
          {words.title}
        </Header>
      }
      columnDefinitions={[
        {
          ...{ id: "when", header: words.when },
          cell: ({ eventTime }) => <Time seconds={Date.parse(eventTime) / 1000} />,
        },
        {
          ...{ id: "who", header: words.who },
          cell: ({ userIdentity }) => userIdentity?.arn ?? userIdentity?.type ?? "–",
        },
        { id: "what", header: words.what, isRowHeader: true, cell: ({ eventName }) => eventName },
        {
          ...{ id: "resource", header: words.resource },
          cell: ({ resources = [] }) => resources.map(({ ARN }) => ARN).join(", ") || "–",
        },
        {
          ...{ id: "source", header: words.source },
          cell: ({ sourceIPAddress }) => sourceIPAddress ?? "–",
        },
        {
          ...{ id: "decision", header: words.decision },
          cell: ({ errorCode, errorMessage }) => (
            <StatusIndicator type={errorCode === undefined ? "success" : "error"}>
              <span title={errorMessage}>{errorCode ?? words.allowed}</span>
            </StatusIndicator>
          ),
        },
      ]}
    />
  );
}
