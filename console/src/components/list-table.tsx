import Table, { type TableProps } from "@cloudscape-design/components/table";
import { CardList } from "./card-list.tsx";
import { useNarrow } from "./narrow.ts";

/** A list as a table, and on a phone as cards: a row is read there without scrolling sideways. */
export function ListTable<Item>(props: TableProps<Item>) {
  return useNarrow() ? <CardList {...props} /> : <Table {...props} />;
}
