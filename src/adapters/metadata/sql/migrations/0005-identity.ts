/**
 * Accounts, who there is in them, what they may and by which keys they are known; and the policies of
 * repositories and registries. IAM knows no regions, so these rows begin with the account alone.
 */
import { type Compilable, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0005: Migration = {
  version: 5,
  name: "identity",
  statements: (dialect) => [
    ...accounts(dialect),
    ...principals(dialect),
    ...policies(dialect),
    ...credentials(dialect),
    ...resourcePolicies(dialect),
  ],
};

function accounts({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("account"), {
      id: text,
      name: text,
      email: text,
      email_key: text,
      status: text,
      joined_method: text,
      created_at: integer,
      alias: optional(text),
      tags: text,
    }).addPrimaryKeyConstraint("account_key", ["id"]),
    builder.schema.createIndex("account_email").unique().on("account").column("email_key"),
    builder.schema
      .createIndex("account_alias")
      .unique()
      .on("account")
      .column("alias")
      .where(sql.ref("alias"), "is not", null),
    withColumns(smallRows("account_request"), {
      id: text,
      account_name: text,
      state: text,
      failure_reason: optional(text),
      account: optional(text),
      requested_at: integer,
      completed_at: integer,
    }).addPrimaryKeyConstraint("account_request_key", ["id"]),
  ];
}

function principals({ builder, ...dialect }: SqlDialect): Compilable[] {
  const { text, integer } = dialect.types;
  return [
    withColumns(dialect.largeRows("principal"), {
      account: text,
      kind: text,
      name_key: text,
      name: text,
      id: text,
      path: text,
      created_at: integer,
      tags: text,
      boundary: optional(text),
      revoked_before: optional(integer),
      login: optional(text),
      trust_policy: optional(text),
      description: text,
      max_session_seconds: integer,
      used_at: optional(integer),
      used_region: optional(text),
    }).addPrimaryKeyConstraint("principal_key", ["account", "kind", "name_key"]),
    builder.schema.createIndex("principal_id").unique().on("principal").column("id"),
    builder.schema
      .createIndex("principal_boundary")
      .on("principal")
      .columns(["account", "boundary", "id"])
      .where(sql.ref("boundary"), "is not", null),
    withColumns(dialect.smallRows("group_member"), {
      account: text,
      user: text,
      member_of: text,
    }).addPrimaryKeyConstraint("group_member_key", ["account", "user", "member_of"]),
    builder.schema
      .createIndex("group_member_of")
      .on("group_member")
      .columns(["account", "member_of", "user"]),
  ];
}

function policies({ builder, ...dialect }: SqlDialect): Compilable[] {
  const { text, integer } = dialect.types;
  return [
    withColumns(dialect.largeRows("policy"), {
      account: text,
      name_key: text,
      name: text,
      id: text,
      path: text,
      description: text,
      default_version: integer,
      versions_made: integer,
      tags: text,
      created_at: integer,
      updated_at: integer,
    }).addPrimaryKeyConstraint("policy_key", ["account", "name_key"]),
    builder.schema.createIndex("policy_id").unique().on("policy").columns(["account", "id"]),
    withColumns(dialect.largeRows("policy_version"), {
      account: text,
      policy: text,
      version: integer,
      document: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("policy_version_key", ["account", "policy", "version"]),
    withColumns(dialect.smallRows("policy_attachment"), {
      account: text,
      principal: text,
      policy_arn: text,
      kind: text,
    }).addPrimaryKeyConstraint("policy_attachment_key", ["account", "principal", "policy_arn"]),
    builder.schema
      .createIndex("policy_attachment_policy")
      .on("policy_attachment")
      .columns(["account", "policy_arn", "kind", "principal"]),
    withColumns(dialect.largeRows("inline_policy"), {
      account: text,
      principal: text,
      name: text,
      document: text,
    }).addPrimaryKeyConstraint("inline_policy_key", ["account", "principal", "name"]),
  ];
}

function credentials({ builder, ...dialect }: SqlDialect): Compilable[] {
  const { text, integer, bytes } = dialect.types;
  return [
    withColumns(dialect.smallRows("access_key"), {
      id: text,
      account: text,
      owner: text,
      sealed_secret: bytes,
      status: text,
      created_at: integer,
      used_at: optional(integer),
      used_region: optional(text),
      used_service: optional(text),
    }).addPrimaryKeyConstraint("access_key_key", ["id"]),
    builder.schema
      .createIndex("access_key_owner")
      .on("access_key")
      .columns(["account", "owner", "id"]),
    withColumns(dialect.largeRows("session"), {
      id: text,
      account: text,
      owner: text,
      kind: text,
      name: text,
      sealed_secret: bytes,
      claims: text,
      created_at: integer,
      expires_at: integer,
      used_at: optional(integer),
      used_region: optional(text),
    }).addPrimaryKeyConstraint("session_key", ["id"]),
    builder.schema
      .createIndex("session_owner")
      .on("session")
      .columns(["account", "owner", "kind", "id"]),
    builder.schema.createIndex("session_kind").on("session").columns(["account", "kind", "id"]),
    builder.schema.createIndex("session_expiry").on("session").columns(["expires_at", "id"]),
    withColumns(dialect.smallRows("oidc_provider"), {
      account: text,
      url: text,
      client_ids: text,
      thumbprints: text,
      tags: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("oidc_provider_key", ["account", "url"]),
  ];
}

function resourcePolicies({ largeRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(largeRows("repository_policy"), {
      account: text,
      region: text,
      repository: text,
      document: text,
      put_at: integer,
    }).addPrimaryKeyConstraint("repository_policy_key", ["account", "region", "repository"]),
    withColumns(largeRows("registry_policy"), {
      account: text,
      region: text,
      document: text,
      put_at: integer,
    }).addPrimaryKeyConstraint("registry_policy_key", ["account", "region"]),
  ];
}
