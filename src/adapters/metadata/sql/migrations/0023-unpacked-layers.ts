/** How large layers are unpacked, where somebody looked into them. */
import type { Migration } from "./migration.ts";

export const migration0023: Migration = {
  version: 23,
  name: "unpacked-layers",
  statements: ({ builder, types: { integer } }) => [
    // None for those that were looked into before: what is in their inventory is sealed.
    builder.schema.alterTable("layer_inventory").addColumn("unpacked_bytes", integer),
  ],
};
