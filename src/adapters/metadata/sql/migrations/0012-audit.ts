/** Who did what, and when. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0012: Migration = {
  version: 12,
  name: "audit",
  statements: ({ builder, smallRows, types: { text, integer } }) => [
    // A row holds one record, or some hundred of a kind.
    withColumns(smallRows("audit"), {
      account: text,
      region: text,
      at: integer,
      id: text,
      kind: text,
      records: integer,
      body: text,
    }).addPrimaryKeyConstraint("audit_key", ["account", "region", "at", "id"]),
    // Each kind is kept for a time of its own.
    builder.schema.createIndex("audit_kind_time").on("audit").columns(["kind", "at"]),
  ],
};
