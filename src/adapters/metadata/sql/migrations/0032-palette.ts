/** What is looked for in a whole registry by the beginning of its name, and counted over all of it. */
import { sql } from "kysely";
import type { Migration } from "./migration.ts";

export const migration0032: Migration = {
  version: 32,
  name: "palette",
  statements: ({ builder }) => [
    builder.schema
      .createIndex("tag_name")
      .on("tag")
      .columns(["account", "region", "tag", "repository"]),
    builder.schema
      .createIndex("image_digest")
      .on("image")
      .columns(["account", "region", "digest", "repository"]),
    // Scans are counted by state without their rows, which hold what was found. It has all of them: by its
    // condition SQLite takes it for no other statement than the one that says so.
    builder.schema
      .createIndex("image_scan_state")
      .on("image_scan")
      .columns(["account", "region", "type", "status", "worst"])
      .where(sql.ref("worst"), ">=", sql.lit(0)),
  ],
};
