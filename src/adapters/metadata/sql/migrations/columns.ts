import type { CreateTableBuilder } from "kysely";
import type { ColumnType } from "../dialect.ts";

const nullable = Symbol("nullable");

interface NullableColumn {
  readonly [nullable]: ColumnType;
}

export function optional(type: ColumnType): NullableColumn {
  return { [nullable]: type };
}

/** Adds columns in order; they take no null unless they say so. */
export function withColumns(
  table: CreateTableBuilder<string, never> | CreateTableBuilder<string, string>,
  columns: Readonly<Record<string, ColumnType | NullableColumn>>,
): CreateTableBuilder<string, string> {
  let next = table as CreateTableBuilder<string, string>;
  for (const [name, type] of Object.entries(columns)) {
    next =
      typeof type === "object" && nullable in type
        ? next.addColumn(name, type[nullable])
        : next.addColumn(name, type, (column) => column.notNull());
  }
  return next;
}
