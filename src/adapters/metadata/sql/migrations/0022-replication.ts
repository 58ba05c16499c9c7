/** What is copied to other registries. */
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRegistry = ["account", "region"];
const ofRepository = [...ofRegistry, "repository"];
const destination = ["to_account", "to_region"];

export const migration0022: Migration = {
  version: 22,
  name: "replication",
  statements: ({ builder, largeRows, types: { text, integer } }) => [
    withColumns(largeRows("image_replication"), {
      ...{ account: text, region: text, repository: text, digest: text },
      ...{ to_account: text, to_region: text, status: text },
      ...{ failure_code: optional(text), failure: optional(text) },
      // A JSON array.
      tags: text,
      ...{ revision: integer, attempts: integer, due_at: optional(integer) },
      ...{ requested_at: integer, ended_at: optional(integer) },
    })
      .addPrimaryKeyConstraint("image_replication_key", [...ofRepository, "digest", ...destination])
      .addForeignKeyConstraint("image_replication_of", [...ofRepository, "digest"], "image", [
        ...ofRepository,
        "digest",
      ]),
    builder.schema
      .createIndex("image_replication_due")
      .on("image_replication")
      .columns([...ofRepository, ...destination, "due_at", "digest"]),
    builder.schema
      .createIndex("image_replication_status")
      .on("image_replication")
      .columns(["status", ...ofRegistry, ...destination, "requested_at"]),
    withColumns(largeRows("replication_upload"), {
      ...{ account: text, region: text, repository: text, digest: text },
      ...{ to_account: text, to_region: text, upload_id: text, size_bytes: integer },
    }).addPrimaryKeyConstraint("replication_upload_key", [
      ...ofRepository,
      "digest",
      ...destination,
    ]),
    withColumns(largeRows("replication_backfill"), {
      ...{ account: text, region: text, id: text, to_account: text, to_region: text },
      ...{ status: text, failure_code: optional(text), total: optional(integer) },
      ...{ completed: integer, failed: integer },
      // A JSON array, and JSON.
      ...{ failure_codes: text, position: optional(text) },
      ...{ started_at: integer, ended_at: optional(integer), busy_region: optional(text) },
    })
      .addPrimaryKeyConstraint("replication_backfill_key", [...ofRegistry, "id"])
      .addUniqueConstraint("replication_backfill_busy", [...ofRegistry, "busy_region"]),
    builder.schema
      .createIndex("replication_backfill_start")
      .on("replication_backfill")
      .columns([...ofRegistry, "started_at", "id"]),
    builder.schema
      .createIndex("replication_backfill_end")
      .on("replication_backfill")
      .column("ended_at"),
    withColumns(largeRows("replication_result"), {
      ...{ account: text, region: text, backfill: text, position: integer },
      ...{ name: text, digest: text, tag: optional(text), status: text },
      ...{ failure_code: optional(text), sub_codes: text },
    }).addPrimaryKeyConstraint("replication_result_key", [...ofRegistry, "backfill", "position"]),
    builder.schema
      .createIndex("replication_result_status")
      .on("replication_result")
      .columns([...ofRegistry, "backfill", "status", "position"]),
  ],
};
