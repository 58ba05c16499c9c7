import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { type Activity, activityText, listActivity } from "../../api/activity.ts";
import { currentRegion } from "../../api/call.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { TextRegion } from "../../components/text-region.tsx";
import { Time } from "../../components/values.tsx";
import { audit } from "../../messages/audit.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";

const words = messages.activity;
const maxResults = 50;
/** Pages that are asked for by themselves while nothing was found: in a busy registry one may have none. */
const emptyPages = 5;

interface ActivityTabProps {
  readonly repository: string;
  readonly digest: string;
}

export function ActivityTab({ repository, digest }: ActivityTabProps) {
  const [search, change] = usePlaceSearch();
  const [chosen, setChosen] = useState<Activity>();
  const kind = search.get("kind") ?? undefined;
  const { query, pages } = usePaged(
    ["repository", repository, "activity", digest, kind, currentRegion()],
    (token, signal) =>
      listActivity({ repositoryName: repository, digest, kind }, { maxResults, ...token }, signal),
  );
  const items = pages.flatMap(({ activities }) => activities);
  const looksOn = items.length === 0 && query.hasNextPage && pages.length < emptyPages;
  const { fetchNextPage, isFetching, error } = query;
  useEffect(() => {
    if (looksOn && !isFetching && error === null) void fetchNextPage();
  }, [looksOn, isFetching, error, fetchNextPage]);
  const last = pages.at(-1);
  return (
    <SpaceBetween size="m">
      {error !== null && <ErrorNotice error={error} retry={() => void query.refetch()} />}
      {last?.recordsIncluded === false && <Alert type="info">{words.eventsOnly}</Alert>}
      <KindSelect kind={kind} choose={(value) => change({ kind: value })} />
      <ActivityTable
        {...{ items, chosen, setChosen, isPending: query.isPending || looksOn }}
        isWhole={!query.hasNextPage}
      />
      {last?.lookedBackTo !== undefined && (
        <Box>
          {words.lookedBack} <Time seconds={last.lookedBackTo} />
        </Box>
      )}
      <MoreButton query={query} />
      {chosen !== undefined && (
        <Container header={<Header variant="h2">{words.details}</Header>}>
          <TextRegion
            label={words.details}
            text={JSON.stringify(chosen.record ?? chosen.event, null, 2)}
          />
        </Container>
      )}
    </SpaceBetween>
  );
}

function KindSelect({
  kind,
  choose,
}: {
  kind: string | undefined;
  choose: (kind: string) => void;
}) {
  const options = [
    { value: "", label: words.any },
    ...Object.entries(words.kinds).map(([value, label]) => ({ value, label })),
  ];
  return (
    <FormField label={words.kind}>
      <Select
        selectedOption={options.find(({ value }) => value === (kind ?? "")) ?? null}
        options={options}
        onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

interface ActivityTableProps {
  readonly items: readonly Activity[];
  readonly chosen: Activity | undefined;
  readonly setChosen: (activity: Activity | undefined) => void;
  readonly isPending: boolean;
  readonly isWhole: boolean;
}

function ActivityTable({ items, chosen, setChosen, isPending, isWhole }: ActivityTableProps) {
  return (
    <ListTable
      items={[...items]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={isWhole ? words.none : words.noneYet} />}
      trackBy={idOf}
      selectionType="single"
      selectedItems={chosen === undefined ? [] : [chosen]}
      onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
      ariaLabels={{
        ...{ selectionGroupLabel: words.title, tableLabel: words.title },
        itemSelectionLabel: (_state, item) => activityText(item),
      }}
      enableKeyboardNavigation
      wrapLines
      columnDefinitions={[
        {
          ...{ id: "when", header: audit.when },
          cell: ({ timestamp }) => <Time seconds={timestamp} />,
        },
        {
          ...{ id: "kind", header: words.kind },
          cell: ({ kind }) => words.kinds[kind as "PULL"] ?? kind,
        },
        {
          ...{ id: "what", header: words.what, isRowHeader: true, minWidth: 180 },
          cell: (activity) => <LongName>{activityText(activity)}</LongName>,
        },
        {
          ...{ id: "who", header: audit.who, minWidth: 170 },
          cell: ({ principal }) => <LongName>{principal ?? words.registry}</LongName>,
        },
        {
          ...{ id: "source", header: words.source },
          cell: ({ record }) => record?.sourceIPAddress ?? "–",
        },
        {
          ...{ id: "decision", header: audit.decision },
          cell: ({ record, errorCode }) =>
            record === undefined ? (
              "–"
            ) : (
              <Status type={errorCode === undefined ? "success" : "error"}>
                <span title={record.errorMessage}>{errorCode ?? audit.allowed}</span>
              </Status>
            ),
        },
      ]}
    />
  );
}

function idOf({ record, event }: Activity): string {
  return record?.eventID ?? event?.id ?? "";
}
