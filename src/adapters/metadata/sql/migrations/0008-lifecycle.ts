/** Lifecycle policies, what they would do, what they did, and what is in use whatever they say. */
import { type Compilable, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0008: Migration = {
  version: 8,
  name: "lifecycle",
  statements: (dialect) => [
    ...policies(dialect),
    ...previews(dialect),
    ...runs(dialect),
    ...uses(dialect),
  ],
};

const ofRepository = ["account", "region", "repository"];

/** Beside a policy, on its repository: when it is to be looked at. Absent where there is none. */
function policies({ builder, largeRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    builder.schema.alterTable("repository").addColumn("lifecycle_due_at", integer),
    builder.schema
      .createIndex("repository_lifecycle_due")
      .on("repository")
      .columns(["lifecycle_due_at", "account", "region", "id"])
      .where(sql.ref("lifecycle_due_at"), "is not", null),
    withColumns(largeRows("lifecycle_policy"), {
      account: text,
      region: text,
      repository: text,
      policy: optional(text),
      extension: optional(text),
      version: integer,
      put_at: integer,
      evaluated_at: optional(integer),
      /** Counts what may have taken an image out of what a rule counts. */
      changes: integer,
    })
      .addPrimaryKeyConstraint("lifecycle_policy_key", ofRepository)
      .addForeignKeyConstraint("lifecycle_policy_of", ofRepository, "repository", [
        "account",
        "region",
        "id",
      ]),
  ];
}

function previews({ largeRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(largeRows("lifecycle_preview"), {
      account: text,
      region: text,
      repository: text,
      id: text,
      policy: optional(text),
      extension: optional(text),
      status: text,
      started_at: integer,
      finished_at: optional(integer),
      /** JSON: counts, bytes, rules without matches, rules that others shadow. */
      summary: optional(text),
    }).addPrimaryKeyConstraint("lifecycle_preview_key", ofRepository),
    withColumns(largeRows("lifecycle_preview_result"), {
      account: text,
      region: text,
      repository: text,
      position: integer,
      digest: text,
      tag_count: integer,
      /** JSON. */
      result: text,
    }).addPrimaryKeyConstraint("lifecycle_preview_result_key", [...ofRepository, "position"]),
  ];
}

function runs({ builder, largeRows, types: { text, integer } }: SqlDialect): Compilable[] {
  const run = [...ofRepository, "at", "id"];
  return [
    withColumns(largeRows("lifecycle_run"), {
      account: text,
      region: text,
      repository: text,
      at: integer,
      id: text,
      name: text,
      policy_version: integer,
      policy: text,
      previous_at: optional(integer),
      expired: integer,
      archived: integer,
      untagged: integer,
      failed: integer,
      size_bytes: integer,
      finished_at: optional(integer),
    }).addPrimaryKeyConstraint("lifecycle_run_key", run),
    builder.schema.createIndex("lifecycle_run_time").on("lifecycle_run").column("at"),
    withColumns(largeRows("lifecycle_run_image"), {
      account: text,
      region: text,
      repository: text,
      run: text,
      position: integer,
      digest: text,
      /** JSON array, at most as many as ECR lists. */
      tags: text,
      pushed_at: integer,
      rule: integer,
      action: text,
      size_bytes: integer,
      failure_code: optional(text),
      failure_reason: optional(text),
    }).addPrimaryKeyConstraint("lifecycle_run_image_key", [...ofRepository, "run", "position"]),
  ];
}

function uses({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("image_in_use"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      reporter: text,
      reported_at: integer,
      expires_at: integer,
    }).addPrimaryKeyConstraint("image_in_use_key", [...ofRepository, "digest", "reporter"]),
    builder.schema.createIndex("image_in_use_expiry").on("image_in_use").column("expires_at"),
  ];
}
