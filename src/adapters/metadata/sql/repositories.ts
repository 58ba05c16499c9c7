import { sql } from "kysely";
import type {
  PageRequest,
  RepositoryReads,
  RepositoryWrites,
} from "../../../ports/metadata-store.ts";
import type { AccountId, Region, Registry, RepositoryName } from "../../../registry/names.ts";
import type {
  Encryption,
  Repository,
  RepositoryRef,
  TagMutability,
} from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import { adjustRepositoryCounts, registryTotals, repositoryCount } from "./registry-counters.ts";
import { enqueueContents, removeContents } from "./repository-contents.ts";
import { adjustments, lockCounters, lockingCounts } from "./repository-counters.ts";
import {
  encryptionColumns,
  hiddenNames,
  mutabilityColumns,
  quotasColumn,
  repositoryColumns,
  toRepository,
} from "./repository-row.ts";
import {
  insertRepository,
  putResourceTag,
  removeRepository,
  removeResourceTag,
  setEncryption,
  setQuotas,
  setScanOnPush,
  setTagMutability,
} from "./repository-statements.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlRepositories implements RepositoryReads, RepositoryWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, name: RepositoryName): Promise<Repository | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), name });
    return row && toRepository(row, registry);
  }

  async findById(repository: RepositoryRef): Promise<Repository | undefined> {
    const row = await this.#session.first(findById, repositoryKey(repository));
    return row && toRepository(row, repository.registry);
  }

  async list(registry: Registry, page: PageRequest<RepositoryName>): Promise<Repository[]> {
    const { after = beforeAll, limit } = page;
    const rows = await this.#session.all(list, { ...registryKey(registry), after, limit });
    return rows.map((row) => toRepository(row, registry));
  }

  resourceTags(repository: RepositoryRef): Promise<{ key: string; value: string }[]> {
    return this.#session.all(resourceTags, repositoryKey(repository));
  }

  async count(registry: Registry): Promise<number> {
    const row = await this.#session.first(repositoryCount, registryKey(registry));
    return Number(row?.repositories ?? 0);
  }

  async listAll(
    page: PageRequest<{ registry: Registry; name: RepositoryName }>,
  ): Promise<Repository[]> {
    const { after, limit } = page;
    const rows = await this.#session.all(listAll, {
      account: after?.registry.account ?? ("" as AccountId),
      region: after?.registry.region ?? ("" as Region),
      name: after?.name ?? beforeAll,
      limit,
    });
    return rows.map((row) => toRepository(row, registryKey(row)));
  }

  async sealedBy(
    registry: Registry,
    keyArn: string,
    { after = beforeAll, limit }: PageRequest<RepositoryName>,
  ): Promise<Repository[]> {
    const page = { ...registryKey(registry), keyArn, after, limit };
    const rows = await this.#session.all(listSealedBy, page);
    return rows.map((row) => toRepository(row, registry));
  }

  async encryptionKeys(registry: Registry, page: PageRequest<string>): Promise<string[]> {
    const keys: string[] = [];
    // One step of an index for each key, however many repositories it seals.
    for (let { after } = page; keys.length < page.limit; after = keys.at(-1)) {
      const row = await this.#session.first(nextKey, {
        ...registryKey(registry),
        after: after ?? "",
      });
      if (row?.encryption_key == null) break;
      keys.push(row.encryption_key);
    }
    return keys;
  }

  async totals(): Promise<{ repositories: number; images: number; sizeBytes: number }> {
    const row = await this.#session.first(registryTotals, {});
    return {
      repositories: Number(row?.repositories ?? 0),
      images: Number(row?.images ?? 0),
      sizeBytes: Number(row?.size_bytes ?? 0),
    };
  }

  insertIfAbsent(repository: Repository): Promise<boolean> {
    const row = this.#session.command(insertRepository, {
      ...repositoryKey(repository),
      ...mutabilityColumns(repository.tagMutability),
      name: repository.name,
      createdAt: repository.createdAt,
      scanOnPush: repository.scanOnPush ? 1 : 0,
      ...encryptionColumns(repository.encryption),
      imageCount: repository.imageCount,
      sizeBytes: repository.sizeBytes,
      lifecycleDueAt: repository.lifecycleDueAt ?? null,
      quotas: quotasColumn(repository.quotaIds),
    });
    const counts = this.#session.command(adjustRepositoryCounts, {
      ...registryKey(repository.registry),
      slot: this.#session.counterSlot,
      repositories: 1,
      images: repository.imageCount,
      sizeBytes: repository.sizeBytes,
    });
    return this.#session.runIfChanged(row, [counts]);
  }

  async lock(registry: Registry, name: RepositoryName): Promise<Repository | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), name });
    return row && toRepository(row, registry);
  }

  async lockById(repository: RepositoryRef): Promise<Repository | undefined> {
    const row = await this.#session.first(lockById, repositoryKey(repository));
    return row && toRepository(row, repository.registry);
  }

  async setTagMutability(repository: RepositoryRef, mutability: TagMutability): Promise<void> {
    await this.#session.later(setTagMutability, {
      ...repositoryKey(repository),
      ...mutabilityColumns(mutability),
    });
  }

  async setScanOnPush(repository: RepositoryRef, scanOnPush: boolean): Promise<void> {
    const key = repositoryKey(repository);
    await this.#session.later(setScanOnPush, { ...key, scanOnPush: scanOnPush ? 1 : 0 });
  }

  async setEncryption(repository: RepositoryRef, encryption: Encryption): Promise<void> {
    await this.#session.later(setEncryption, {
      ...repositoryKey(repository),
      ...encryptionColumns(encryption),
    });
  }

  async putResourceTag(repository: RepositoryRef, key: string, value: string): Promise<void> {
    await this.#session.later(putResourceTag, { ...repositoryKey(repository), key, value });
  }

  async removeResourceTag(repository: RepositoryRef, key: string): Promise<void> {
    await this.#session.later(removeResourceTag, { ...repositoryKey(repository), key });
  }

  async setQuotas(repository: RepositoryRef, quotaIds: readonly string[]): Promise<void> {
    await this.#session.later(setQuotas, {
      ...repositoryKey(repository),
      quotas: quotasColumn(quotaIds),
    });
  }

  async lockCount(registry: Registry): Promise<void> {
    await this.#session.allNow(lockingCounts(this.#session, registry));
  }

  async adjust(
    repository: RepositoryRef,
    by: { imageCount?: number; sizeBytes?: number },
  ): Promise<void> {
    await this.#session.allLater(adjustments(this.#session, repository, by));
  }

  async setCounters(
    repository: RepositoryRef,
    to: { imageCount: number; sizeBytes: number },
  ): Promise<void> {
    const now = await this.#session.first(lockCounters, repositoryKey(repository));
    if (now === undefined) return;
    await this.adjust(repository, {
      imageCount: to.imageCount - now.image_count,
      sizeBytes: to.sizeBytes - now.size_bytes,
    });
  }

  async remove(repository: RepositoryRef, at: number): Promise<void> {
    const key = repositoryKey(repository);
    const now = await this.#session.first(lockCounters, key);
    if (now === undefined) return;
    await this.#session.allLater([
      ...enqueueContents.map((each) => this.#session.command(each, { ...key, at })),
      ...removeContents.map((each) => this.#session.command(each, key)),
      this.#session.command(removeRepository, key),
      this.#session.command(adjustRepositoryCounts, {
        ...registryKey(repository.registry),
        slot: this.#session.counterSlot,
        repositories: -1,
        images: -now.image_count,
        sizeBytes: -now.size_bytes,
      }),
    ]);
  }
}

/** Sorts before every name. */
const beforeAll = "" as RepositoryName;

type RepositoryNameKey = RegistryKey & { readonly name: RepositoryName };

const named = ({ builder }: SqlDialect, key: RepositoryNameKey) =>
  builder
    .selectFrom("repository")
    .select(repositoryColumns)
    .where((row) => row.and({ ...ofRegistry(key), name: key.name }));

const find = statement(named);

const lock = statement((dialect, key: RepositoryNameKey) => {
  const query = named(dialect, key);
  return dialect.locksRows ? query.forUpdate() : query;
});

const byId = ({ builder }: SqlDialect, key: RepositoryKey) =>
  builder
    .selectFrom("repository")
    .select(repositoryColumns)
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository }));

const findById = statement(byId);

const lockById = statement((dialect, key: RepositoryKey) => {
  const query = byId(dialect, key);
  return dialect.locksRows ? query.forUpdate() : query;
});

const list = statement(
  ({ builder }, page: RegistryKey & { after: RepositoryName; limit: number }) =>
    builder
      .selectFrom("repository")
      .select(repositoryColumns)
      .where((row) => row.and(ofRegistry(page)))
      .where("name", ">", page.after)
      .where("name", "<", hiddenNames)
      .orderBy("name")
      .limit(page.limit),
);

const listSealedBy = statement(
  ({ builder }, page: RegistryKey & { keyArn: string; after: RepositoryName; limit: number }) =>
    builder
      .selectFrom("repository")
      .select(repositoryColumns)
      .where((row) => row.and({ ...ofRegistry(page), encryption_key: page.keyArn }))
      .where("name", ">", page.after)
      .where("name", "<", hiddenNames)
      .orderBy("name")
      .limit(page.limit),
);

const nextKey = statement(({ builder }, page: RegistryKey & { after: string }) =>
  builder
    .selectFrom("repository")
    .select("encryption_key")
    .where((row) => row.and(ofRegistry(page)))
    .where("encryption_key", ">", page.after)
    .orderBy("encryption_key")
    .limit(sql.lit(1)),
);

const listAll = statement(({ builder }, after: RepositoryNameKey & { limit: number }) =>
  builder
    .selectFrom("repository")
    .select(repositoryColumns)
    .select(["account", "region"])
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("account", "region", "name"),
        ">",
        tuple(after.account, after.region, after.name),
      ),
    )
    .orderBy("account")
    .orderBy("region")
    .orderBy("name")
    .limit(after.limit),
);

const resourceTags = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("repository_resource_tag")
    .select(["key", "value"])
    .where((row) => row.and(ofRepository(key)))
    .orderBy("key"),
);
