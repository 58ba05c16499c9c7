/** Sums over a registry, or over a repository, for whoever looks at it as a whole. */
import { sql } from "kysely";
import type { RegistryCounts, RepositoryBytes, ScanCount } from "../../../ports/search-store.ts";
import type { Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import { hiddenRepositories } from "./image-census.ts";
import { ofRegistry, ofRepository, registryKey, repositoryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";

export async function registryCounts(
  session: SqlSession,
  registry: Registry,
): Promise<RegistryCounts> {
  const [row] = await session.query(({ builder }) =>
    builder
      .selectFrom("registry_counter")
      .select(({ fn }) => [
        fn.sum<number | null>("repository_count").as("repositories"),
        fn.sum<number | null>("image_count").as("images"),
        fn.sum<number | null>("size_bytes").as("size_bytes"),
        fn.sum<number | null>("object_sealed_bytes").as("sealed_bytes"),
      ])
      .where((counter) => counter.and(ofRegistry(registryKey(registry)))),
  );
  return {
    repositories: Number(row?.repositories ?? 0),
    images: Number(row?.images ?? 0),
    sizeBytes: Number(row?.size_bytes ?? 0),
    storedBytes: Number(row?.sealed_bytes ?? 0),
  };
}

/** All of them, less those of the few images that are not active, or in the trash with their repository. */
export async function scanCounts(
  session: SqlSession,
  registry: Registry,
  type: ScanType,
): Promise<ScanCount[]> {
  const all = await session.query(({ builder }) =>
    builder
      .selectFrom("image_scan")
      .select(["status", "worst"])
      .select(({ fn }) => fn.countAll<number>().as("images"))
      .where((row) => row.and({ ...ofRegistry(registryKey(registry)), type }))
      // Of all; literal, so that the index that is for this serves.
      .where("worst", ">=", sql.lit(0))
      .groupBy(["status", "worst"]),
  );
  const inactive = await session.query(({ builder }) =>
    builder
      .selectFrom("image")
      .innerJoin("image_scan", (join) =>
        join
          .onRef("image_scan.account", "=", "image.account")
          .onRef("image_scan.region", "=", "image.region")
          .onRef("image_scan.repository", "=", "image.repository")
          .onRef("image_scan.digest", "=", "image.digest")
          .on("image_scan.type", "=", type),
      )
      .select(["image_scan.status", "image_scan.worst"])
      .select(({ fn }) => fn.countAll<number>().as("images"))
      .where("image.account", "=", registry.account)
      .where("image.region", "=", registry.region)
      // Literal, so that the database sees that the index of these images serves.
      .where("image.state", "<>", sql.lit("ACTIVE" as const))
      .groupBy(["image_scan.status", "image_scan.worst"]),
  );
  const hidden = await hiddenScanCounts(session, registry, type);
  const keyOf = ({ status, worst }: Pick<ScanCount, "status" | "worst">) => `${status} ${worst}`;
  const less = new Map<string, number>();
  for (const row of [...inactive, ...hidden]) {
    less.set(keyOf(row), (less.get(keyOf(row)) ?? 0) + Number(row.images));
  }
  return all
    .map((row) => ({
      ...{ status: row.status, worst: row.worst },
      images: Number(row.images) - (less.get(keyOf(row)) ?? 0),
    }))
    .filter(({ images }) => images > 0);
}

/** Of images in repositories that lie in the trash: looked for by these, as databases begin with the scans. */
async function hiddenScanCounts(session: SqlSession, registry: Registry, type: ScanType) {
  const key = registryKey(registry);
  const trashed = await session.all(hiddenRepositories, key);
  const counts: { status: ScanCount["status"]; worst: number; images: number }[] = [];
  for (const { id } of trashed) {
    const rows = await session.query(({ builder }) =>
      builder
        .selectFrom("image_scan")
        .innerJoin("image", (join) =>
          join
            .onRef("image.account", "=", "image_scan.account")
            .onRef("image.region", "=", "image_scan.region")
            .onRef("image.repository", "=", "image_scan.repository")
            .onRef("image.digest", "=", "image_scan.digest"),
        )
        .select(["image_scan.status", "image_scan.worst"])
        .select(({ fn }) => fn.countAll<number>().as("images"))
        .where("image_scan.account", "=", key.account)
        .where("image_scan.region", "=", key.region)
        .where("image_scan.repository", "=", id)
        .where("image_scan.type", "=", type)
        .where("image.state", "=", sql.lit("ACTIVE" as const))
        .groupBy(["image_scan.status", "image_scan.worst"]),
    );
    counts.push(...rows);
  }
  return counts;
}

export async function repositoryBytes(
  session: SqlSession,
  repository: RepositoryRef,
): Promise<RepositoryBytes> {
  const key = repositoryKey(repository);
  const [layers] = await session.query(({ builder }) =>
    builder
      .selectFrom("layer")
      .select(({ fn }) => fn.sum<number | null>("layer.size_bytes").as("bytes"))
      .select(({ fn, selectFrom, exists }) =>
        fn
          .sum<number | null>("layer.size_bytes")
          .filterWhere(
            exists(
              selectFrom("layer as other")
                .select("other.object")
                .whereRef("other.account", "=", "layer.account")
                .whereRef("other.region", "=", "layer.region")
                .whereRef("other.object", "=", "layer.object")
                .whereRef("other.repository", "<>", "layer.repository"),
            ),
          )
          .as("shared"),
      )
      .where("layer.account", "=", key.account)
      .where("layer.region", "=", key.region)
      .where("layer.repository", "=", key.repository),
  );
  const [manifests] = await session.query(({ builder }) =>
    builder
      .selectFrom("image")
      .select(({ fn }) => fn.sum<number | null>("manifest_bytes").as("bytes"))
      .where((row) => row.and(ofRepository(key))),
  );
  const sharedBytes = Number(layers?.shared ?? 0);
  const all = Number(layers?.bytes ?? 0) + Number(manifests?.bytes ?? 0);
  return { sharedBytes, ownBytes: all - sharedBytes };
}
