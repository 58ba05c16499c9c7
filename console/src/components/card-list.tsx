import Box from "@cloudscape-design/components/box";
import Cards from "@cloudscape-design/components/cards";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { messages } from "../messages.ts";

type Column<Item> = TableProps.ColumnDefinition<Item>;

/**
 * What a table shows, one card a row: what names it is the heading, and the other columns stand below by
 * their names. Rows that fold under another fold under its facts; the order is chosen from a list.
 */
export function CardList<Item>(props: TableProps<Item>) {
  const { columnDefinitions: columns, ariaLabels, isItemDisabled, selectedItems } = props;
  const heading = columns.find(({ isRowHeader }) => isRowHeader === true) ?? columns[0];
  return (
    <SpaceBetween size="s">
      <Cards<Item>
        items={props.items}
        cardDefinition={{
          header: (item) => heading?.cell(item),
          sections: [{ content: (item) => <Card {...{ props, item, heading }} /> }],
        }}
        variant={props.variant === "full-page" ? "full-page" : "container"}
        stickyHeader={false}
        {...(props.trackBy !== undefined && { trackBy: props.trackBy })}
        {...(props.selectionType !== undefined && {
          ...{ selectionType: props.selectionType, entireCardClickable: true },
          ...(selectedItems !== undefined && { selectedItems }),
          ...(isItemDisabled !== undefined && { isItemDisabled }),
          onSelectionChange: ({ detail }) =>
            props.onSelectionChange?.(new CustomEvent("selection", { detail })),
        })}
        ariaLabels={{
          selectionGroupLabel: ariaLabels?.selectionGroupLabel ?? "",
          itemSelectionLabel: (state, item) =>
            ariaLabels?.itemSelectionLabel?.({ selectedItems: [...state.selectedItems] }, item) ??
            "",
          ...(ariaLabels?.tableLabel !== undefined && { cardsLabel: ariaLabels.tableLabel }),
        }}
        loading={props.loading === true}
        {...(props.loadingText !== undefined && { loadingText: props.loadingText })}
        empty={props.empty}
        header={props.header}
        filter={filterOf(props)}
        pagination={props.pagination}
      />
      <Loader {...{ props, item: null }} />
      {props.footer}
    </SpaceBetween>
  );
}

function filterOf<Item>(props: TableProps<Item>): ReactNode {
  const isSorted = props.onSortingChange !== undefined;
  if (!isSorted) return props.filter;
  return (
    <SpaceBetween size="xs">
      {props.filter}
      <Order {...props} />
    </SpaceBetween>
  );
}

/** What the headers of a table are pressed for. */
function Order<Item>(props: TableProps<Item>) {
  const { columnDefinitions, sortingColumn, sortingDescending = false, onSortingChange } = props;
  const sorted = columnDefinitions.filter(({ sortingField }) => sortingField !== undefined);
  const orders = sorted.flatMap((column) =>
    [false, true].map((isDescending) => ({
      ...{ column, isDescending, value: `${column.sortingField} ${isDescending}` },
      label: messages.orders(String(column.header), isDescending),
    })),
  );
  const options = orders.map(({ value, label }) => ({ value, label }));
  const now = `${sortingColumn?.sortingField} ${sortingDescending}`;
  return (
    <Select
      inlineLabelText={messages.order}
      selectedOption={options.find(({ value }) => value === now) ?? null}
      options={options}
      onChange={({ detail: { selectedOption } }) => {
        const order = orders.find(({ value }) => value === selectedOption.value);
        if (order === undefined) return;
        const detail = { sortingColumn: order.column, isDescending: order.isDescending };
        onSortingChange?.(new CustomEvent("order", { detail }));
      }}
    />
  );
}

interface CardProps<Item> {
  readonly props: TableProps<Item>;
  readonly item: Item;
  /** Stands above already. */
  readonly heading: Column<Item> | undefined;
}

function Card<Item>({ props, item, heading }: CardProps<Item>) {
  const columns = props.columnDefinitions.filter((column) => column !== heading);
  return (
    <>
      <dl className="facts">
        {columns.map((column) => (
          <Fact key={column.id} name={column.header} value={column.cell(item)} />
        ))}
      </dl>
      <Folded {...{ props, item, heading }} />
    </>
  );
}

/** Nothing, where there is nothing to tell. */
function Fact({ name, value }: { name: ReactNode; value: ReactNode }) {
  if (value === undefined || value === null || value === false) return null;
  if (value === "" || value === "–") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Folded<Item>({ props, item, heading }: CardProps<Item>) {
  const { expandableRows: folding, ariaLabels, trackBy } = props;
  if (folding?.isItemExpandable(item) !== true) return null;
  const keyOf = (each: Item) =>
    typeof trackBy === "function" ? trackBy(each) : each[trackBy as keyof Item];
  const isOpen = (folding.expandedItems ?? []).some((each) => keyOf(each) === keyOf(item));
  return (
    <ExpandableSection
      headerText={
        (isOpen ? ariaLabels?.collapseButtonLabel : ariaLabels?.expandButtonLabel)?.(item) ?? ""
      }
      expanded={isOpen}
      onChange={({ detail: { expanded } }) =>
        folding.onExpandableItemToggle?.(new CustomEvent("fold", { detail: { item, expanded } }))
      }
    >
      {isOpen && (
        <SpaceBetween size="m">
          {folding.getItemChildren(item).map((child) => (
            <div key={String(keyOf(child))}>
              <Box fontWeight="bold">{heading?.cell(child)}</Box>
              <Card {...{ props, heading }} item={child} />
            </div>
          ))}
          <Loader {...{ props, item }} />
        </SpaceBetween>
      )}
    </ExpandableSection>
  );
}

/** What stands at the end of a level of which there is more. */
function Loader<Item>({ props, item }: { props: TableProps<Item>; item: Item | null }) {
  const detail = { item };
  switch (props.getLoadingStatus?.(item)) {
    case "pending":
      return props.renderLoaderPending?.(detail);
    case "loading":
      return props.renderLoaderLoading?.(detail);
    case "error":
      return props.renderLoaderError?.(detail);
    default:
      return null;
  }
}
