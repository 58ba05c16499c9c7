/** What findings are meant by names, and which of them are suppressed. */
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRegistry = ["account", "region"];

export const migration0017: Migration = {
  version: 17,
  name: "filters of findings",
  statements: ({ builder, smallRows, types: { text, integer } }) => [
    withColumns(smallRows("finding_filter"), {
      account: text,
      region: text,
      id: text,
      name: text,
      action: text,
      description: optional(text),
      reason: optional(text),
      // JSON.
      criteria: text,
      tags: text,
      created_at: integer,
      updated_at: integer,
    })
      .addPrimaryKeyConstraint("finding_filter_key", [...ofRegistry, "id"])
      .addUniqueConstraint("finding_filter_name", [...ofRegistry, "name"]),
    builder.schema
      .createIndex("finding_filter_action")
      .on("finding_filter")
      .columns([...ofRegistry, "action", "id"]),
  ],
};
