/** What was deleted and can be brought back, and images that are archived. */
import { type Compilable, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0007: Migration = {
  version: 7,
  name: "trash and storage classes",
  statements: (dialect) => [...archive(dialect), ...trash(dialect)],
};

/** When an image was archived, and when it was brought back from there, last. */
function archive({ builder, types: { integer } }: SqlDialect): Compilable[] {
  return [
    builder.schema.alterTable("image").addColumn("archived_at", integer),
    builder.schema.alterTable("image").addColumn("activated_at", integer),
    // Few: listings ask whether one of theirs is among them.
    builder.schema
      .createIndex("image_not_active")
      .on("image")
      .columns(["account", "region", "repository", "digest"])
      .where(sql.ref("state"), "<>", sql.lit("ACTIVE")),
  ];
}

/**
 * A deleted image keeps its row, in the state TRASHED, and its references, so that everything it
 * needs stays. A deleted repository keeps its row under a name that no repository can have.
 */
function trash({ builder, largeRows, smallRows, types }: SqlDialect): Compilable[] {
  const { text, integer } = types;
  const image = ["account", "region", "repository", "digest"];
  return [
    withColumns(largeRows("trashed_image"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      was: text,
      tags: text,
      reason: text,
      cause: text,
      deleted_by: text,
      deleted_at: integer,
      expires_at: integer,
    })
      .addPrimaryKeyConstraint("trashed_image_key", image)
      .addForeignKeyConstraint("trashed_image_of", image, "image", image),
    withColumns(smallRows("trashed_repository"), {
      account: text,
      region: text,
      repository: text,
      name: text,
      deleted_by: text,
      deleted_at: integer,
      expires_at: integer,
    })
      .addPrimaryKeyConstraint("trashed_repository_key", ["account", "region", "repository"])
      .addForeignKeyConstraint(
        "trashed_repository_is",
        ["account", "region", "repository"],
        "repository",
        ["account", "region", "id"],
      ),
    builder.schema
      .createIndex("trashed_repository_name")
      .on("trashed_repository")
      .columns(["account", "region", "name", "deleted_at"]),
  ];
}
