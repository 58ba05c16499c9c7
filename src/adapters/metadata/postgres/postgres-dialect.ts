import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from "kysely";
import type { SqlDialect } from "../sql/dialect.ts";
import type { Tables } from "../sql/tables.ts";

const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    // Kysely writes the SQL; sessions run it.
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

export const postgresDialect: SqlDialect = {
  builder,
  types: {
    // Compares by bytes, which for UTF-8 is code point order, whatever the database's own locale is.
    text: sql`text collate "C"`,
    integer: "bigint",
    bytes: "bytea",
  },
  smallRows: (name) => builder.schema.createTable(name),
  largeRows: (name) => builder.schema.createTable(name),
  counted: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
  countOn: (table, column) =>
    builder.selectFrom(table as never).select(
      sql`setval(pg_get_serial_sequence(${sql.lit(table)}, ${sql.lit(column)}),
        greatest(coalesce(max(${sql.ref(column)}), 0), 1))`.as("counted"),
    ),
  locksRows: true,
  counterSlots: 16,
};
