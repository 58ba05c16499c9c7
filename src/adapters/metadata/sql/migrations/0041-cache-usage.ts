/** What rules of the pull-through cache spare their upstreams, by the hour, and how those answered last. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0041: Migration = {
  version: 41,
  name: "cache usage",
  statements: ({ builder, smallRows, types: { text, integer } }) => [
    withColumns(smallRows("cache_usage"), {
      account: text,
      region: text,
      prefix: text,
      at: integer,
      pulls: integer,
      misses: integer,
      sent_bytes: integer,
      fetched_bytes: integer,
    }).addPrimaryKeyConstraint("cache_usage_key", ["account", "region", "prefix", "at"]),
    builder.schema.createIndex("cache_usage_time").on("cache_usage").column("at"),
    builder.schema.alterTable("cache_rule").addColumn("fetched_at", integer),
    builder.schema.alterTable("cache_rule").addColumn("failed_at", integer),
    // JSON.
    builder.schema.alterTable("cache_rule").addColumn("failure", text),
  ],
};
