/** Queries over the repositories of a registry, whose SQL depends on what is asked for. */
import { sql } from "kysely";
import type {
  FoundRepository,
  RepositoryFilter,
  repositorySorts,
  SearchPage,
} from "../../../ports/search-store.ts";
import type { AccountId, Region, Registry, RepositoryName } from "../../../registry/names.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, registryKey } from "./keys.ts";
import { hiddenNames, repositoryColumns, toRepository } from "./repository-row.ts";
import { containing, pageAfter } from "./search-conditions.ts";
import type { SqlSession } from "./session.ts";

type Page = SearchPage<(typeof repositorySorts)[number], RepositoryName>;

/** The scans of a repository's images that can be pulled; the index has them by what they found. */
const scans = ({ builder }: SqlDialect, type: ScanType) =>
  builder
    .selectFrom("image_scan")
    .innerJoin("image", (join) =>
      join
        .onRef("image.account", "=", "image_scan.account")
        .onRef("image.region", "=", "image_scan.region")
        .onRef("image.repository", "=", "image_scan.repository")
        .onRef("image.digest", "=", "image_scan.digest"),
    )
    .where("image_scan.account", "=", sql.ref<AccountId>("repository.account"))
    .where("image_scan.region", "=", sql.ref<Region>("repository.region"))
    .where("image_scan.repository", "=", sql.ref<string>("repository.id"))
    .where("image_scan.type", "=", type)
    // The index has no others.
    .where("image_scan.worst", ">", sql.lit(0))
    .where("image.state", "=", sql.lit("ACTIVE" as const));

const worstOf = (dialect: SqlDialect, type: ScanType) =>
  sql<number>`coalesce(${scans(dialect, type)
    .select("image_scan.worst")
    .orderBy("image_scan.worst", "desc")
    .limit(sql.lit(1))}, 0)`;

function filtered(dialect: SqlDialect, registry: Registry, type: ScanType, by: RepositoryFilter) {
  let query = dialect.builder
    .selectFrom("repository")
    .where((row) => row.and(ofRegistry(registryKey(registry))))
    .where("name", "<", hiddenNames);
  const { prefix, word, mutability, encryption, keyArn, resourceTags = [], worstAtLeast } = by;
  if (prefix !== undefined) {
    query = query.where("name", ">=", prefix as RepositoryName);
    // Sorts behind whatever a name may go on with.
    query = query.where("name", "<", `${prefix}~` as RepositoryName);
  }
  if (word !== undefined) query = query.where(containing("repository.name", word));
  if (mutability !== undefined) query = query.where("tag_mutability", "in", mutability);
  if (encryption !== undefined) query = query.where("encryption_type", "in", encryption);
  if (keyArn !== undefined) query = query.where("encryption_key", "=", keyArn);
  for (const { key, value } of resourceTags) {
    query = query.where(({ exists, selectFrom }) => {
      const tag = selectFrom("repository_resource_tag as resource_tag")
        .select("resource_tag.key")
        .whereRef("resource_tag.account", "=", "repository.account")
        .whereRef("resource_tag.region", "=", "repository.region")
        .whereRef("resource_tag.repository", "=", "repository.id")
        .where("resource_tag.key", "=", key);
      return exists(value === undefined ? tag : tag.where("resource_tag.value", "=", value));
    });
  }
  if (worstAtLeast === undefined) return query;
  return query.where(({ exists }) =>
    exists(
      scans(dialect, type).select("image_scan.worst").where("image_scan.worst", ">=", worstAtLeast),
    ),
  );
}

/** What a listing is sorted by, before the name. */
function sortValue(dialect: SqlDialect, type: ScanType, sort: Page["sort"]) {
  if (sort === "IMAGES") return sql<number>`repository.image_count`;
  if (sort === "SIZE") return sql<number>`repository.size_bytes`;
  if (sort === "LAST_PUSH") return sql<number>`coalesce(repository.last_pushed_at, 0)`;
  if (sort === "SEVERITY") return worstOf(dialect, type);
  return undefined;
}

export async function searchRepositories(
  session: SqlSession,
  registry: Registry,
  type: ScanType,
  filter: RepositoryFilter,
  page: Page,
): Promise<FoundRepository[]> {
  const rows = await session.query((dialect) => {
    const value = sortValue(dialect, type, page.sort);
    const query = filtered(dialect, registry, type, filter)
      .select(repositoryColumns)
      .select("repository.last_pushed_at")
      .select((value ?? sql<number>`0`).as("sort_value"))
      .limit(page.limit);
    return pageAfter(query, value, sql.ref("repository.name"), page);
  });
  const found = new Map(rows.map((row) => [row.repository_id, row]));
  const worst = await worstAmong(session, registry, type, [...found.keys()]);
  const tags = await resourceTagsOf(session, registry, [...found.keys()]);
  return rows.map((row) => ({
    repository: toRepository(row, registry),
    lastPushedAt: row.last_pushed_at ?? undefined,
    worst: worst.get(row.repository_id) ?? 0,
    resourceTags: tags.get(row.repository_id) ?? [],
    position: { value: Number(row.sort_value), key: row.repository_name },
  }));
}

async function worstAmong(
  session: SqlSession,
  registry: Registry,
  type: ScanType,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await session.query((dialect) =>
    dialect.builder
      .selectFrom("repository")
      .select("repository.id")
      .select(worstOf(dialect, type).as("worst"))
      .where((row) => row.and(ofRegistry(registryKey(registry))))
      .where("repository.id", "in", ids),
  );
  return new Map(rows.map(({ id, worst }) => [id, Number(worst)]));
}

async function resourceTagsOf(
  session: SqlSession,
  registry: Registry,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundRepository["resourceTags"]>> {
  if (ids.length === 0) return new Map();
  const rows = await session.query(({ builder }) =>
    builder
      .selectFrom("repository_resource_tag")
      .select(["repository", "key", "value"])
      .where((row) => row.and(ofRegistry(registryKey(registry))))
      .where("repository", "in", ids)
      .orderBy("repository")
      .orderBy("key"),
  );
  const found = new Map<string, { key: string; value: string }[]>();
  for (const { repository, key, value } of rows) {
    const tags = found.get(repository) ?? [];
    tags.push({ key, value });
    found.set(repository, tags);
  }
  return found;
}

export async function countRepositories(
  session: SqlSession,
  registry: Registry,
  type: ScanType,
  filter: RepositoryFilter,
): Promise<number> {
  const [row] = await session.query((dialect) =>
    filtered(dialect, registry, type, filter).select(({ fn }) => fn.countAll<number>().as("found")),
  );
  return Number(row?.found ?? 0);
}
