/** Statements about images in the trash. */
import { sql } from "kysely";
import type { Image } from "../../../registry/images/image.ts";
import type { Digest } from "../../../registry/names.ts";
import type { TrashReason } from "../../../registry/trash/trash.ts";
import type { SqlDialect } from "./dialect.ts";
import { type ImageRow, imageColumns } from "./image-row.ts";
import { type ImageKey, removeImage, removeReferences } from "./image-statements.ts";
import { ofRepository, type RegistryKey, type RepositoryKey } from "./keys.ts";
import { removeReplications } from "./replication-statements.ts";
import { hiddenNames } from "./repository-row.ts";
import { removeScans } from "./scans.ts";
import { removeSignings } from "./signings.ts";
import { statement } from "./statement.ts";
import type { TrashedImageTable } from "./tables.ts";

export type TrashedImageRow = ImageRow &
  Pick<
    TrashedImageTable,
    "was" | "reason" | "cause" | "deleted_by" | "deleted_at" | "expires_at"
  > & { trashed_tags: string };

const trashedImages = ({ builder }: SqlDialect) =>
  builder
    .selectFrom("trashed_image")
    .innerJoin("image", (join) =>
      join
        .onRef("image.account", "=", "trashed_image.account")
        .onRef("image.region", "=", "trashed_image.region")
        .onRef("image.repository", "=", "trashed_image.repository")
        .onRef("image.digest", "=", "trashed_image.digest"),
    )
    .select(imageColumns)
    .select([
      "trashed_image.was",
      "trashed_image.tags as trashed_tags",
      "trashed_image.reason",
      "trashed_image.cause",
      "trashed_image.deleted_by",
      "trashed_image.deleted_at",
      "trashed_image.expires_at",
    ]);

export const find = statement((dialect, key: ImageKey) =>
  trashedImages(dialect)
    .where("trashed_image.account", "=", key.account)
    .where("trashed_image.region", "=", key.region)
    .where("trashed_image.repository", "=", key.repository)
    .where("trashed_image.digest", "=", key.digest),
);

export const discardedWith = statement(
  (dialect, key: RepositoryKey & { subject: Digest; limit: number }) =>
    trashedImages(dialect)
      .where("image.account", "=", key.account)
      .where("image.region", "=", key.region)
      .where("image.repository", "=", key.repository)
      .where("image.subject", "=", key.subject)
      .where("trashed_image.reason", "=", "SUBJECT")
      .where("trashed_image.cause", "=", key.subject)
      .orderBy("image.digest")
      .limit(key.limit),
);

type Part = RepositoryKey & { readonly layer: Digest; readonly limit: number };

export const needing = statement(({ builder }, key: Part) =>
  builder
    .selectFrom("manifest_reference as reference")
    .innerJoin("trashed_image", (join) =>
      join
        .onRef("trashed_image.account", "=", "reference.account")
        .onRef("trashed_image.region", "=", "reference.region")
        .onRef("trashed_image.repository", "=", "reference.repository")
        .onRef("trashed_image.digest", "=", "reference.image"),
    )
    .select("reference.image")
    .where("reference.account", "=", key.account)
    .where("reference.region", "=", key.region)
    .where("reference.repository", "=", key.repository)
    .where("reference.digest", "=", key.layer)
    .where("reference.kind", "in", [sql.lit("config" as const), sql.lit("layer" as const)])
    .limit(key.limit),
);

type Page = RegistryKey & {
  readonly afterRepository: string;
  readonly afterDigest: string;
  readonly limit: number;
};

const named = (dialect: SqlDialect, page: Page) =>
  trashedImages(dialect)
    .innerJoin("repository", (join) =>
      join
        .onRef("repository.account", "=", "trashed_image.account")
        .onRef("repository.region", "=", "trashed_image.region")
        .onRef("repository.id", "=", "trashed_image.repository")
        // What lies in the trash with its repository comes back with that.
        .on("repository.name", "<", hiddenNames),
    )
    .select(["repository.id as repository_id", "repository.name as repository_name"])
    .where("trashed_image.account", "=", page.account)
    .where("trashed_image.region", "=", page.region)
    .limit(page.limit);

export const list = statement((dialect, page: Page) =>
  named(dialect, page)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("trashed_image.repository", "trashed_image.digest"),
        ">",
        tuple(page.afterRepository, page.afterDigest as Image["digest"]),
      ),
    )
    .orderBy("trashed_image.repository")
    .orderBy("trashed_image.digest"),
);

export const listOf = statement((dialect, page: Page & { readonly repository: string }) =>
  named(dialect, page)
    .where("trashed_image.repository", "=", page.repository)
    .where("trashed_image.digest", ">", page.afterDigest as Image["digest"])
    .orderBy("trashed_image.digest"),
);

export const insert = statement(
  (
    { builder },
    row: ImageKey & {
      was: Image["state"];
      tags: string;
      reason: TrashReason["kind"];
      cause: string;
      deletedBy: string;
      deletedAt: number;
      expiresAt: number;
    },
  ) =>
    builder.insertInto("trashed_image").values({
      ...ofRepository(row),
      digest: row.digest,
      was: row.was,
      tags: row.tags,
      reason: row.reason,
      cause: row.cause,
      deleted_by: row.deletedBy,
      deleted_at: row.deletedAt,
      expires_at: row.expiresAt,
    }),
);

export const remove = statement(({ builder }, key: ImageKey) =>
  builder
    .deleteFrom("trashed_image")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const setExpiry = statement(({ builder }, key: ImageKey & { at: number }) =>
  builder
    .updateTable("trashed_image")
    .set({ expires_at: key.at })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

const removeHistory = statement(({ builder }, key: ImageKey) =>
  builder
    .deleteFrom("tag_history")
    .where((row) => row.and(ofRepository(key)))
    .where("tag", "in", ({ selectFrom }) =>
      selectFrom("tag")
        .select("tag.tag")
        .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
    ),
);

const removeTags = statement(({ builder }, key: ImageKey) =>
  builder.deleteFrom("tag").where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

/** An image with all that is about it; those that refer to others first. */
export const contents = [
  ...[removeHistory, removeTags, remove, removeReferences],
  ...removeScans,
  ...[removeReplications, removeSignings],
  removeImage,
];
