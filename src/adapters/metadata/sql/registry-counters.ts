import { sql } from "kysely";
import { ofRegistry, type RegistryKey } from "./keys.ts";
import { statement } from "./statement.ts";

/** How many repositories a registry has. */
export const repositoryCount = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("registry_counter")
    .select(({ fn }) => fn.sum<number | null>("repository_count").as("repositories"))
    .where((row) => row.and(ofRegistry(key))),
);

/** Over all registries: few rows. */
export const registryTotals = statement(({ builder }, _: Record<string, never>) =>
  builder
    .selectFrom("registry_counter")
    .select(({ fn }) => [
      fn.sum<number | null>("repository_count").as("repositories"),
      fn.sum<number | null>("image_count").as("images"),
      fn.sum<number | null>("size_bytes").as("size_bytes"),
      fn.sum<number | null>("object_count").as("objects"),
      fn.sum<number | null>("object_sealed_bytes").as("sealed_bytes"),
    ]),
);

type RepositoryCounts = {
  readonly slot: number;
  readonly repositories: number;
  readonly images: number;
  readonly sizeBytes: number;
};

/** Adds to the counters of a registry, of which this may be the first that is known. */
export const adjustRepositoryCounts = statement(({ builder }, by: RegistryKey & RepositoryCounts) =>
  builder
    .insertInto("registry_counter")
    .values({
      ...ofRegistry(by),
      slot: by.slot,
      repository_count: by.repositories,
      image_count: by.images,
      size_bytes: by.sizeBytes,
      object_count: 0,
      object_sealed_bytes: 0,
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "slot"]).doUpdateSet({
        repository_count: sql`registry_counter.repository_count + excluded.repository_count`,
        image_count: sql`registry_counter.image_count + excluded.image_count`,
        size_bytes: sql`registry_counter.size_bytes + excluded.size_bytes`,
      }),
    ),
);

/** The same for objects. */
export const adjustObjectCounts = statement(
  ({ builder }, by: RegistryKey & { slot: number; objects: number; sealedBytes: number }) =>
    builder
      .insertInto("registry_counter")
      .values({
        ...ofRegistry(by),
        slot: by.slot,
        repository_count: 0,
        image_count: 0,
        size_bytes: 0,
        object_count: by.objects,
        object_sealed_bytes: by.sealedBytes,
      })
      .onConflict((conflict) =>
        conflict.columns(["account", "region", "slot"]).doUpdateSet({
          object_count: sql`registry_counter.object_count + excluded.object_count`,
          object_sealed_bytes: sql`registry_counter.object_sealed_bytes + excluded.object_sealed_bytes`,
        }),
      ),
);
