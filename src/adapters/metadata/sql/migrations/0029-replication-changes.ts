/** What goes along with images to other registries, and what does not come in again. */
import { sql } from "kysely";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRegistry = ["account", "region"];
const ofRepository = [...ofRegistry, "repository"];
const destination = ["to_account", "to_region"];

export const migration0029: Migration = {
  version: 29,
  name: "replication changes",
  statements: ({ builder, largeRows, types: { text, integer } }) => [
    withColumns(largeRows("replication_change"), {
      ...{ account: text, region: text, repository: text, to_account: text, to_region: text },
      ...{ kind: text, target: text, at: integer, status: text },
      ...{ failure_code: optional(text), failure: optional(text) },
      ...{ revision: integer, attempts: integer, due_at: optional(integer) },
      ...{ requested_at: integer, expires_at: optional(integer) },
    }).addPrimaryKeyConstraint("replication_change_key", [
      ...[...ofRepository, ...destination],
      ...["kind", "target"],
    ]),
    builder.schema
      .createIndex("replication_change_due")
      .on("replication_change")
      .columns([...ofRepository, ...destination, "due_at", "kind", "target"]),
    builder.schema
      .createIndex("replication_change_status")
      .on("replication_change")
      .columns(["status", ...ofRegistry, ...destination, "requested_at"]),
    // Few are given up.
    builder.schema
      .createIndex("replication_change_expiry")
      .on("replication_change")
      .column("expires_at")
      .where(sql.ref("expires_at"), "is not", null),
    withColumns(largeRows("replication_tombstone"), {
      ...{ account: text, region: text, repository: text, kind: text, target: text },
      ...{ at: integer, expires_at: integer },
    }).addPrimaryKeyConstraint("replication_tombstone_key", [...ofRepository, "kind", "target"]),
    builder.schema
      .createIndex("replication_tombstone_expiry")
      .on("replication_tombstone")
      .column("expires_at"),
    // Of a copy: since when it is there where it comes from.
    builder.schema.alterTable("image").addColumn("alive_at", integer),
  ],
};
