/** What repositories alone hold, and what could be saved in them. */

import { sql } from "kysely";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0014: Migration = {
  version: 14,
  name: "costs",
  statements: ({ builder, smallRows, types: { text, integer } }) => [
    // Outlives its repository, as long as its usage does.
    withColumns(smallRows("cost_assessment"), {
      account: text,
      region: text,
      repository: text,
      name: text,
      at: integer,
      size_bytes: integer,
      own_bytes: integer,
      expiring_bytes: integer,
      expiring_until: integer,
    }).addPrimaryKeyConstraint("cost_assessment_key", ["account", "region", "repository"]),
    // Few: forecasts add them up.
    builder.schema
      .createIndex("cost_assessment_expiring")
      .on("cost_assessment")
      .columns(["account", "region", "expiring_until", "at", "expiring_bytes"])
      .where(sql.ref("expiring_bytes"), ">", sql.lit(0)),
    withColumns(smallRows("cost_saving"), {
      account: text,
      region: text,
      repository: text,
      kind: text,
      name: text,
      items: integer,
      bytes: integer,
      affected_bytes: integer,
      // JSON: the images that a call is about.
      detail: optional(text),
      found_at: integer,
    }).addPrimaryKeyConstraint("cost_saving_key", ["account", "region", "repository", "kind"]),
    builder.schema
      .createIndex("cost_saving_bytes")
      .on("cost_saving")
      .columns(["account", "region", "bytes", "repository", "kind"]),
    builder.schema
      .createIndex("cost_saving_kind")
      .on("cost_saving")
      .columns(["account", "region", "kind", "bytes"]),
  ],
};
