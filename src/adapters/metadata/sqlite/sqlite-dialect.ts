import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import type { SqlDialect } from "../sql/dialect.ts";
import type { Tables } from "../sql/tables.ts";

const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    // Kysely writes the SQL; the reader and the writer run it.
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

export const sqliteDialect: SqlDialect = {
  builder,
  // Text compares by its bytes (the collation BINARY), which for UTF-8 is code point order.
  types: { text: "text", integer: "integer", bytes: "blob" },
  // The primary key holds the row: one search instead of two.
  smallRows: (name) => builder.schema.createTable(name).modifyEnd(sql`strict, without rowid`),
  largeRows: (name) => builder.schema.createTable(name).modifyEnd(sql`strict`),
  // Never the same number twice, also when the table was empty in between.
  counted: (column) => column.primaryKey().autoIncrement(),
  countOn: () => undefined,
  locksRows: false,
  counterSlots: 1,
};
