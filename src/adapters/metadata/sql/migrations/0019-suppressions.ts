/** What says that findings are not to be acted on. */
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofImage = ["account", "region", "repository", "digest"];

export const migration0019: Migration = {
  version: 19,
  name: "suppressions",
  statements: ({ builder, largeRows, smallRows, types: { text, integer, bytes } }) => [
    // Waivers and VEX documents, sealed but for their names.
    withColumns(largeRows("suppression"), {
      account: text,
      region: text,
      kind: text,
      name: text,
      due_at: optional(integer),
      size_bytes: integer,
      wrapped_key: bytes,
      content: bytes,
    }).addPrimaryKeyConstraint("suppression_key", ["account", "region", "kind", "name"]),
    builder.schema.createIndex("suppression_due").on("suppression").column("due_at"),
    // Whose word an attached VEX document is.
    withColumns(smallRows("vex_vouch"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      principal: text,
      at: integer,
    })
      .addPrimaryKeyConstraint("vex_vouch_key", ofImage)
      .addForeignKeyConstraint("vex_vouch_of", ofImage, "image", ofImage),
  ],
};
