/** What must not be pulled, and what people say of it. */
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRepository = ["account", "region", "repository"];
const ofImage = [...ofRepository, "digest"];

export const migration0018: Migration = {
  version: 18,
  name: "gates",
  statements: ({ builder, smallRows, largeRows, types: { text, integer } }) => [
    withColumns(smallRows("gate"), {
      account: text,
      region: text,
      name: text,
      // JSON.
      rule: text,
      created_at: integer,
      updated_at: integer,
      applied_at: optional(integer),
    }).addPrimaryKeyConstraint("gate_key", ["account", "region", "name"]),
    withColumns(largeRows("image_verdict"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      state: text,
      // JSON.
      reasons: text,
      review: optional(text),
      changed_at: integer,
      judged_at: optional(integer),
    })
      .addPrimaryKeyConstraint("image_verdict_key", ofImage)
      .addForeignKeyConstraint("image_verdict_of", ofImage, "image", ofImage),
    builder.schema
      .createIndex("image_verdict_state")
      .on("image_verdict")
      .columns(["account", "region", "state", "repository", "digest"]),
    builder.schema
      .createIndex("image_verdict_review")
      .on("image_verdict")
      .columns(["account", "region", "review", "repository", "digest"]),
    // By digest, not of an image's row: what was pushed again is what it was.
    withColumns(smallRows("image_quarantine"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      reason: text,
      by_principal: text,
      at: integer,
    }).addPrimaryKeyConstraint("image_quarantine_key", ofImage),
    withColumns(largeRows("image_review"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      reviewer: text,
      decision: text,
      comment: text,
      at: integer,
      until: optional(integer),
      ended_at: optional(integer),
      ended_because: optional(text),
    }).addPrimaryKeyConstraint("image_review_key", [...ofImage, "reviewer"]),
    builder.schema
      .createIndex("image_review_time")
      .on("image_review")
      .columns([...ofRepository, "decision", "at"]),
    // The verdict where it holds the image back, so that a pull reads nothing more to know it.
    builder.schema.alterTable("image").addColumn("hold", text),
    // A JSON array of ARNs.
    builder.schema.alterTable("image").addColumn("pushers", text),
  ],
};
