/** The tree that the slashes in names of repositories make. */
import { sql } from "kysely";
import type { NamespacePage, namespaceSorts, SearchPage } from "../../../ports/search-store.ts";
import type { Registry, RepositoryName } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, registryKey } from "./keys.ts";
import { hiddenNames } from "./repository-row.ts";
import { pageAfter } from "./search-conditions.ts";
import type { SqlSession } from "./session.ts";

/** All that names are made of but the slash. Source: ECR, CreateRepository, repositoryName. */
const partCharacters = "abcdefghijklmnopqrstuvwxyz0123456789._-";

/** Each thing right below the prefix, with the sums of what it holds, and how many of them there are. */
function entries({ builder }: SqlDialect, registry: Registry, prefix: string) {
  const rest = sql<string>`substr(repository.name, ${sql.lit(prefix.length + 1)})`;
  // From the first slash on, with one behind: both databases trim alike, while each finds a character in its
  // own way. Written once, as it is what takes the time here.
  const behind = sql<string>`ltrim(${rest} || '/', ${sql.lit(partCharacters)})`;
  const end = sql<number>`length(repository.name) - length(${behind}) + 2`;
  let below = builder
    .selectFrom("repository")
    .select(sql<string>`substr(repository.name, 1, ${end})`.as("entry"))
    .select(["image_count", "size_bytes", "last_pushed_at"])
    .where((row) => row.and(ofRegistry(registryKey(registry))))
    .where("name", "<", hiddenNames);
  if (prefix !== "") {
    below = below.where("name", ">", prefix as RepositoryName);
    // Sorts behind whatever a name may go on with.
    below = below.where("name", "<", `${prefix}~` as RepositoryName);
  }
  return builder
    .selectFrom(below.as("below"))
    .select("below.entry")
    .select(({ fn }) => [
      fn.countAll<number>().as("repositories"),
      fn.sum<number>("below.image_count").as("images"),
      fn.sum<number>("below.size_bytes").as("size_bytes"),
      fn.max<number | null>("below.last_pushed_at").as("last_pushed_at"),
      sql<number>`count(*) over ()`.as("total"),
    ])
    .groupBy("below.entry");
}

type Sort = (typeof namespaceSorts)[number];
const sortValues = {
  NAME: undefined,
  REPOSITORIES: sql<number>`found.repositories`,
  IMAGES: sql<number>`found.images`,
  SIZE: sql<number>`found.size_bytes`,
  LAST_PUSH: sql<number>`coalesce(found.last_pushed_at, 0)`,
} satisfies Record<Sort, unknown>;

export async function searchNamespaces(
  session: SqlSession,
  registry: Registry,
  prefix: string,
  page: SearchPage<Sort, string>,
): Promise<NamespacePage> {
  const rows = await session.query((dialect) => {
    const value = sortValues[page.sort];
    const query = dialect.builder
      .selectFrom(entries(dialect, registry, prefix).as("found"))
      .selectAll("found")
      .select((value ?? sql<number>`0`).as("sort_value"))
      .limit(page.limit);
    return pageAfter(query, value, sql.ref("found.entry"), page);
  });
  return {
    found: rows.map((row) => ({
      ...{ name: row.entry, isRepository: !row.entry.endsWith("/") },
      ...{ repositories: Number(row.repositories), images: Number(row.images) },
      sizeBytes: Number(row.size_bytes),
      lastPushedAt: row.last_pushed_at === null ? undefined : Number(row.last_pushed_at),
      position: { value: Number(row.sort_value), key: row.entry },
    })),
    total: Number(rows[0]?.total ?? 0),
  };
}
