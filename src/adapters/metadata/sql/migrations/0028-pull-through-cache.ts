/** Which repositories are a cache of another registry, and until when a tag of theirs is served unasked. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0028: Migration = {
  version: 28,
  name: "pull-through cache",
  statements: ({ builder, largeRows, types: { text, integer } }) => [
    withColumns(largeRows("cache_rule"), {
      account: text,
      region: text,
      prefix: text,
      settings: text,
      created_at: integer,
      updated_at: integer,
    }).addPrimaryKeyConstraint("cache_rule_key", ["account", "region", "prefix"]),
    // Null for a tag that somebody has pushed.
    builder.schema.alterTable("tag").addColumn("fresh_until", integer),
  ],
};
