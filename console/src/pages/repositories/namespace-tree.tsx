import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useQueries } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { listNamespaces, type NamespaceEntry } from "../../api/namespaces.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty, Unread } from "../../components/page.tsx";
import { pageSize, useServerList } from "../../components/server-list.ts";
import { sizeText, Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.namespaces;

interface NamespaceTreeProps {
  /** What is shown beside the heading: the way to the list. */
  readonly view: ReactNode;
  /** Where there is no repository at all. */
  readonly create: ReactNode;
}

/** Namespaces that unfold to what is in them; each level is sorted, counted and paged by the server. */
export function NamespaceTree({ view, create }: NamespaceTreeProps) {
  const list = useServerList({ sortBy: "NAME", sortOrder: "ASCENDING" });
  const { sortBy, sortOrder } = list.request;
  const [opened, setOpened] = useState<readonly NamespaceEntry[]>([]);
  const tree = useTree({ sortBy, sortOrder }, ["", ...opened.map(keyOf)]);
  const top = tree.level("");
  return (
    <SpaceBetween size="s">
      {top.error !== null && <ErrorNotice error={top.error} retry={top.retry} />}
      <ListTable
        {...list.sorting}
        items={[...top.entries]}
        columnDefinitions={columns}
        loading={top.isPending}
        loadingText={messages.loading}
        trackBy={keyOf}
        expandableRows={{
          getItemChildren: (item) => [...tree.level(keyOf(item)).entries],
          isItemExpandable: ({ namespace }) => namespace !== undefined,
          expandedItems: [...opened],
          onExpandableItemToggle: ({ detail: { item, expanded } }) =>
            setOpened([
              ...opened.filter((each) => keyOf(each) !== keyOf(item)),
              ...(expanded ? [item] : []),
            ]),
        }}
        getLoadingStatus={(item) => tree.level(item === null ? "" : keyOf(item)).status}
        renderLoaderLoading={() => messages.loading}
        renderLoaderPending={({ item }) => {
          const level = tree.level(item === null ? "" : keyOf(item));
          return (
            <Button variant="inline-link" onClick={level.more}>
              {words.more(item === null ? "" : keyOf(item), level.left)}
            </Button>
          );
        }}
        renderLoaderError={({ item }) => (
          <Button
            variant="inline-link"
            onClick={tree.level(item === null ? "" : keyOf(item)).retry}
          >
            {words.failed(item === null ? "" : keyOf(item))}
          </Button>
        )}
        ariaLabels={{
          tableLabel: messages.repositories.title,
          expandButtonLabel: (item) => words.unfold(keyOf(item)),
          collapseButtonLabel: (item) => words.fold(keyOf(item)),
        }}
        enableKeyboardNavigation
        variant="full-page"
        header={<Header counter={`(${top.total})`}>{messages.repositories.title}</Header>}
        filter={view}
        empty={
          top.error === null ? (
            <Empty
              title={messages.repositories.empty}
              text={messages.repositories.emptyText}
              action={create}
            />
          ) : (
            <Unread />
          )
        }
      />
    </SpaceBetween>
  );
}

function keyOf({ namespace, repositoryName }: NamespaceEntry): string {
  return namespace ?? repositoryName ?? "";
}

interface Order {
  readonly sortBy: string;
  readonly sortOrder: "ASCENDING" | "DESCENDING";
}

/** What is known of each level that is open, and how to know more of it. */
function useTree(order: Order, prefixes: readonly string[]) {
  // Of each level where its further pages begin; they are of one order.
  const [begun, setBegun] = useState<Readonly<Record<string, readonly string[]>>>({});
  const nameOf = (prefix: string) => `${order.sortBy} ${order.sortOrder} ${prefix}`;
  const asked = prefixes.flatMap((prefix) =>
    [undefined, ...(begun[nameOf(prefix)] ?? [])].map((nextToken) => ({ prefix, nextToken })),
  );
  const results = useQueries({
    queries: asked.map(({ prefix, nextToken }) => {
      const input = { ...order, prefix, nextToken, maxResults: pageSize };
      return {
        queryKey: ["repositories", "tree", input, currentRegion()],
        queryFn: ({ signal }: { signal: AbortSignal }) => listNamespaces(input, signal),
      };
    }),
  });
  const level = (prefix: string) => {
    const own = results.filter((_, at) => asked[at]?.prefix === prefix);
    const last = own.at(-1);
    const entries = own.flatMap(({ data }) => data?.entries ?? []);
    const next = last?.data?.nextToken;
    const total = own[0]?.data?.totalCount ?? 0;
    const error = own.find((each) => each.error !== null)?.error ?? null;
    const isPending = last?.isPending === true && error === null;
    return {
      ...{ entries, total, error, isPending: isPending && own.length === 1 },
      left: Math.max(0, total - entries.length),
      status: statusOf(error !== null, isPending, next !== undefined),
      more() {
        if (next === undefined) return;
        const name = nameOf(prefix);
        setBegun((now) => ({ ...now, [name]: [...(now[name] ?? []), next] }));
      },
      retry: () => void own.find((each) => each.error !== null)?.refetch(),
    };
  };
  return { level };
}

function statusOf(
  isFailed: boolean,
  isPending: boolean,
  isMore: boolean,
): TableProps.LoadingStatus {
  if (isFailed) return "error";
  if (isPending) return "loading";
  return isMore ? "pending" : "finished";
}

const columns: TableProps.ColumnDefinition<NamespaceEntry>[] = [
  {
    ...{ id: "name", header: messages.repositories.name, sortingField: "NAME", isRowHeader: true },
    cell: ({ namespace, repositoryName: name }) =>
      name === undefined ? namespace : <PlaceLink to={`/r/${name}/-/images`}>{name}</PlaceLink>,
  },
  {
    ...{ id: "repositories", header: messages.repositories.title, sortingField: "REPOSITORIES" },
    cell: ({ repositoryCount }) => repositoryCount,
  },
  {
    ...{ id: "images", header: messages.navigation.images, sortingField: "IMAGES" },
    cell: ({ imageCount }) => imageCount,
  },
  {
    ...{ id: "size", header: messages.repositories.unique, sortingField: "SIZE" },
    cell: ({ sizeInBytes }) => sizeText(sizeInBytes),
  },
  {
    ...{ id: "pushed", header: messages.repositories.lastPush, sortingField: "LAST_PUSH" },
    cell: ({ lastPushedAt }) => <Time seconds={lastPushedAt} />,
  },
];
