/**
 * What replicas share to stay out of each other's way: names that one of them holds, and the work
 * that is still to be done. Both reach across registries, since a worker takes what is due wherever
 * it belongs.
 */
import { type Compilable, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0004: Migration = {
  version: 4,
  name: "leases and jobs",
  statements: (dialect) => [...leases(dialect), ...jobs(dialect)],
};

function leases({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("lease"), {
      name: text,
      holder: text,
      expires_at: integer,
    }).addPrimaryKeyConstraint("lease_key", ["name"]),
    builder.schema.createIndex("lease_expiry").on("lease").columns(["expires_at", "name"]),
  ];
}

function jobs({ builder, largeRows, types: { text, integer } }: SqlDialect): Compilable[] {
  const work = ["account", "region", "kind", "key"];
  return [
    withColumns(largeRows("job"), {
      id: text,
      account: text,
      region: text,
      kind: text,
      key: text,
      payload: text,
      state: text,
      due_at: integer,
      again_at: optional(integer),
      attempts: integer,
      holder: text,
      last_error: optional(text),
      created_at: integer,
    }).addPrimaryKeyConstraint("job_key", ["id"]),
    builder.schema
      .createIndex("job_active")
      .unique()
      .on("job")
      .columns(work)
      .where(sql.ref("state"), "<>", sql.lit("dead")),
    builder.schema
      .createIndex("job_dead")
      .unique()
      .on("job")
      .columns(work)
      .where(sql.ref("state"), "=", sql.lit("dead")),
    // What may be claimed, by time: neither the dead nor what is due later is looked at.
    builder.schema
      .createIndex("job_due")
      .on("job")
      .columns(["kind", "due_at"])
      .where(sql.ref("state"), "<>", sql.lit("dead")),
    builder.schema.createIndex("job_state").on("job").columns(["state", "kind", "id"]),
  ];
}
