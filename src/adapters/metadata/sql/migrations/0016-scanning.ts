/** What is in images and layers, and what scans found there. */
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofImage = ["account", "region", "repository", "digest"];

export const migration0016: Migration = {
  version: 16,
  name: "scanning",
  statements: ({ largeRows, types: { text, integer, bytes } }) => [
    withColumns(largeRows("image_scan"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      type: text,
      status: text,
      description: optional(text),
      requested_at: integer,
      ended_at: optional(integer),
      source_updated_at: optional(integer),
      advisories: optional(text),
      // JSON.
      counts: text,
      // Sealed.
      findings: optional(bytes),
      findings_bytes: optional(integer),
    })
      .addPrimaryKeyConstraint("image_scan_key", [...ofImage, "type"])
      .addForeignKeyConstraint("image_scan_of", ofImage, "image", ofImage),
    withColumns(largeRows("image_inventory"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      made_by: text,
      size_bytes: integer,
      content: bytes,
    })
      .addPrimaryKeyConstraint("image_inventory_key", ofImage)
      .addForeignKeyConstraint("image_inventory_of", ofImage, "image", ofImage),
    // Remembered, not more: sealed by a key of its own, and made again if that can not be used.
    withColumns(largeRows("layer_inventory"), {
      account: text,
      region: text,
      object: text,
      made_by: text,
      size_bytes: integer,
      wrapped_key: bytes,
      content: bytes,
    })
      .addPrimaryKeyConstraint("layer_inventory_key", ["account", "region", "object"])
      .addForeignKeyConstraint("layer_inventory_of", ["account", "region", "object"], "object", [
        "account",
        "region",
        "id",
      ]),
  ],
};
