import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  KnownUsage,
  LargeRepository,
  UsageRepositoryReads,
  UsageRepositoryWrites,
  UsageSample,
} from "../../../ports/usage-store.ts";
import type { Registry, RepositoryName } from "../../../registry/names.ts";
import type { UsagePoint, UsageRepository, UsageScope } from "../../../registry/usage/usage.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
} from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";
import { afterScope, scopeKey } from "./usage-scope.ts";
import type { UsageRepositoryTable } from "./usage-tables.ts";

export class SqlUsageRepositories implements UsageRepositoryReads, UsageRepositoryWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(scope: UsageScope): Promise<UsageRepository | undefined> {
    const row = await this.#session.first(find, scopeKey(scope));
    return row && { registry: scope.registry, repository: scope.repository, name: row.name };
  }

  async list(registry: Registry, page: PageRequest<string>): Promise<UsageRepository[]> {
    const { after = "", limit } = page;
    const rows = await this.#session.all(list, { ...registryKey(registry), after, limit });
    return rows.map(toRepository);
  }

  async named(
    registry: Registry,
    name: RepositoryName,
    { after = "", limit }: PageRequest<string>,
  ): Promise<UsageRepository[]> {
    const page = { ...registryKey(registry), name, after, limit };
    return (await this.#session.all(named, page)).map(toRepository);
  }

  async largest(limit: number): Promise<LargeRepository[]> {
    const rows = await this.#session.all(largest, { limit });
    return rows.map((row) => ({
      ...toRepository(row),
      sizeBytes: row.size_bytes,
      images: row.images,
    }));
  }

  async samples({ after, limit }: PageRequest<UsageScope>): Promise<UsageSample[]> {
    const rows = await this.#session.all(samples, { ...afterScope(after), limit });
    return rows.map((row) => ({
      ...toRepository(row),
      now: { sizeBytes: row.size_bytes, images: row.image_count },
      seen:
        row.seen_bytes === null
          ? undefined
          : {
              sizeBytes: row.seen_bytes,
              images: row.seen_images ?? 0,
              archivedBytes: row.seen_archived ?? 0,
            },
    }));
  }

  async known({ after, limit }: PageRequest<UsageScope>): Promise<KnownUsage[]> {
    const rows = await this.#session.all(known, { ...afterScope(after), limit });
    return rows.map((row) => ({ ...toRepository(row), isThere: row.present !== null }));
  }

  async know(repositories: readonly UsageRepository[]): Promise<void> {
    await this.#session.allLater(
      repositories.map(({ name, ...scope }) =>
        this.#session.command(know, { ...scopeKey(scope), name }),
      ),
    );
  }

  async setSeen(repositories: readonly (UsageScope & Pick<UsagePoint, "levels">)[]): Promise<void> {
    await this.#session.allLater(
      repositories.map(({ levels, ...scope }) =>
        this.#session.command(setSeen, {
          ...scopeKey(scope),
          sizeBytes: levels.sizeBytes,
          images: levels.images,
          archivedBytes: levels.archivedBytes,
        }),
      ),
    );
  }

  async setGone(repositories: readonly UsageScope[], at: number): Promise<void> {
    await this.#session.allLater(
      repositories.map((scope) => this.#session.command(setGone, { ...scopeKey(scope), at })),
    );
  }

  async removeGone(before: number, limit: number): Promise<number> {
    const old = await this.#session.all(listGone, { before, limit });
    await this.#session.allLater(old.map((key) => this.#session.command(remove, key)));
    return old.length;
  }
}

function toRepository(
  row: Pick<UsageRepositoryTable, "account" | "region" | "repository" | "name">,
): UsageRepository {
  return { registry: registryKey(row), repository: row.repository, name: row.name };
}

const columns = ["account", "region", "repository", "name"] as const;

const find = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("usage_repository")
    .select("name")
    .where((row) => row.and(ofRepository(key))),
);

type Page = RegistryKey & { readonly after: string; readonly limit: number };

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("usage_repository")
    .select(columns)
    .where((row) => row.and(ofRegistry(page)))
    .where("repository", ">", page.after)
    .orderBy("repository")
    .limit(page.limit),
);

const named = statement(({ builder }, page: Page & { readonly name: RepositoryName }) =>
  builder
    .selectFrom("usage_repository")
    .select(columns)
    .where((row) => row.and({ ...ofRegistry(page), name: page.name }))
    .where("repository", ">", page.after)
    .orderBy("repository")
    .limit(page.limit),
);

const largest = statement(({ builder }, { limit }: { readonly limit: number }) =>
  builder
    .selectFrom("usage_repository")
    .select([...columns, "size_bytes", "images"])
    .where("gone_at", "is", null) // The index is of these.
    .where("size_bytes", ">", sql.lit(0))
    .orderBy("size_bytes", "desc")
    .limit(limit),
);

type PageOfAll = RepositoryKey & { readonly limit: number };

const samples = statement(({ builder }, page: PageOfAll) =>
  builder
    .selectFrom("repository")
    .leftJoin("usage_repository as seen", (join) =>
      join
        .onRef("seen.account", "=", "repository.account")
        .onRef("seen.region", "=", "repository.region")
        .onRef("seen.repository", "=", "repository.id"),
    )
    .select(["repository.account", "repository.region", "repository.id as repository"])
    .select(["repository.name", "repository.size_bytes", "repository.image_count"])
    .select(["seen.size_bytes as seen_bytes", "seen.images as seen_images"])
    .select("seen.archived_bytes as seen_archived")
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("repository.account", "repository.region", "repository.id"),
        ">",
        tuple(page.account, page.region, page.repository),
      ),
    )
    .orderBy("repository.account")
    .orderBy("repository.region")
    .orderBy("repository.id")
    .limit(page.limit),
);

const known = statement(({ builder }, page: PageOfAll) =>
  builder
    .selectFrom("usage_repository as known")
    .leftJoin("repository", (join) =>
      join
        .onRef("repository.account", "=", "known.account")
        .onRef("repository.region", "=", "known.region")
        .onRef("repository.id", "=", "known.repository"),
    )
    .select(["known.account", "known.region", "known.repository", "known.name"])
    .select("repository.id as present")
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("known.account", "known.region", "known.repository"),
        ">",
        tuple(page.account, page.region, page.repository),
      ),
    )
    .where("known.gone_at", "is", null)
    .orderBy("known.account")
    .orderBy("known.region")
    .orderBy("known.repository")
    .limit(page.limit),
);

const know = statement(({ builder }, key: RepositoryKey & { readonly name: RepositoryName }) =>
  builder
    .insertInto("usage_repository")
    .values({
      ...ofRepository(key),
      name: key.name,
      size_bytes: sql.lit(0),
      images: sql.lit(0),
      archived_bytes: sql.lit(0),
      gone_at: null,
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "repository"]).doNothing()),
);

type Seen = RepositoryKey & {
  readonly sizeBytes: number;
  readonly images: number;
  readonly archivedBytes: number;
};

const setSeen = statement(({ builder }, seen: Seen) =>
  builder
    .updateTable("usage_repository")
    .set({
      size_bytes: seen.sizeBytes,
      images: seen.images,
      archived_bytes: seen.archivedBytes,
    })
    .where((row) => row.and(ofRepository(seen))),
);

const setGone = statement(({ builder }, key: RepositoryKey & { readonly at: number }) =>
  builder
    .updateTable("usage_repository")
    .set({ gone_at: key.at })
    .where((row) => row.and(ofRepository(key))),
);

const listGone = statement(
  ({ builder }, { before, limit }: { readonly before: number; readonly limit: number }) =>
    builder
      .selectFrom("usage_repository")
      .select(["account", "region", "repository"])
      .where("gone_at", "is not", null) // The index is of these.
      .where("gone_at", "<", before)
      .orderBy("gone_at")
      .limit(limit),
);

const remove = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("usage_repository").where((row) => row.and(ofRepository(key))),
);
