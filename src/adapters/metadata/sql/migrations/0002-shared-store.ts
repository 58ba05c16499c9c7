/**
 * For several processes on one store: bytes are where the blob store says that they are, and the
 * counters of a registry are spread over rows of which each transaction changes one.
 */
import { type Compilable, type RawBuilder, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0002: Migration = {
  version: 2,
  name: "shared store",
  statements: (dialect) => [...places(dialect), ...counters(dialect)],
};

function places({ builder, types: { text } }: SqlDialect): Compilable[] {
  return ["object", "upload"].map((table) =>
    builder.schema
      .alterTable(table)
      .addColumn("place", text, (column) => column.notNull().defaultTo(sql.lit(""))),
  );
}

const counted = [
  "repository_count",
  "image_count",
  "size_bytes",
  "object_count",
  "object_sealed_bytes",
];

function counters({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  const columns = ["account", "region", ...counted].join(", ");
  return [
    withColumns(smallRows("registry_counter"), {
      account: text,
      region: text,
      slot: integer,
      ...Object.fromEntries(counted.map((name) => [name, integer])),
    }).addPrimaryKeyConstraint("registry_counter_key", ["account", "region", "slot"]),
    compiled(
      builder,
      sql.raw(`insert into registry_counter (slot, ${columns}) select 0, ${columns} from registry`),
    ),
    builder.schema.dropTable("registry"),
  ];
}

function compiled(builder: SqlDialect["builder"], query: RawBuilder<unknown>): Compilable {
  return { compile: () => query.compile(builder) };
}
