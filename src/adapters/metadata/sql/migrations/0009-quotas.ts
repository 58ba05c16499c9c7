/** What may be stored where, and whose pulls do not count as such. */
import type { Compilable } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0009: Migration = {
  version: 9,
  name: "quotas and pull times",
  statements: (dialect) => [...quotas(dialect), ...pulls(dialect)],
};

const ofRegistry = ["account", "region"];

function quotas({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    // Where a registry's service quota is not the one that everybody has.
    withColumns(smallRows("service_quota"), {
      account: text,
      region: text,
      code: text,
      value: integer,
    }).addPrimaryKeyConstraint("service_quota_key", [...ofRegistry, "code"]),
    withColumns(smallRows("quota"), {
      account: text,
      region: text,
      id: text,
      prefix: text,
      unit: text,
      soft: optional(integer),
      hard: optional(integer),
      state: text,
      position: text,
      created_at: integer,
    })
      .addPrimaryKeyConstraint("quota_key", [...ofRegistry, "id"])
      .addUniqueConstraint("quota_place", [...ofRegistry, "prefix", "unit"]),
    // What is used lies in several rows, so that pushes do not wait for one another; each has a
    // part of what is allowed.
    withColumns(smallRows("quota_usage"), {
      account: text,
      region: text,
      quota: text,
      slot: integer,
      used: integer,
      allowance: integer,
    })
      .addPrimaryKeyConstraint("quota_usage_key", [...ofRegistry, "quota", "slot"])
      .addForeignKeyConstraint("quota_usage_of", [...ofRegistry, "quota"], "quota", [
        ...ofRegistry,
        "id",
      ]),
    // A JSON array of the quotas that a repository is counted in; absent where there are none.
    builder.schema.alterTable("repository").addColumn("quotas", text),
  ];
}

function pulls({ smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("pull_time_exclusion"), {
      account: text,
      region: text,
      principal_arn: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("pull_time_exclusion_key", [...ofRegistry, "principal_arn"]),
  ];
}
