/** What was used: counts by hour and day, and what there was by the hour. */
import { type Compilable, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0013: Migration = {
  version: 13,
  name: "usage",
  statements: (dialect) => [...counts(dialect), ...levels(dialect)],
};

const ofRegistry = ["account", "region"];

function counts({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    // Repository: an id, whose rows outlive it; empty for the registry as a whole.
    withColumns(smallRows("usage_count"), {
      account: text,
      region: text,
      period: text,
      repository: text,
      at: integer,
      pulls: integer,
      pushes: integer,
      manifest_reads: integer,
      manifest_writes: integer,
      layer_reads: integer,
      layer_writes: integer,
      lists: integer,
      deletes: integer,
      other_requests: integer,
      sent_region_bytes: integer,
      sent_other_region_bytes: integer,
      sent_internet_bytes: integer,
      received_bytes: integer,
      key_operations: integer,
    }).addPrimaryKeyConstraint("usage_count_key", [...ofRegistry, "period", "repository", "at"]),
    builder.schema.createIndex("usage_count_time").on("usage_count").columns(["period", "at"]),
    withColumns(smallRows("usage_call"), {
      account: text,
      region: text,
      operation: text,
      period: text,
      at: integer,
      calls: integer,
    }).addPrimaryKeyConstraint("usage_call_key", [...ofRegistry, "operation", "period", "at"]),
    builder.schema.createIndex("usage_call_time").on("usage_call").columns(["period", "at"]),
  ];
}

function levels({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    // A row for each change that the hourly look found.
    withColumns(smallRows("usage_level"), {
      account: text,
      region: text,
      repository: text,
      at: integer,
      period: text,
      size_bytes: integer,
      images: integer,
      archived_bytes: integer,
      stored_bytes: integer,
      repositories: integer,
    }).addPrimaryKeyConstraint("usage_level_key", [...ofRegistry, "repository", "at"]),
    builder.schema.createIndex("usage_level_time").on("usage_level").columns(["period", "at"]),
    withColumns(smallRows("usage_repository"), {
      account: text,
      region: text,
      repository: text,
      name: text,
      size_bytes: integer,
      images: integer,
      archived_bytes: integer,
      gone_at: optional(integer),
    }).addPrimaryKeyConstraint("usage_repository_key", [...ofRegistry, "repository"]),
    builder.schema
      .createIndex("usage_repository_name")
      .on("usage_repository")
      .columns([...ofRegistry, "name", "repository"]),
    builder.schema
      .createIndex("usage_repository_size")
      .on("usage_repository")
      .column("size_bytes")
      .where(sql.ref("gone_at"), "is", null),
    builder.schema
      .createIndex("usage_repository_gone")
      .on("usage_repository")
      .column("gone_at")
      .where(sql.ref("gone_at"), "is not", null),
  ];
}
