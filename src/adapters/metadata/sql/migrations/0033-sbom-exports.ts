/** Bills of materials that are written to a place of the operator's. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0033: Migration = {
  version: 33,
  name: "exports of bills of materials",
  statements: ({ smallRows, types: { text } }) => [
    withColumns(smallRows("sbom_export"), {
      account: text,
      region: text,
      id: text,
      // JSON.
      settings: text,
    }).addPrimaryKeyConstraint("sbom_export_key", ["account", "region", "id"]),
  ],
};
