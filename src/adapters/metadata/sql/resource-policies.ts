import { sql } from "kysely";
import type {
  RepositoryAccess,
  ResourcePolicyReads,
  ResourcePolicyWrites,
} from "../../../ports/metadata-store.ts";
import type { Registry, RepositoryName } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlResourcePolicies implements ResourcePolicyReads, ResourcePolicyWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async ofRepository(repository: RepositoryRef): Promise<string | undefined> {
    return (await this.#session.first(repositoryPolicy, repositoryKey(repository)))?.document;
  }

  async ofRegistry(registry: Registry): Promise<string | undefined> {
    return (await this.#session.first(registryPolicy, registryKey(registry)))?.document;
  }

  async access(registry: Registry, name: RepositoryName): Promise<RepositoryAccess | undefined> {
    const rows = await this.#session.all(access, { ...registryKey(registry), name });
    if (rows.length === 0) return undefined;
    let policy: string | undefined;
    const resourceTags = new Map<string, string>();
    for (const { document, key, value } of rows) {
      if (key === null) policy = document ?? undefined;
      else resourceTags.set(key, value ?? "");
    }
    return { policy, resourceTags };
  }

  async putOfRepository(repository: RepositoryRef, document: string, at: number): Promise<void> {
    await this.#session.later(putOfRepository, { ...repositoryKey(repository), document, at });
  }

  async putOfRegistry(registry: Registry, document: string, at: number): Promise<void> {
    await this.#session.later(putOfRegistry, { ...registryKey(registry), document, at });
  }

  async removeOfRepository(repository: RepositoryRef): Promise<boolean> {
    return (await this.#session.change(removeOfRepository, repositoryKey(repository))) > 0;
  }

  async removeOfRegistry(registry: Registry): Promise<boolean> {
    return (await this.#session.change(removeOfRegistry, registryKey(registry))) > 0;
  }
}

const repositoryPolicy = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("repository_policy")
    .select("document")
    .where((row) => row.and(ofRepository(key))),
);

const registryPolicy = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("registry_policy")
    .select("document")
    .where((row) => row.and(ofRegistry(key))),
);

const none = sql<string | null>`null`;

/** A row with the document, and one for each tag: beside every tag it would be sent as often. */
const access = statement(({ builder }, key: RegistryKey & { readonly name: RepositoryName }) => {
  const named = builder
    .selectFrom("repository")
    .where("repository.account", "=", key.account)
    .where("repository.region", "=", key.region)
    .where("repository.name", "=", key.name);
  const tags = named
    .innerJoin("repository_resource_tag as tagged", (join) =>
      join
        .onRef("tagged.account", "=", "repository.account")
        .onRef("tagged.region", "=", "repository.region")
        .onRef("tagged.repository", "=", "repository.id"),
    )
    .select([none.as("document"), "tagged.key", "tagged.value"]);
  return named
    .leftJoin("repository_policy as policy", (join) =>
      join
        .onRef("policy.account", "=", "repository.account")
        .onRef("policy.region", "=", "repository.region")
        .onRef("policy.repository", "=", "repository.id"),
    )
    .select(["policy.document", none.as("key"), none.as("value")])
    .unionAll(tags);
});

const putOfRepository = statement(
  ({ builder }, row: RepositoryKey & { readonly document: string; readonly at: number }) =>
    builder
      .insertInto("repository_policy")
      .values({ ...ofRepository(row), document: row.document, put_at: row.at })
      .onConflict((conflict) =>
        conflict
          .columns(["account", "region", "repository"])
          .doUpdateSet({ document: sql`excluded.document`, put_at: sql`excluded.put_at` }),
      ),
);

const putOfRegistry = statement(
  ({ builder }, row: RegistryKey & { readonly document: string; readonly at: number }) =>
    builder
      .insertInto("registry_policy")
      .values({ ...ofRegistry(row), document: row.document, put_at: row.at })
      .onConflict((conflict) =>
        conflict
          .columns(["account", "region"])
          .doUpdateSet({ document: sql`excluded.document`, put_at: sql`excluded.put_at` }),
      ),
);

const removeOfRepository = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("repository_policy").where((row) => row.and(ofRepository(key))),
);

const removeOfRegistry = statement(({ builder }, key: RegistryKey) =>
  builder.deleteFrom("registry_policy").where((row) => row.and(ofRegistry(key))),
);
