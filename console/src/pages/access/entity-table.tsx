import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { currentRegion } from "../../api/call.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { access as words } from "../../messages/access.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";

interface EntityTableProps<Item> {
  readonly kind: "users" | "roles" | "policies";
  readonly read: (
    token: { nextToken?: string },
    signal: AbortSignal,
  ) => Promise<{ readonly items: readonly Item[]; readonly nextToken?: string | undefined }>;
  readonly nameOf: (item: Item) => string;
  readonly columns: readonly TableProps.ColumnDefinition<Item>[];
  readonly empty: readonly [title: string, text: string];
  readonly details: (item: Item) => ReactNode;
}

/** A list of one kind of entity; the chosen one stands in the address, and its details below. */
export function EntityTable<Item>(props: EntityTableProps<Item>) {
  const { kind, read, nameOf, columns, empty, details } = props;
  const [search, change] = usePlaceSearch();
  const { query, pages } = usePaged(["access", kind, currentRegion()], read);
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const items = pages.flatMap((page) => page.items);
  const chosen = items.find((item) => nameOf(item) === search.get("chosen"));
  const choose = (item: Item | undefined) =>
    change({ chosen: item === undefined ? "" : nameOf(item) });
  return (
    <SpaceBetween size="l">
      <ListTable
        items={items}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={empty[0]} text={empty[1]} />}
        trackBy={nameOf}
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => choose(detail.selectedItems[0])}
        onRowClick={({ detail }) => choose(detail.item)}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{
          selectionGroupLabel: words.tabs[kind],
          itemSelectionLabel: (_state, item) => nameOf(item),
          tableLabel: words.tabs[kind],
        }}
        columnDefinitions={columns}
      />
      <MoreButton query={query} />
      {chosen !== undefined && details(chosen)}
    </SpaceBetween>
  );
}
