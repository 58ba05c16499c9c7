/** What repositories count, and with them their registry. */
import type { Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import { ofRegistry, type RepositoryKey, registryKey, repositoryKey } from "./keys.ts";
import { adjustRepositoryCounts } from "./registry-counters.ts";
import type { SqlSession } from "./session.ts";
import { type SqlCommand, statement } from "./statement.ts";

/** What adds to the counters of a repository and of its registry. */
export function adjustments(
  session: SqlSession,
  repository: RepositoryRef,
  by: { imageCount?: number; sizeBytes?: number },
): SqlCommand[] {
  const counts = { images: by.imageCount ?? 0, sizeBytes: by.sizeBytes ?? 0 };
  return [
    session.command(adjust, { ...repositoryKey(repository), ...counts }),
    session.command(adjustRepositoryCounts, {
      ...registryKey(repository.registry),
      ...counts,
      slot: session.counterSlot,
      repositories: 0,
    }),
  ];
}

/** Adds nothing to the counters of a registry, which locks all of them and makes those that lack. */
export function lockingCounts(session: SqlSession, registry: Registry): SqlCommand[] {
  const nothing = { repositories: 0, images: 0, sizeBytes: 0 };
  return Array.from({ length: session.counterSlots }, (_, slot) =>
    session.command(adjustRepositoryCounts, { ...registryKey(registry), slot, ...nothing }),
  );
}

const adjust = statement(({ builder }, by: RepositoryKey & { images: number; sizeBytes: number }) =>
  builder
    .updateTable("repository")
    .set(({ eb }) => ({
      image_count: eb("image_count", "+", by.images),
      size_bytes: eb("size_bytes", "+", by.sizeBytes),
    }))
    .where((row) => row.and({ ...ofRegistry(by), id: by.repository })),
);

/** And reads them. */
export const lockCounters = statement((dialect, key: RepositoryKey) => {
  const query = dialect.builder
    .selectFrom("repository")
    .select(["image_count", "size_bytes"])
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository }));
  return dialect.locksRows ? query.forUpdate() : query;
});
