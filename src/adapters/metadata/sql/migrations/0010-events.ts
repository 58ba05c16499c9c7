/** What happened: events that wait to be routed, and those that were. */
import type { Compilable } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0010: Migration = {
  version: 10,
  name: "events",
  statements: (dialect) => [outbox(dialect), ...log(dialect)],
};

const ofRegistry = ["account", "region"];

/** The columns of an event, wherever it is. */
function eventColumns({ types: { text, integer } }: SqlDialect) {
  return {
    ...{ id: text, account: text, region: text, partition: text, at: integer },
    ...{ source: text, detail_type: text },
    // A JSON array, and a JSON object.
    ...{ resources: text, detail: text },
  };
}

/** In the order in which the database counts them: see ADR-0042. */
function outbox(dialect: SqlDialect): Compilable {
  const { largeRows, counted, types } = dialect;
  return withColumns(largeRows("outbox").addColumn("sequence", types.integer, counted), {
    ...eventColumns(dialect),
    // JSON; absent where it is told for the first time.
    replay: optional(types.text),
  });
}

function log(dialect: SqlDialect): Compilable[] {
  const { builder, largeRows, smallRows, types } = dialect;
  const { text, integer } = types;
  return [
    // How far work is that is done by one after the other.
    withColumns(smallRows("event_cursor"), {
      name: text,
      position: integer,
    }).addPrimaryKeyConstraint("event_cursor_key", ["name"]),
    withColumns(largeRows("event_log"), {
      position: integer,
      ...eventColumns(dialect),
      logged_at: integer,
    }).addPrimaryKeyConstraint("event_log_key", ["position"]),
    ...(["position", "logged_at"] as const).map((column) =>
      builder.schema
        .createIndex(`event_log_${column === "position" ? "registry" : "time"}`)
        .on("event_log")
        .columns([...ofRegistry, column]),
    ),
  ];
}
