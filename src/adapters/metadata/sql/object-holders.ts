/** Which images and leases hold an object: by its layers, then by what refers to them, all by index. */
import { sql } from "kysely";
import type { ObjectId } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, type RegistryKey } from "./keys.ts";
import { statement } from "./statement.ts";
import type { ImageTable } from "./tables.ts";

export type ObjectKey = RegistryKey & { readonly id: ObjectId };

type State = ImageTable["state"];

/** An image in one of these states that refers to a layer on the object. */
function holder({ builder }: SqlDialect, key: ObjectKey, states: readonly State[]) {
  return (
    builder
      .selectFrom("layer")
      .innerJoin("manifest_reference", (join) =>
        join
          .onRef("manifest_reference.account", "=", "layer.account")
          .onRef("manifest_reference.region", "=", "layer.region")
          .onRef("manifest_reference.repository", "=", "layer.repository")
          .onRef("manifest_reference.digest", "=", "layer.digest"),
      )
      .innerJoin("image", (join) =>
        join
          .onRef("image.account", "=", "manifest_reference.account")
          .onRef("image.region", "=", "manifest_reference.region")
          .onRef("image.repository", "=", "manifest_reference.repository")
          .onRef("image.digest", "=", "manifest_reference.image"),
      )
      .select("layer.digest")
      .where("layer.account", "=", key.account)
      .where("layer.region", "=", key.region)
      .where("layer.object", "=", key.id)
      .where("manifest_reference.kind", "in", ["config", "layer"])
      .where("image.state", "in", states)
      // One look by its key for each row: "not exists" would be a join, which PostgreSQL may make by
      // reading all of the registry's trash.
      .where(
        ({ selectFrom }) =>
          selectFrom("trashed_repository")
            .select("trashed_repository.repository")
            .whereRef("trashed_repository.account", "=", "layer.account")
            .whereRef("trashed_repository.region", "=", "layer.region")
            .whereRef("trashed_repository.repository", "=", "layer.repository"),
        "is",
        sql.lit(null),
      )
      .limit(sql.lit(1))
  );
}

export const activeHolder = statement((dialect, key: ObjectKey) =>
  holder(dialect, key, ["ACTIVE", "ACTIVATING"]),
);

export const archivedHolder = statement((dialect, key: ObjectKey) =>
  holder(dialect, key, ["ARCHIVED"]),
);

export const longestLease = statement(({ builder }, key: ObjectKey) =>
  builder
    .selectFrom("layer")
    .select(({ fn }) => fn.max("leased_until").as("leased_until"))
    .where((row) => row.and({ ...ofRegistry(key), object: key.id })),
);
