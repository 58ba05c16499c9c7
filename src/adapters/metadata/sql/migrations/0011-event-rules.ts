/** Which events go where, what is on its way, and what never arrived. */
import type { Compilable } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0011: Migration = {
  version: 11,
  name: "rules and deliveries of events",
  statements: (dialect) => [
    ...rules(dialect),
    ...endpoints(dialect),
    ...deliveries(dialect),
    ...buses(dialect),
  ],
};

const ofRegistry = ["account", "region"];
const ofTarget = [...ofRegistry, "target"];

function rules({ builder, largeRows, types: { text } }: SqlDialect): Compilable[] {
  return [
    withColumns(largeRows("event_rule"), {
      account: text,
      region: text,
      name: text,
      pattern: text,
      state: text,
      description: optional(text),
      role_arn: optional(text),
      tags: text,
    }).addPrimaryKeyConstraint("event_rule_key", [...ofRegistry, "name"]),
    withColumns(largeRows("event_target"), {
      account: text,
      region: text,
      rule: text,
      id: text,
      uid: text,
      arn: text,
      settings: text,
    })
      .addPrimaryKeyConstraint("event_target_key", [...ofRegistry, "rule", "id"])
      .addForeignKeyConstraint("event_target_of", [...ofRegistry, "rule"], "event_rule", [
        ...ofRegistry,
        "name",
      ]),
    builder.schema
      .createIndex("event_target_arn")
      .on("event_target")
      .columns([...ofRegistry, "arn", "rule"]),
  ];
}

function endpoints({ largeRows, types: { text } }: SqlDialect): Compilable[] {
  return ["event_connection", "event_destination"].map((name) =>
    withColumns(largeRows(name), {
      account: text,
      region: text,
      name: text,
      id: text,
      settings: text,
      sealed_secrets: text,
    }).addPrimaryKeyConstraint(`${name}_key`, [...ofRegistry, "name"]),
  );
}

function deliveries(dialect: SqlDialect): Compilable[] {
  const { builder, smallRows, largeRows } = dialect;
  const { text, integer } = dialect.types;
  const target = { account: text, region: text, target: text };
  const event = { partition: text, event_id: text, envelope: text, passed: optional(text) };
  return [
    withColumns(smallRows("event_queue"), {
      ...target,
      rule: text,
      target_id: text,
      next_at: integer,
      failures: integer,
      holder: text,
      last_error: optional(text),
    }).addPrimaryKeyConstraint("event_queue_key", ofTarget),
    builder.schema.createIndex("event_queue_due").on("event_queue").column("next_at"),
    withColumns(smallRows("event_lane"), {
      ...target,
      partition: text,
      next_at: integer,
    }).addPrimaryKeyConstraint("event_lane_key", [...ofTarget, "partition"]),
    builder.schema
      .createIndex("event_lane_due")
      .on("event_lane")
      .columns([...ofTarget, "next_at"]),
    withColumns(largeRows("event_delivery"), {
      ...target,
      sequence: integer,
      ...event,
      queued_at: integer,
      attempts: integer,
    }).addPrimaryKeyConstraint("event_delivery_key", [...ofTarget, "sequence"]),
    builder.schema
      .createIndex("event_delivery_lane")
      .on("event_delivery")
      .columns([...ofTarget, "partition", "sequence"]),
    withColumns(largeRows("dead_letter"), {
      account: text,
      region: text,
      id: text,
      rule: text,
      target_id: text,
      target_arn: text,
      ...event,
      queued_at: integer,
      attempts: integer,
      code: text,
      reason: text,
      at: integer,
    }).addPrimaryKeyConstraint("dead_letter_key", [...ofRegistry, "id"]),
    builder.schema
      .createIndex("dead_letter_target")
      .on("dead_letter")
      .columns([...ofRegistry, "rule", "target_id", "id"]),
    builder.schema
      .createIndex("dead_letter_rule")
      .on("dead_letter")
      .columns([...ofRegistry, "rule", "id"]),
    builder.schema.createIndex("dead_letter_time").on("dead_letter").column("at"),
  ];
}

function buses({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("event_bus_policy"), {
      account: text,
      region: text,
      document: text,
    }).addPrimaryKeyConstraint("event_bus_policy_key", ofRegistry),
    // Which events came from other buses, so that none comes twice.
    withColumns(smallRows("event_arrival"), {
      account: text,
      region: text,
      event_id: text,
      at: integer,
    }).addPrimaryKeyConstraint("event_arrival_key", [...ofRegistry, "event_id"]),
    builder.schema.createIndex("event_arrival_time").on("event_arrival").column("at"),
  ];
}
