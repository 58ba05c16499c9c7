import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { currentRegion } from "../../api/call.ts";
import { type RepositoryRow, searchRepositories } from "../../api/search.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty, Page, Unread } from "../../components/page.tsx";
import { firstPage } from "../../components/page-trail.ts";
import { PushCommands } from "../../components/push-commands.tsx";
import { useServerList, useTyped } from "../../components/server-list.ts";
import { Severity } from "../../components/severity.tsx";
import { sizeText, Time } from "../../components/values.tsx";
import { repositoryFilters } from "../../messages/repository-filters.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { DeleteRepository } from "./delete-repository.tsx";
import { NamespaceTree } from "./namespace-tree.tsx";
import { narrowing, noFilters, RepositoryFilters } from "./repository-filters.tsx";

const words = messages.repositories;

export function RepositoriesPage() {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<RepositoryRow>();
  const [open, setOpen] = useState<"push" | "delete">();
  const create = (
    <Button variant="primary" onClick={() => navigate("/repositories/create")}>
      {words.create}
    </Button>
  );
  const name = chosen?.repositoryName ?? "";
  const [search, change] = usePlaceSearch();
  const isTree = search.get("view") === "tree";
  const view = (
    <SegmentedControl
      label={messages.namespaces.view}
      selectedId={isTree ? "tree" : "flat"}
      options={[
        { id: "flat", text: words.flat },
        { id: "tree", text: words.tree },
      ]}
      onChange={({ detail: { selectedId } }) => {
        setChosen(undefined);
        // What one view is sorted and filtered by, the other may not know.
        const filters = { sort: "", order: "", filter: "", ...noFilters, ...firstPage };
        change({ ...filters, view: selectedId === "tree" ? "tree" : "" });
      }}
    />
  );
  return (
    <Page
      title={words.title}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={chosen === undefined} onClick={() => setOpen("push")}>
            {words.pushCommands}
          </Button>
          <Button disabled={chosen === undefined} onClick={() => setOpen("delete")}>
            {words.delete}
          </Button>
          {create}
        </SpaceBetween>
      }
    >
      {isTree ? (
        <NamespaceTree {...{ view, create }} />
      ) : (
        <RepositoryTable {...{ chosen, choose: setChosen, view, create }} />
      )}
      {chosen !== undefined && (
        <>
          <PushCommands
            {...{ repository: name, visible: open === "push", close: () => setOpen(undefined) }}
          />
          <DeleteRepository
            name={name}
            visible={open === "delete"}
            close={(isDeleted) => {
              setOpen(undefined);
              if (isDeleted) setChosen(undefined);
            }}
          />
        </>
      )}
    </Page>
  );
}

interface RepositoryTableProps {
  readonly chosen: RepositoryRow | undefined;
  readonly choose: (repository: RepositoryRow | undefined) => void;
  readonly view: React.ReactNode;
  readonly create: ReactNode;
}

function RepositoryTable({ chosen, choose, view, create }: RepositoryTableProps) {
  const list = useServerList({ sortBy: "NAME", sortOrder: "ASCENDING" });
  const [text, setText] = useTyped(list.filter("filter"), (filter) => list.setFilter({ filter }));
  const input = {
    ...list.request,
    word: list.filter("filter").toLowerCase() || undefined,
    ...narrowing(list.filter),
  };
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ["repositories", input, currentRegion()],
    queryFn: ({ signal }) => searchRepositories(input, signal),
    placeholderData: keepPreviousData,
  });
  const isNarrowed =
    input.word !== undefined || Object.keys(noFilters).some((name) => list.filter(name) !== "");
  const clear = (
    <Button onClick={() => list.setFilter({ filter: "", ...noFilters })}>
      {messages.clearFilters}
    </Button>
  );
  const count = data?.totalCount ?? 0;
  const filters = (
    <SpaceBetween direction="horizontal" size="xs">
      {view}
      <TextFilter
        filteringText={text}
        filteringPlaceholder={words.find}
        filteringAriaLabel={words.find}
        countText={isNarrowed ? words.counted(count) : ""}
        onChange={({ detail }) => setText(detail.filteringText)}
      />
      <RepositoryFilters filter={list.filter} set={list.setFilter} />
    </SpaceBetween>
  );
  return (
    <SpaceBetween size="s">
      {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
      <ListTable
        {...list.sorting}
        items={[...(data?.repositories ?? [])]}
        columnDefinitions={columns}
        loading={isPending && !isPlaceholderData && error === null}
        loadingText={messages.loading}
        trackBy="repositoryName"
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => choose(detail.selectedItems[0])}
        ariaLabels={{
          selectionGroupLabel: words.title,
          itemSelectionLabel: (_state, item) => item.repositoryName ?? "",
          tableLabel: words.title,
        }}
        enableKeyboardNavigation
        stickyHeader
        wrapLines
        variant="full-page"
        header={<Header counter={data === undefined ? "" : `(${count})`}>{words.title}</Header>}
        empty={<Nothing {...{ error, isNarrowed }} clear={clear} create={create} />}
        filter={filters}
        pagination={
          <Pagination
            {...list.pagination(count, isPlaceholderData ? undefined : data?.nextToken)}
          />
        }
      />
    </SpaceBetween>
  );
}

interface NothingProps {
  readonly error: unknown;
  readonly isNarrowed: boolean;
  readonly clear: ReactNode;
  readonly create: React.ReactNode;
}

function Nothing({ error, isNarrowed, clear, create }: NothingProps) {
  if (error !== null) return <Unread />;
  if (isNarrowed) return <Empty title={messages.noMatch} action={clear} />;
  return <Empty title={words.empty} text={words.emptyText} action={create} />;
}

const { modes, encryptions } = repositoryFilters;

const columns: TableProps.ColumnDefinition<RepositoryRow>[] = [
  {
    ...{ id: "name", header: words.name, sortingField: "NAME", isRowHeader: true, minWidth: 160 },
    cell: ({ repositoryName: name, tags = [] }) => (
      <>
        <PlaceLink to={`/r/${name}/-/images`}>
          <LongName>{name}</LongName>
        </PlaceLink>{" "}
        <CopyButton text={`${location.host}/${name}`} label={`Copy ${location.host}/${name}`} />
        {tags.length > 0 && (
          <Box variant="small" display="block">
            <LongName>{tags.map(tagText).join(", ")}</LongName>
          </Box>
        )}
      </>
    ),
  },
  {
    ...{ id: "images", header: messages.navigation.images, sortingField: "IMAGES" },
    cell: ({ imageCount }) => imageCount,
  },
  {
    ...{ id: "size", header: words.unique, sortingField: "SIZE" },
    cell: ({ sizeInBytes }) => sizeText(sizeInBytes),
  },
  {
    ...{ id: "pulls", header: words.pulls },
    cell: ({ recentPullCount }) => recentPullCount,
  },
  {
    ...{ id: "pushed", header: words.lastPush, sortingField: "LAST_PUSH" },
    cell: ({ lastPushedAt }) => <Time seconds={lastPushedAt} />,
  },
  {
    ...{ id: "severity", header: words.worst, sortingField: "SEVERITY" },
    cell: ({ worstSeverity }) =>
      worstSeverity === undefined ? "–" : <Severity severity={worstSeverity} />,
  },
  {
    ...{ id: "mutability", header: words.mutability },
    cell: ({ imageTagMutability: mode = "MUTABLE" }) => modes[mode as keyof typeof modes] ?? mode,
  },
  {
    ...{ id: "encryption", header: words.encryption },
    cell: ({ encryptionConfiguration: { encryptionType: type = "AES256" } = {} }) =>
      encryptions[type as keyof typeof encryptions] ?? type,
  },
];

function tagText({ Key, Value }: { Key: string; Value: string }): string {
  return Value === "" ? Key : `${Key}=${Value}`;
}
