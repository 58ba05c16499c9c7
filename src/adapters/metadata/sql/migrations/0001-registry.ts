/**
 * The registry. Every row of a registry begins with (account, region), and so does every key, so
 * that a fleet can be split by them. Three indexes reach across registries: objects and uploads by
 * id, for checks of the whole, and what is to be reclaimed by time.
 */
import { type Compilable, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0001: Migration = {
  version: 1,
  name: "registry",
  statements: (dialect) => [
    ...registries(dialect),
    ...repositories(dialect),
    ...objects(dialect),
    ...layers(dialect),
    ...images(dialect),
    ...references(dialect),
    ...tags(dialect),
    ...uploads(dialect),
    ...candidates(dialect),
  ],
};

/** Columns that refer to a repository, and the key that they refer to. */
const ofRepository = ["account", "region", "repository"];
const repositoryId = ["account", "region", "id"];
/** The same for an object. */
const ofObject = ["account", "region", "object"];
const objectKey = ["account", "region", "id"];
/** The key of an image, and of a tag's reference to it. */
const imageKey = [...ofRepository, "digest"];

function registries({ smallRows, types: { text, integer, bytes } }: SqlDialect): Compilable[] {
  const registry = { account: text, region: text };
  return [
    withColumns(smallRows("registry"), {
      ...registry,
      repository_count: integer,
      image_count: integer,
      size_bytes: integer,
      object_count: integer,
      object_sealed_bytes: integer,
    }).addPrimaryKeyConstraint("registry_key", ["account", "region"]),
    withColumns(smallRows("account_setting"), {
      ...registry,
      name: text,
      value: text,
    }).addPrimaryKeyConstraint("account_setting_key", ["account", "region", "name"]),
    withColumns(smallRows("service_key"), {
      ...registry,
      version: integer,
      wrapped: bytes,
      created_at: integer,
    }).addPrimaryKeyConstraint("service_key_key", ["account", "region", "version"]),
    withColumns(smallRows("probe"), {
      id: integer,
      at: integer,
    }).addPrimaryKeyConstraint("probe_key", ["id"]),
  ];
}

function repositories({ smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("repository"), {
      account: text,
      region: text,
      name: text,
      id: text,
      created_at: integer,
      tag_mutability: text,
      exclusion_filters: text,
      scan_on_push: integer,
      encryption_type: text,
      image_count: integer,
      size_bytes: integer,
    })
      // Requests name a repository; rows refer to its id.
      .addPrimaryKeyConstraint("repository_key", ["account", "region", "name"])
      .addUniqueConstraint("repository_id", repositoryId),
    withColumns(smallRows("repository_resource_tag"), {
      account: text,
      region: text,
      repository: text,
      key: text,
      value: text,
    })
      .addPrimaryKeyConstraint("repository_resource_tag_key", [...ofRepository, "key"])
      .addForeignKeyConstraint("resource_tag_of", ofRepository, "repository", repositoryId),
  ];
}

function objects({ builder, smallRows, largeRows, types }: SqlDialect): Compilable[] {
  const { text, integer, bytes } = types;
  return [
    withColumns(smallRows("object"), {
      account: text,
      region: text,
      id: text,
      domain: text,
      digest: text,
      size_bytes: integer,
      sealed_bytes: integer,
      wrapped_key: bytes,
      state: text,
      placement: text,
      layout: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("object_key", objectKey),
    builder.schema.createIndex("object_id").unique().on("object").columns(["id"]),
    // Equal content is stored once per domain; one that is being deleted does not count.
    builder.schema
      .createIndex("object_live")
      .unique()
      .on("object")
      .columns(["account", "region", "domain", "digest"])
      .where(sql.ref("state"), "=", sql.lit("live")),
    // Apart from its row, so that looking through objects does not read their content.
    withColumns(largeRows("object_content"), {
      account: text,
      region: text,
      object: text,
      content: bytes,
    })
      .addPrimaryKeyConstraint("object_content_key", ofObject)
      .addForeignKeyConstraint("content_of", ofObject, "object", objectKey),
  ];
}

function layers({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("layer"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      object: text,
      size_bytes: integer,
      media_type: optional(text),
      linked_at: integer,
      leased_until: integer,
    })
      .addPrimaryKeyConstraint("layer_key", [...ofRepository, "digest"])
      .addForeignKeyConstraint("layer_of", ofRepository, "repository", repositoryId)
      .addForeignKeyConstraint("layer_stands_on", ofObject, "object", objectKey),
    builder.schema
      .createIndex("layer_holder")
      .on("layer")
      .columns(["account", "region", "digest", "repository"]),
    builder.schema.createIndex("layer_object").on("layer").columns(ofObject),
  ];
}

function images({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("image"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      media_type: text,
      artifact_type: optional(text),
      config_media_type: optional(text),
      manifest_bytes: integer,
      size_bytes: integer,
      subject: optional(text),
      pushed_at: integer,
      pulled_at: optional(integer),
      state: text,
      object: text,
      tag_count: integer,
    })
      .addPrimaryKeyConstraint("image_key", imageKey)
      .addForeignKeyConstraint("image_of", ofRepository, "repository", repositoryId)
      .addForeignKeyConstraint("image_stands_on", ofObject, "object", objectKey),
    builder.schema
      .createIndex("image_subject")
      .on("image")
      .columns([...ofRepository, "subject", "digest"])
      .where(sql.ref("subject"), "is not", sql.lit(null)),
    builder.schema
      .createIndex("image_untagged")
      .on("image")
      .columns(imageKey)
      .where(sql.ref("tag_count"), "=", sql.lit(0)),
    builder.schema.createIndex("image_object").on("image").columns(ofObject),
  ];
}

function references({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("manifest_reference"), {
      account: text,
      region: text,
      repository: text,
      image: text,
      position: integer,
      kind: text,
      digest: text,
      media_type: text,
      size_bytes: integer,
    })
      .addPrimaryKeyConstraint("manifest_reference_key", [...ofRepository, "image", "position"])
      .addForeignKeyConstraint("reference_of", [...ofRepository, "image"], "image", imageKey),
    builder.schema
      .createIndex("manifest_reference_to")
      .on("manifest_reference")
      .columns([...ofRepository, "digest", "kind", "image"]),
  ];
}

function tags({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  return [
    withColumns(smallRows("tag"), {
      account: text,
      region: text,
      repository: text,
      tag: text,
      digest: text,
      moved_at: integer,
    })
      .addPrimaryKeyConstraint("tag_key", [...ofRepository, "tag"])
      .addForeignKeyConstraint("tag_of", imageKey, "image", imageKey),
    builder.schema
      .createIndex("tag_digest")
      .on("tag")
      .columns([...imageKey, "tag"]),
    withColumns(smallRows("tag_history"), {
      account: text,
      region: text,
      repository: text,
      tag: text,
      sequence: integer,
      digest: optional(text),
      at: integer,
    }).addPrimaryKeyConstraint("tag_history_key", [...ofRepository, "tag", "sequence"]),
  ];
}

function uploads({
  builder,
  largeRows,
  types: { text, integer, bytes },
}: SqlDialect): Compilable[] {
  return [
    // No foreign key: a session outlives its repository until it is reclaimed.
    withColumns(largeRows("upload"), {
      account: text,
      region: text,
      id: text,
      repository: text,
      object: text,
      wrapped_key: bytes,
      offset_bytes: integer,
      kept: optional(bytes),
      sealed_bytes: integer,
      frames: integer,
      layout: text,
      parts: integer,
      small_part: integer,
      digest_so_far: optional(text),
      revision: integer,
      created_at: integer,
      expires_at: integer,
    }).addPrimaryKeyConstraint("upload_key", ["account", "region", "id"]),
    builder.schema
      .createIndex("upload_repository")
      .on("upload")
      .columns([...ofRepository, "id"]),
    builder.schema.createIndex("upload_id").on("upload").columns(["id"]),
  ];
}

function candidates({ builder, smallRows, types: { text, integer } }: SqlDialect): Compilable[] {
  const key = ["account", "region", "kind", "repository", "target"];
  return [
    withColumns(smallRows("reclaim"), {
      account: text,
      region: text,
      kind: text,
      repository: text,
      target: text,
      due_at: integer,
    }).addPrimaryKeyConstraint("reclaim_key", key),
    builder.schema
      .createIndex("reclaim_due")
      .on("reclaim")
      .columns(["due_at", ...key]),
  ];
}
