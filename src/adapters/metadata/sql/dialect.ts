import type {
  ColumnDefinitionBuilder,
  Compilable,
  CreateTableBuilder,
  Expression,
  Kysely,
} from "kysely";
import type { Tables } from "./tables.ts";

/** Kysely's own words for a column type, or an expression where those do not suffice. */
export type ColumnType = "text" | "integer" | "bigint" | "blob" | "bytea" | Expression<unknown>;

/**
 * What the shared queries and migrations must know of a database. Kysely only writes the SQL here;
 * a `SqlConnection` runs it.
 */
export interface SqlDialect {
  readonly builder: Kysely<Tables>;
  readonly types: {
    /** Compares and sorts by code point: pages rely on it (PostgreSQL: `text collate "C"`). */
    readonly text: ColumnType;
    /** 64 bits. */
    readonly integer: ColumnType;
    readonly bytes: ColumnType;
  };
  /** A table of small rows that are found by their primary key. */
  smallRows(name: string): CreateTableBuilder<string, never>;
  /** A table whose rows may be large. */
  largeRows(name: string): CreateTableBuilder<string, never>;
  /** Makes an integer column the primary key that the database counts up by itself. */
  counted(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder;
  /**
   * Has the database count on after the rows that are there, where it does not see by itself that they
   * were brought with their numbers.
   */
  countOn(table: string, column: string): Compilable | undefined;
  /** Whether a read locks rows with `for update`; without, the database has one writer. */
  readonly locksRows: boolean;
  /** Rows over which the counters of a registry are spread: one where there is one writer. */
  readonly counterSlots: number;
}
