/** Whose signatures count. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0031: Migration = {
  version: 31,
  name: "trusted signers",
  statements: ({ largeRows, types: { text } }) => [
    withColumns(largeRows("trusted_signer"), {
      ...{ account: text, region: text, name: text, settings: text },
    }).addPrimaryKeyConstraint("trusted_signer_key", ["account", "region", "name"]),
  ],
};
