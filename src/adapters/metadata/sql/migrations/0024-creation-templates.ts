/** How repositories are made that nobody has made. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0024: Migration = {
  version: 24,
  name: "repository creation templates",
  statements: ({ largeRows, types: { text, integer } }) => [
    withColumns(largeRows("creation_template"), {
      account: text,
      region: text,
      prefix: text,
      settings: text,
      version: integer,
      created_at: integer,
      updated_at: integer,
    }).addPrimaryKeyConstraint("creation_template_key", ["account", "region", "prefix"]),
  ],
};
