/** Keys of KMS, who may use them, what they were used for, and which repositories they seal and sealed. */
import { type Compilable, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0006: Migration = {
  version: 6,
  name: "kms",
  statements: (dialect) => [
    ...keys(dialect),
    ...rights(dialect),
    ...uses(dialect),
    ...sealed(dialect),
    ...rekeyed(dialect),
  ],
};

function keys({ builder, ...dialect }: SqlDialect): Compilable[] {
  const { text, integer, bytes } = dialect.types;
  return [
    withColumns(dialect.largeRows("kms_key"), {
      account: text,
      region: text,
      id: text,
      state: text,
      manager: text,
      description: text,
      policy: text,
      tags: text,
      created_at: integer,
      deletion_at: optional(integer),
      version: integer,
      rotation_days: optional(integer),
      rotation_at: optional(integer),
      rotations_on_demand: integer,
    }).addPrimaryKeyConstraint("kms_key_key", ["account", "region", "id"]),
    builder.schema
      .createIndex("kms_key_deletion")
      .on("kms_key")
      .column("deletion_at")
      .where(sql.ref("deletion_at"), "is not", null),
    builder.schema
      .createIndex("kms_key_rotation")
      .on("kms_key")
      .column("rotation_at")
      .where(sql.ref("rotation_at"), "is not", null),
    withColumns(dialect.smallRows("kms_key_version"), {
      account: text,
      region: text,
      key: text,
      version: integer,
      wrapped: bytes,
      origin: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("kms_key_version_key", ["account", "region", "key", "version"]),
    withColumns(dialect.smallRows("kms_alias"), {
      account: text,
      region: text,
      name: text,
      key: text,
      created_at: integer,
      updated_at: integer,
    }).addPrimaryKeyConstraint("kms_alias_key", ["account", "region", "name"]),
    builder.schema
      .createIndex("kms_alias_target")
      .on("kms_alias")
      .columns(["account", "region", "key", "name"]),
  ];
}

function rights({ builder, ...dialect }: SqlDialect): Compilable[] {
  const { text, integer } = dialect.types;
  return [
    withColumns(dialect.largeRows("kms_grant"), {
      account: text,
      region: text,
      key: text,
      id: text,
      name: text,
      grantee: text,
      retiring: text,
      operations: text,
      constraints: text,
      scope: text,
      issuer: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("kms_grant_key", ["account", "region", "key", "id"]),
    builder.schema
      .createIndex("kms_grant_retiring")
      .on("kms_grant")
      .columns(["account", "region", "retiring", "key", "id"]),
    builder.schema
      .createIndex("kms_grant_grantee")
      .on("kms_grant")
      .columns(["account", "region", "key", "grantee", "scope"]),
  ];
}

function uses({ builder, ...dialect }: SqlDialect): Compilable[] {
  const { text, integer } = dialect.types;
  return [
    withColumns(dialect.largeRows("kms_use"), {
      account: text,
      region: text,
      key: text,
      at: integer,
      id: text,
      operation: text,
      principal: text,
      request_id: text,
      context: text,
      error: optional(text),
    }).addPrimaryKeyConstraint("kms_use_key", ["account", "region", "key", "at", "id"]),
    builder.schema.createIndex("kms_use_time").on("kms_use").column("at"),
    withColumns(dialect.smallRows("kms_use_count"), {
      account: text,
      region: text,
      key: text,
      month: text,
      operation: text,
      uses: integer,
    }).addPrimaryKeyConstraint("kms_use_count_key", [
      "account",
      "region",
      "key",
      "month",
      "operation",
    ]),
  ];
}

/** The ARN of the KMS key that seals a repository; absent where the service's own does. */
function sealed({ builder, types: { text } }: SqlDialect): Compilable[] {
  return [
    builder.schema.alterTable("repository").addColumn("encryption_key", text),
    builder.schema
      .createIndex("repository_encryption_key")
      .on("repository")
      .columns(["account", "region", "encryption_key", "name"])
      .where(sql.ref("encryption_key"), "is not", null),
  ];
}

/** How a repository came, or comes, under another key. Absence of a key: the service's own. */
function rekeyed(dialect: SqlDialect): Compilable[] {
  const { text, integer } = dialect.types;
  return [
    withColumns(dialect.largeRows("rekey"), {
      account: text,
      region: text,
      repository: text,
      from_type: text,
      from_key: optional(text),
      to_type: text,
      to_key: optional(text),
      started_at: integer,
      finished_at: optional(integer),
      phase: text,
      position: text,
      objects: optional(integer),
      seen: integer,
      rewrapped: integer,
      copied: integer,
      adopted: integer,
      failure: optional(text),
    }).addPrimaryKeyConstraint("rekey_key", ["account", "region", "repository"]),
  ];
}
