/** Public registries, and the index of their gallery. */
import type { Compilable } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRepository = ["account", "region", "repository"];

export const migration0026: Migration = {
  version: 26,
  name: "public registries",
  statements: (dialect) => [...registries(dialect), ...gallery(dialect)],
};

function registries(dialect: SqlDialect): Compilable[] {
  const { builder, smallRows, largeRows, types } = dialect;
  const { text, integer, bytes } = types;
  return [
    withColumns(smallRows("public_registry"), {
      account: text,
      region: text,
      display_name: optional(text),
      verified_at: optional(integer),
      created_at: integer,
    }).addPrimaryKeyConstraint("public_registry_key", ["account", "region"]),
    builder.schema
      .createIndex("public_registry_verified")
      .on("public_registry")
      .columns(["verified_at", "account"]),
    // A name stands for one account, whichever: names are what this table is about.
    withColumns(smallRows("public_alias"), {
      name: text,
      account: text,
      region: text,
      status: text,
      is_default: integer,
      is_primary: integer,
      requested_at: integer,
      reason: optional(text),
    }).addPrimaryKeyConstraint("public_alias_key", ["name"]),
    builder.schema
      .createIndex("public_alias_account")
      .on("public_alias")
      .columns(["account", "region", "name"]),
    builder.schema
      .createIndex("public_alias_status")
      .on("public_alias")
      .columns(["status", "name"]),
    withColumns(largeRows("public_catalog"), {
      account: text,
      region: text,
      repository: text,
      description: optional(text),
      about_text: optional(text),
      usage_text: optional(text),
      // JSON.
      architectures: text,
      operating_systems: text,
      logo_digest: optional(text),
      logo_type: optional(text),
      logo: optional(bytes),
    }).addPrimaryKeyConstraint("public_catalog_key", ofRepository),
  ];
}

function gallery({ builder, smallRows, largeRows, types: { text, integer } }: SqlDialect) {
  return [
    withColumns(largeRows("gallery_entry"), {
      account: text,
      region: text,
      repository: text,
      name: text,
      alias: text,
      publisher: optional(text),
      description: optional(text),
      bits: integer,
      pulls: integer,
      boost: integer,
      logo_digest: optional(text),
      updated_at: integer,
    }).addPrimaryKeyConstraint("gallery_entry_key", ofRepository),
    // A search is over all accounts, so that the word comes first.
    withColumns(smallRows("gallery_word"), {
      word: text,
      account: text,
      region: text,
      repository: text,
      weight: integer,
      place: integer,
      boost: integer,
      bits: integer,
    }).addPrimaryKeyConstraint("gallery_word_key", ["word", ...ofRepository]),
    builder.schema
      .createIndex("gallery_word_place")
      .on("gallery_word")
      .columns(["word", "place", ...ofRepository, "bits", "boost"]),
    builder.schema
      .createIndex("gallery_word_repository")
      .on("gallery_word")
      .columns([...ofRepository, "word"]),
  ];
}
