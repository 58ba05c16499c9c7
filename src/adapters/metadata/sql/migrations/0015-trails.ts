/** Trails, and what of the audit trail waits for them. */
import { sql } from "kysely";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRegistry = ["account", "region"];

export const migration0015: Migration = {
  version: 15,
  name: "trails",
  statements: ({ builder, smallRows, types: { text, integer } }) => [
    withColumns(smallRows("trail"), {
      account: text,
      region: text,
      name: text,
      id: text,
      is_multi_region: integer,
      is_organization: integer,
      logs_from: integer,
      logs_until: integer,
      settings: text,
      status: text,
    }).addPrimaryKeyConstraint("trail_key", [...ofRegistry, "name"]),
    builder.schema
      .createIndex("trail_organization")
      .on("trail")
      .column("is_organization")
      .where(sql.ref("is_organization"), "=", sql.lit(1)),
    // The first columns are those of the row of the audit trail, which stays for as long as this does.
    withColumns(smallRows("trail_record"), {
      account: text,
      region: text,
      at: integer,
      id: text,
      trail: text,
      file: text,
    }).addPrimaryKeyConstraint("trail_record_key", [...ofRegistry, "at", "id", "trail"]),
    builder.schema
      .createIndex("trail_record_file")
      .on("trail_record")
      .columns(["trail", "file", ...ofRegistry, "at", "id"]),
    withColumns(smallRows("trail_file"), {
      trail: text,
      account: text,
      region: text,
      id: text,
      planned_at: integer,
      object: text,
      written: optional(text),
      digest: text,
    }).addPrimaryKeyConstraint("trail_file_key", ["trail", ...ofRegistry, "id"]),
    builder.schema
      .createIndex("trail_file_unwritten")
      .on("trail_file")
      .columns(["trail", "planned_at", "id"])
      .where(sql.ref("written"), "is", null),
    withColumns(smallRows("trail_digest"), {
      trail: text,
      account: text,
      region: text,
      chain: text,
    }).addPrimaryKeyConstraint("trail_digest_key", ["trail", ...ofRegistry]),
    withColumns(smallRows("trail_signing_key"), {
      account: text,
      region: text,
      fingerprint: text,
      public_key: text,
      sealed_private_key: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("trail_signing_key_key", [...ofRegistry, "fingerprint"]),
  ],
};
