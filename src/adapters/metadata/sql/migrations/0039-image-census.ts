/** How images stand in their scans and how old they are, by the day. */
import { sql } from "kysely";
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0039: Migration = {
  version: 39,
  name: "image census",
  statements: ({ builder, smallRows, types: { text, integer } }) => [
    withColumns(smallRows("image_census"), {
      account: text,
      region: text,
      at: integer,
      // JSON.
      counts: text,
    }).addPrimaryKeyConstraint("image_census_key", ["account", "region", "at"]),
    builder.schema.createIndex("image_census_time").on("image_census").column("at"),
    // It has all images: by its condition SQLite takes it for no other statement than the one that says so.
    builder.schema
      .createIndex("image_age")
      .on("image")
      .columns(["account", "region", "state", "pushed_at"])
      .where(sql.ref("pushed_at"), ">=", sql.lit(0)),
  ],
};
