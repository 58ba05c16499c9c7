/** Secrets and parameters, with all of their versions. */
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const named = ["account", "region", "name"];

export const migration0021: Migration = {
  version: 21,
  name: "secrets and parameters",
  statements: ({ builder, largeRows, types: { text, integer, bytes } }) => {
    const ofRegistry = { account: text, region: text, name: text };
    const sealed = { object: text, wrapped_key: bytes, size_bytes: integer, content: bytes };
    return [
      withColumns(largeRows("secret"), {
        ...ofRegistry,
        suffix: text,
        settings: text,
        policy: optional(text),
        remove_at: optional(integer),
      }).addPrimaryKeyConstraint("secret_key", named),
      builder.schema.createIndex("secret_due").on("secret").column("remove_at"),
      withColumns(largeRows("secret_version"), {
        ...ofRegistry,
        suffix: text,
        version: text,
        created_at: integer,
        ...sealed,
      })
        .addPrimaryKeyConstraint("secret_version_key", [...named, "suffix", "version"])
        .addForeignKeyConstraint("secret_version_of", named, "secret", named),
      withColumns(largeRows("parameter"), {
        ...ofRegistry,
        version: integer,
        settings: text,
      }).addPrimaryKeyConstraint("parameter_key", named),
      withColumns(largeRows("parameter_version"), {
        ...ofRegistry,
        version: integer,
        settings: text,
        ...sealed,
      })
        .addPrimaryKeyConstraint("parameter_version_key", [...named, "version"])
        .addForeignKeyConstraint("parameter_version_of", named, "parameter", named),
    ];
  },
};
