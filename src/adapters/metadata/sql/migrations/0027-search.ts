/** What repositories and images are sorted and filtered by where somebody looks through them. */
import { sql } from "kysely";
import type { Migration } from "./migration.ts";

const ofRepository = ["account", "region", "repository"] as const;

export const migration0027: Migration = {
  version: 27,
  name: "search",
  statements: ({ builder, types: { integer } }) => [
    builder.schema.alterTable("repository").addColumn("last_pushed_at", integer),
    builder.updateTable("repository").set({
      last_pushed_at: sql`(select max(image.pushed_at) from image where image.account = repository.account and image.region = repository.region and image.repository = repository.id)`,
    }),
    builder.schema
      .alterTable("image_scan")
      .addColumn("worst", integer, (column) => column.notNull().defaultTo(sql.lit(0))),
    // Counts hold no zeros: the name of a severity is there if a finding is.
    builder.updateTable("image_scan").set({
      worst: sql`case when counts like '%"CRITICAL"%' then 6 when counts like '%"HIGH"%' then 5 when counts like '%"MEDIUM"%' then 4 when counts like '%"LOW"%' then 3 when counts like '%"INFORMATIONAL"%' then 2 when counts like '%:%' then 1 else 0 end`,
    }),
    // The worst of a repository is the last entry; findings lie in the rows, which are not read for it. Without
    // those where nothing was found, SQLite takes it for no other statement than those that it is for.
    builder.schema
      .createIndex("image_scan_worst")
      .on("image_scan")
      .columns([...ofRepository, "type", "worst", "digest"])
      .where(sql.ref("worst"), ">", sql.lit(0)),
    // The children of indexes are few: who looks for them reads no reference to a layer.
    builder.schema
      .createIndex("manifest_reference_child")
      .on("manifest_reference")
      .columns([...ofRepository, "digest", "image"])
      .where(sql.ref("kind"), "=", sql.lit("child")),
  ],
};
