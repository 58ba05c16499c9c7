/** What happened: events that wait to be routed, and those that were. */
import type { Compilable } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0010: Migration = {
  version: 10,
  name: "events",
  statements: (dialect) => [outbox(dialect), ...log(dialect), ...archives(dialect)],
};

const ofRegistry = ["account", "region"];

/** The columns of an event, wherever it is. */
function eventColumns({ types: { text, integer } }: SqlDialect) {
  return {
    ...{ id: text, account: text, region: text, partition: text, at: integer },
    ...{ source: text, detail_type: text },
    // A JSON array, and a JSON object.
    ...{ resources: text, detail: text },
    // A JSON array of the buses before this one; absent where it happened.
    passed: optional(text),
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
    ...Object.entries({ registry: ["position"], time: ["logged_at", "position"] }).map(
      ([name, columns]) =>
        builder.schema
          .createIndex(`event_log_${name}`)
          .on("event_log")
          .columns([...ofRegistry, ...columns]),
    ),
  ];
}

function archives(dialect: SqlDialect): Compilable[] {
  const { largeRows, types } = dialect;
  const { text, integer } = types;
  const named = { account: text, region: text, name: text };
  return [
    withColumns(largeRows("event_archive"), {
      ...named,
      // Made anew under its name, an archive is another one.
      id: text,
      pattern: optional(text),
      description: optional(text),
      retention_days: integer,
      created_at: integer,
      event_count: integer,
      size_bytes: integer,
    }).addPrimaryKeyConstraint("event_archive_key", [...ofRegistry, "name"]),
    withColumns(largeRows("archived_event"), {
      archive: text,
      position: integer,
      ...eventColumns(dialect),
      archived_at: integer,
      size_bytes: integer,
    }).addPrimaryKeyConstraint("archived_event_key", [...ofRegistry, "archive", "position"]),
    withColumns(largeRows("event_replay"), {
      ...named,
      description: optional(text),
      archive: text,
      archive_id: text,
      rules: text,
      from_at: integer,
      to_at: integer,
      state: text,
      state_reason: optional(text),
      position: integer,
      last_at: optional(integer),
      started_at: integer,
      ended_at: optional(integer),
    }).addPrimaryKeyConstraint("event_replay_key", [...ofRegistry, "name"]),
  ];
}
