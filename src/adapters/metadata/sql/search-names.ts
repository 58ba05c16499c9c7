/** Queries over the names of repositories, tags and images of a whole registry. */
import { type SqlBool, sql } from "kysely";
import type { FoundDigest, FoundTag } from "../../../ports/search-store.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { inTrash } from "./image-row.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import { hiddenNames } from "./repository-row.ts";
import { containing } from "./search-conditions.ts";
import type { SqlSession } from "./session.ts";

export async function repositoriesNamed(
  session: SqlSession,
  registry: Registry,
  word: string,
  limit: number,
): Promise<RepositoryName[]> {
  const rows = await session.query(({ builder }) =>
    builder
      .selectFrom("repository")
      .select("name")
      .where((row) => row.and(ofRegistry(registryKey(registry))))
      .where("name", "<", hiddenNames)
      .where(containing("repository.name", word))
      .orderBy("name")
      .limit(limit),
  );
  return rows.map(({ name }) => name);
}

const tags = ({ builder }: SqlDialect, { account, region }: RegistryKey, beginning: string) =>
  builder
    .selectFrom("tag")
    .innerJoin("repository", (join) =>
      join
        .onRef("repository.account", "=", "tag.account")
        .onRef("repository.region", "=", "tag.region")
        .onRef("repository.id", "=", "tag.repository"),
    )
    .select(["repository.name as repositoryName", "tag.tag", "tag.digest"])
    .where("tag.account", "=", account)
    .where("tag.region", "=", region)
    .where(sql<SqlBool>`length(tag.tag) > 0`) // True of all: the index that is for this has it.
    .where("tag.tag", ">=", beginning as Tag)
    // Sorts behind whatever a tag may go on with.
    .where("tag.tag", "<", `${beginning}~` as Tag)
    .orderBy("tag.tag")
    .orderBy("tag.repository");

export function tagsBeginning(
  session: SqlSession,
  registry: Registry,
  beginning: string,
  limit: number,
): Promise<FoundTag[]> {
  return session.query((dialect) =>
    tags(dialect, registryKey(registry), beginning)
      .where("repository.name", "<", hiddenNames)
      .limit(limit),
  );
}

export function tagsOfBeginning(
  session: SqlSession,
  registry: Registry,
  name: RepositoryName,
  beginning: string,
  limit: number,
): Promise<FoundTag[]> {
  return session.query((dialect) =>
    tags(dialect, registryKey(registry), beginning)
      .where("repository.name", "=", name)
      .limit(limit),
  );
}

export function digestsBeginning(
  session: SqlSession,
  registry: Registry,
  beginning: string,
  limit: number,
): Promise<FoundDigest[]> {
  const { account, region } = registryKey(registry);
  return session.query(({ builder }) =>
    builder
      .selectFrom("image")
      .innerJoin("repository", (join) =>
        join
          .onRef("repository.account", "=", "image.account")
          .onRef("repository.region", "=", "image.region")
          .onRef("repository.id", "=", "image.repository"),
      )
      .select(["repository.name as repositoryName", "image.digest"])
      .where("image.account", "=", account)
      .where("image.region", "=", region)
      .where(sql<SqlBool>`length(image.digest) > 0`)
      .where("image.digest", ">=", beginning as Digest)
      .where("image.digest", "<", `${beginning}~` as Digest)
      .where("image.state", "<>", inTrash)
      .where("repository.name", "<", hiddenNames)
      .orderBy("image.digest")
      .orderBy("image.repository")
      .limit(limit),
  );
}
