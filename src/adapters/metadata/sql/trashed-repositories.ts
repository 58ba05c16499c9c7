/** Statements about repositories in the trash. */
import { sql } from "kysely";
import type { RepositoryName } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, ofRepository, type RegistryKey, type RepositoryKey } from "./keys.ts";
import { statement } from "./statement.ts";
import type { RepositoryTable, TrashedRepositoryTable } from "./tables.ts";

export type TrashedRepositoryRow = Pick<
  TrashedRepositoryTable,
  "repository" | "name" | "deleted_by" | "deleted_at" | "expires_at"
> &
  Pick<RepositoryTable, "image_count" | "size_bytes">;

const trashedRepositories = ({ builder }: SqlDialect, key: RegistryKey) =>
  builder
    .selectFrom("trashed_repository as trashed")
    .innerJoin("repository", (join) =>
      join
        .onRef("repository.account", "=", "trashed.account")
        .onRef("repository.region", "=", "trashed.region")
        .onRef("repository.id", "=", "trashed.repository"),
    )
    .select([
      "trashed.repository",
      "trashed.name",
      "trashed.deleted_by",
      "trashed.deleted_at",
      "trashed.expires_at",
      "repository.image_count",
      "repository.size_bytes",
    ])
    .where("trashed.account", "=", key.account)
    .where("trashed.region", "=", key.region);

export const find = statement((dialect, key: RepositoryKey) =>
  trashedRepositories(dialect, key).where("trashed.repository", "=", key.repository),
);

type Page = RegistryKey & {
  readonly afterName: string;
  readonly deletedAt: number;
  readonly limit: number;
};

export const list = statement((dialect, page: Page) =>
  trashedRepositories(dialect, page)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("trashed.name", "trashed.deleted_at"),
        ">",
        tuple(page.afterName as RepositoryName, page.deletedAt),
      ),
    )
    .orderBy("trashed.name")
    .orderBy("trashed.deleted_at")
    .limit(page.limit),
);

export const listOf = statement((dialect, page: Page & { readonly name: RepositoryName }) =>
  trashedRepositories(dialect, page)
    .where("trashed.name", "=", page.name)
    .where("trashed.deleted_at", ">", page.deletedAt)
    .orderBy("trashed.deleted_at")
    .limit(page.limit),
);

export const insert = statement(
  (
    { builder },
    row: RepositoryKey & {
      name: RepositoryName;
      deletedBy: string;
      deletedAt: number;
      expiresAt: number;
    },
  ) =>
    builder.insertInto("trashed_repository").values({
      ...ofRepository(row),
      name: row.name,
      deleted_by: row.deletedBy,
      deleted_at: row.deletedAt,
      expires_at: row.expiresAt,
    }),
);

export const remove = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("trashed_repository").where((row) => row.and(ofRepository(key))),
);

export const setExpiry = statement(({ builder }, key: RepositoryKey & { at: number }) =>
  builder
    .updateTable("trashed_repository")
    .set({ expires_at: key.at })
    .where((row) => row.and(ofRepository(key))),
);

type Named = RepositoryKey & { readonly name: RepositoryName };

export const rename = statement(({ builder }, to: Named) =>
  builder
    .updateTable("repository")
    .set({ name: to.name })
    .where((row) => row.and({ ...ofRegistry(to), id: to.repository })),
);

/** A row that stands for the name for as long as it takes; under an id that no repository has. */
export const claimName = statement(({ builder }, key: Named) =>
  builder
    .insertInto("repository")
    .values({
      account: key.account,
      region: key.region,
      name: key.name,
      id: sql<string>`${key.repository} || ${sql.lit("~")}`,
      created_at: sql.lit(0),
      tag_mutability: sql.lit("MUTABLE" as const),
      exclusion_filters: sql.lit("[]"),
      scan_on_push: sql.lit(0),
      encryption_type: sql.lit("AES256" as const),
      encryption_key: null,
      image_count: sql.lit(0),
      size_bytes: sql.lit(0),
      lifecycle_due_at: null,
      quotas: null,
      worst_basic: sql.lit(0),
      worst_enhanced: sql.lit(0),
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

export const releaseName = statement(({ builder }, key: Named) =>
  builder
    .deleteFrom("repository")
    .where((row) => row.and({ account: key.account, region: key.region, name: key.name }))
    .where("id", "=", sql<string>`${key.repository} || ${sql.lit("~")}`),
);

/** Adds to the repository's own counters. */
export const shrink = statement(
  ({ builder }, by: RepositoryKey & { images: number; sizeBytes: number }) =>
    builder
      .updateTable("repository")
      .set(({ eb }) => ({
        image_count: eb("image_count", "-", by.images),
        size_bytes: eb("size_bytes", "-", by.sizeBytes),
      }))
      .where((row) => row.and({ ...ofRegistry(by), id: by.repository })),
);

export const lockSize = statement((dialect, key: RepositoryKey) => {
  const query = dialect.builder
    .selectFrom("repository")
    .select("size_bytes")
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository }));
  return dialect.locksRows ? query.forUpdate() : query;
});

export const removeRow = statement(({ builder }, key: RepositoryKey) =>
  builder
    .deleteFrom("repository")
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository })),
);
