/** Which tags named an image once. */
import { sql } from "kysely";
import type { Migration } from "./migration.ts";

const ofRepository = ["account", "region", "repository"] as const;

export const migration0036: Migration = {
  version: 36,
  name: "former tags",
  statements: ({ builder }) => [
    // A removal names no image. By its condition SQLite takes it for no other statement than the one that says so.
    builder.schema
      .createIndex("tag_history_digest")
      .on("tag_history")
      .columns([...ofRepository, "digest", "tag"])
      .where(sql.ref("digest"), "is not", null),
  ],
};
