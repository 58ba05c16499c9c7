import type { KmsKeyReads, KmsKeyWrites } from "../../../ports/kms-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { ResourceTag } from "../../../registry/identity/entity.ts";
import type { KmsKey, KmsKeyRef, KmsKeyVersion } from "../../../registry/kms/kms-key.ts";
import type { Registry } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { KmsKeyTable, KmsKeyVersionTable } from "./kms-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlKmsKeys implements KmsKeyReads, KmsKeyWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(key: KmsKeyRef): Promise<KmsKey | undefined> {
    const row = await this.#session.first(find, keyOf(key));
    return row && toKey(row);
  }

  async lock(key: KmsKeyRef): Promise<KmsKey | undefined> {
    const row = await this.#session.first(lock, keyOf(key));
    return row && toKey(row);
  }

  async list(registry: Registry, { after = "", limit }: PageRequest<string>): Promise<KmsKey[]> {
    const rows = await this.#session.all(list, { ...registryKey(registry), after, limit });
    return rows.map(toKey);
  }

  async due(now: number, limit: number): Promise<KmsKey[]> {
    const deletions = await this.#session.all(dueDeletions, { now, limit });
    const rotations = await this.#session.all(dueRotations, { now, limit });
    return [...deletions, ...rotations].slice(0, limit).map(toKey);
  }

  async version(key: KmsKeyRef, version: number): Promise<KmsKeyVersion | undefined> {
    const row = await this.#session.first(findVersion, { ...keyOf(key), version });
    return row && toVersion(row);
  }

  async versions(
    key: KmsKeyRef,
    { after = Number.MAX_SAFE_INTEGER, limit }: PageRequest<number>,
  ): Promise<KmsKeyVersion[]> {
    const rows = await this.#session.all(listVersions, { ...keyOf(key), after, limit });
    return rows.map(toVersion);
  }

  async listVersions({ after, limit }: PageRequest<KmsKeyVersion>): Promise<KmsKeyVersion[]> {
    const { key = beforeAll, version = 0 } = after ?? {};
    const rows = await this.#session.all(everyVersion, { ...keyOf(key), version, limit });
    return rows.map(toVersion);
  }

  async insert(key: KmsKey): Promise<void> {
    await this.#session.later(insert, toRow(key));
  }

  async replace(key: KmsKey): Promise<void> {
    await this.#session.later(replace, toRow(key));
  }

  async remove(key: KmsKeyRef): Promise<void> {
    await this.#session.later(remove, keyOf(key));
  }

  async insertVersion(version: KmsKeyVersion): Promise<void> {
    await this.#session.later(insertVersion, toVersionRow(version));
  }

  async rewrapVersion(version: KmsKeyVersion): Promise<void> {
    await this.#session.later(rewrapVersion, toVersionRow(version));
  }

  async removeVersions(key: KmsKeyRef): Promise<void> {
    await this.#session.later(removeVersions, keyOf(key));
  }
}

const beforeAll = { registry: { account: "", region: "" } as Registry, id: "" };

type Key = RegistryKey & { readonly id: string };

function keyOf({ registry, id }: KmsKeyRef): Key {
  return { ...registryKey(registry), id };
}

function toKey(row: KmsKeyTable): KmsKey {
  const { rotation_days: periodDays, rotation_at: nextAt } = row;
  return {
    registry: registryKey(row),
    id: row.id,
    state: row.state,
    manager: row.manager,
    description: row.description,
    policy: row.policy,
    tags: JSON.parse(row.tags) as ResourceTag[],
    createdAt: row.created_at,
    deletionAt: row.deletion_at ?? undefined,
    version: row.version,
    rotation: periodDays === null || nextAt === null ? undefined : { periodDays, nextAt },
    rotationsOnDemand: row.rotations_on_demand,
  };
}

function toRow(key: KmsKey): Fields<KmsKeyTable> {
  return {
    ...keyOf(key),
    state: key.state,
    manager: key.manager,
    description: key.description,
    policy: key.policy,
    tags: JSON.stringify(key.tags),
    created_at: key.createdAt,
    deletion_at: key.deletionAt ?? null,
    version: key.version,
    rotation_days: key.rotation?.periodDays ?? null,
    rotation_at: key.rotation?.nextAt ?? null,
    rotations_on_demand: key.rotationsOnDemand,
  };
}

function toVersion(row: KmsKeyVersionTable): KmsKeyVersion {
  return {
    key: { registry: registryKey(row), id: row.key },
    version: row.version,
    wrapped: row.wrapped,
    origin: row.origin,
    createdAt: row.created_at,
  };
}

function toVersionRow({ key, ...version }: KmsKeyVersion): Fields<KmsKeyVersionTable> {
  return {
    ...registryKey(key.registry),
    key: key.id,
    version: version.version,
    wrapped: version.wrapped,
    origin: version.origin,
    created_at: version.createdAt,
  };
}

const one = ({ builder }: SqlDialect, key: Key) =>
  builder
    .selectFrom("kms_key")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.id }));

const find = statement(one);

const lock = statement((dialect, key: Key) =>
  dialect.locksRows ? one(dialect, key).forUpdate() : one(dialect, key),
);

type Page = RegistryKey & { readonly after: string; readonly limit: number };

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("kms_key")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

type Due = { readonly now: number; readonly limit: number };

const dueDeletions = statement(({ builder }, { now, limit }: Due) =>
  builder
    .selectFrom("kms_key")
    .selectAll()
    .where("deletion_at", "<=", now)
    .orderBy("deletion_at")
    .limit(limit),
);

const dueRotations = statement(({ builder }, { now, limit }: Due) =>
  builder
    .selectFrom("kms_key")
    .selectAll()
    .where("rotation_at", "<=", now)
    .where("state", "=", "Enabled")
    .orderBy("rotation_at")
    .limit(limit),
);

const insert = statement(({ builder }, row: Fields<KmsKeyTable>) =>
  builder.insertInto("kms_key").values({ ...ofRegistry(row), id: row.id, ...changing(row) }),
);

const replace = statement(({ builder }, row: Fields<KmsKeyTable>) =>
  builder
    .updateTable("kms_key")
    .set(changing(row))
    .where((each) => each.and({ ...ofRegistry(row), id: row.id })),
);

function changing(row: Fields<KmsKeyTable>) {
  return {
    state: row.state,
    manager: row.manager,
    description: row.description,
    policy: row.policy,
    tags: row.tags,
    created_at: row.created_at,
    deletion_at: row.deletion_at,
    version: row.version,
    rotation_days: row.rotation_days,
    rotation_at: row.rotation_at,
    rotations_on_demand: row.rotations_on_demand,
  };
}

const remove = statement(({ builder }, key: Key) =>
  builder.deleteFrom("kms_key").where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);

const findVersion = statement(({ builder }, key: Key & { readonly version: number }) =>
  builder
    .selectFrom("kms_key_version")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), key: key.id, version: key.version })),
);

const listVersions = statement(
  ({ builder }, page: Key & { readonly after: number; readonly limit: number }) =>
    builder
      .selectFrom("kms_key_version")
      .selectAll()
      .where((row) => row.and({ ...ofRegistry(page), key: page.id }))
      .where("version", "<", page.after)
      .orderBy("version", "desc")
      .limit(page.limit),
);

type VersionPage = Key & { readonly version: number; readonly limit: number };

const everyVersion = statement(
  ({ builder }, { account, region, id, version, limit }: VersionPage) =>
    builder
      .selectFrom("kms_key_version")
      .selectAll()
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("account", "region", "key", "version"),
          ">",
          tuple(account, region, id, version),
        ),
      )
      .orderBy("account")
      .orderBy("region")
      .orderBy("key")
      .orderBy("version")
      .limit(limit),
);

const insertVersion = statement(({ builder }, row: Fields<KmsKeyVersionTable>) =>
  builder.insertInto("kms_key_version").values({
    ...ofRegistry(row),
    key: row.key,
    version: row.version,
    wrapped: row.wrapped,
    origin: row.origin,
    created_at: row.created_at,
  }),
);

const rewrapVersion = statement(({ builder }, row: Fields<KmsKeyVersionTable>) =>
  builder
    .updateTable("kms_key_version")
    .set({ wrapped: row.wrapped })
    .where((each) => each.and({ ...ofRegistry(row), key: row.key, version: row.version })),
);

const removeVersions = statement(({ builder }, key: Key) =>
  builder
    .deleteFrom("kms_key_version")
    .where((row) => row.and({ ...ofRegistry(key), key: key.id })),
);
