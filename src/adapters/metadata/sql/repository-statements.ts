/** What writes repositories and their tags. */
import { sql } from "kysely";
import type { RepositoryName } from "../../../registry/names.ts";
import type { Encryption, TagMutabilityMode } from "../../../registry/repositories/repository.ts";
import { ofRegistry, ofRepository, type RepositoryKey } from "./keys.ts";
import { statement } from "./statement.ts";

export const insertRepository = statement(
  (
    { builder },
    row: RepositoryKey & {
      name: RepositoryName;
      createdAt: number;
      mode: TagMutabilityMode;
      filters: string;
      scanOnPush: number;
      encryption: Encryption["type"];
      encryptionKey: string | null;
      imageCount: number;
      sizeBytes: number;
      lifecycleDueAt: number | null;
      quotas: string | null;
    },
  ) =>
    builder
      .insertInto("repository")
      .values({
        ...ofRegistry(row),
        name: row.name,
        id: row.repository,
        created_at: row.createdAt,
        tag_mutability: row.mode,
        exclusion_filters: row.filters,
        scan_on_push: row.scanOnPush,
        encryption_type: row.encryption,
        encryption_key: row.encryptionKey,
        image_count: row.imageCount,
        size_bytes: row.sizeBytes,
        lifecycle_due_at: row.lifecycleDueAt,
        quotas: row.quotas,
        last_pushed_at: null,
        worst_basic: 0,
        worst_enhanced: 0,
      })
      .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

export const setTagMutability = statement(
  ({ builder }, to: RepositoryKey & { mode: TagMutabilityMode; filters: string }) =>
    builder
      .updateTable("repository")
      .set({ tag_mutability: to.mode, exclusion_filters: to.filters })
      .where((row) => row.and({ ...ofRegistry(to), id: to.repository })),
);

export const setScanOnPush = statement(({ builder }, to: RepositoryKey & { scanOnPush: number }) =>
  builder
    .updateTable("repository")
    .set({ scan_on_push: to.scanOnPush })
    .where((row) => row.and({ ...ofRegistry(to), id: to.repository })),
);

export const setEncryption = statement(
  (
    { builder },
    to: RepositoryKey & { encryption: Encryption["type"]; encryptionKey: string | null },
  ) =>
    builder
      .updateTable("repository")
      .set({ encryption_type: to.encryption, encryption_key: to.encryptionKey })
      .where((row) => row.and({ ...ofRegistry(to), id: to.repository })),
);

export const setQuotas = statement(({ builder }, to: RepositoryKey & { quotas: string | null }) =>
  builder
    .updateTable("repository")
    .set({ quotas: to.quotas })
    .where((row) => row.and({ ...ofRegistry(to), id: to.repository })),
);

export const putResourceTag = statement(
  ({ builder }, tag: RepositoryKey & { key: string; value: string }) =>
    builder
      .insertInto("repository_resource_tag")
      .values({ ...ofRepository(tag), key: tag.key, value: tag.value })
      .onConflict((conflict) =>
        conflict
          .columns(["account", "region", "repository", "key"])
          .doUpdateSet({ value: sql`excluded.value` }),
      ),
);

export const removeResourceTag = statement(({ builder }, tag: RepositoryKey & { key: string }) =>
  builder
    .deleteFrom("repository_resource_tag")
    .where((row) => row.and({ ...ofRepository(tag), key: tag.key })),
);

export const removeRepository = statement(({ builder }, key: RepositoryKey) =>
  builder
    .deleteFrom("repository")
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository })),
);
