/** Queries over the repositories of a registry, whose SQL depends on what is asked for. */
import { type SqlBool, sql } from "kysely";
import type {
  FoundRepository,
  RepositoryFilter,
  repositorySorts,
  SearchPage,
} from "../../../ports/search-store.ts";
import type { Registry, RepositoryName } from "../../../registry/names.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, registryKey } from "./keys.ts";
import { hiddenNames, repositoryColumns, toRepository } from "./repository-row.ts";
import { containing, pageAfter } from "./search-conditions.ts";
import type { SqlSession } from "./session.ts";
import { worstColumns } from "./worst-findings.ts";

type Page = SearchPage<(typeof repositorySorts)[number], RepositoryName>;

const worstOf = (type: ScanType) => sql<number>`${sql.ref(`repository.${worstColumns[type]}`)}`;
/** Of all; literal, so that the index that is for this serves. */
const isInIndex = (type: ScanType) => sql<SqlBool>`${worstOf(type)} >= ${sql.lit(0)}`;

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
  return query.where(worstOf(type), ">=", worstAtLeast);
}

/** What a listing is sorted by, before the name. */
function sortValue(type: ScanType, sort: Page["sort"]) {
  if (sort === "IMAGES") return sql<number>`repository.image_count`;
  if (sort === "SIZE") return sql<number>`repository.size_bytes`;
  if (sort === "LAST_PUSH") return sql<number>`coalesce(repository.last_pushed_at, 0)`;
  if (sort === "SEVERITY") return worstOf(type);
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
    const value = sortValue(type, page.sort);
    const query = filtered(dialect, registry, type, filter)
      .select(repositoryColumns)
      .select(["repository.last_pushed_at", `repository.${worstColumns[type]} as worst`])
      .select((value ?? sql<number>`0`).as("sort_value"))
      .limit(page.limit);
    const ordered = page.sort === "SEVERITY" ? query.where(isInIndex(type)) : query;
    return pageAfter(ordered, value, sql.ref("repository.name"), page);
  });
  const ids = rows.map((row) => row.repository_id);
  const tags = await resourceTagsOf(session, registry, ids);
  return rows.map((row) => ({
    repository: toRepository(row, registry),
    lastPushedAt: row.last_pushed_at ?? undefined,
    worst: row.worst,
    resourceTags: tags.get(row.repository_id) ?? [],
    position: { value: Number(row.sort_value), key: row.repository_name },
  }));
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
  const [row] = await session.query((dialect) => {
    const all = filtered(dialect, registry, type, filter);
    const narrowed = filter.worstAtLeast === undefined ? all : all.where(isInIndex(type));
    return narrowed.select(({ fn }) => fn.countAll<number>().as("found"));
  });
  return Number(row?.found ?? 0);
}
