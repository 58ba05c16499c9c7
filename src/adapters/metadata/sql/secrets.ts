import type { PageRequest } from "../../../ports/page-request.ts";
import type { SecretReads, SecretWrites } from "../../../ports/secret-store.ts";
import type { Registry } from "../../../registry/names.ts";
import type {
  Secret,
  SecretRef,
  SecretVersion,
  SecretVersionFacts,
} from "../../../registry/secrets/secret.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import { fromSealed, toSealed } from "./sealed-columns.ts";
import type { SecretTable, SecretVersionTable } from "./secret-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlSecrets implements SecretReads, SecretWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, name: string): Promise<Secret | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), name });
    return row && toSecret(row);
  }

  async list(registry: Registry, { after = "", limit }: PageRequest<string>): Promise<Secret[]> {
    const rows = await this.#session.all(list, { ...registryKey(registry), after, limit });
    return rows.map(toSecret);
  }

  async count(registry: Registry): Promise<number> {
    const row = await this.#session.first(count, registryKey(registry));
    return Number(row?.secrets ?? 0);
  }

  async due(now: number, limit: number): Promise<Secret[]> {
    return (await this.#session.all(due, { now, limit })).map(toSecret);
  }

  async versions(secret: SecretRef): Promise<SecretVersionFacts[]> {
    const rows = await this.#session.all(versions, secretKey(secret));
    const found = rows.map((row) => ({ id: row.version, createdAt: row.created_at }));
    // There are few, and times alone do not tell them apart: they come by their ids.
    return found.sort((one, other) => one.createdAt - other.createdAt);
  }

  async findVersion(secret: SecretRef, id: string): Promise<SecretVersion | undefined> {
    const row = await this.#session.first(findVersion, { ...secretKey(secret), version: id });
    return row && { id: row.version, createdAt: row.created_at, value: fromSealed(row) };
  }

  async lock(registry: Registry, name: string): Promise<Secret | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), name });
    return row && toSecret(row);
  }

  async insertIfAbsent(secret: Secret): Promise<boolean> {
    return (await this.#session.change(insert, toRow(secret))) > 0;
  }

  async replace(secret: Secret): Promise<void> {
    await this.#session.later(replace, toRow(secret));
  }

  async remove(secret: SecretRef): Promise<void> {
    await this.#session.later(removeVersions, secretKey(secret));
    await this.#session.later(remove, secretKey(secret));
  }

  async insertVersionIfAbsent(secret: SecretRef, version: SecretVersion): Promise<boolean> {
    return (await this.#session.change(insertVersion, versionRow(secret, version))) > 0;
  }

  async replaceValue(secret: SecretRef, version: SecretVersion): Promise<void> {
    await this.#session.later(replaceValue, versionRow(secret, version));
  }

  async removeVersion(secret: SecretRef, id: string): Promise<void> {
    await this.#session.later(removeVersion, { ...secretKey(secret), version: id });
  }
}

type NameKey = RegistryKey & { readonly name: string };
type SecretKey = NameKey & { readonly suffix: string };
type VersionKey = SecretKey & { readonly version: string };

function secretKey({ registry, name, suffix }: SecretRef): SecretKey {
  return { ...registryKey(registry), name, suffix };
}

function versionRow(secret: SecretRef, version: SecretVersion): Fields<SecretVersionTable> {
  const { id, createdAt, value } = version;
  return { ...secretKey(secret), version: id, created_at: createdAt, ...toSealed(value) };
}

/** Of what is in `settings`, what is kept in another shape. */
interface Settings extends Omit<Secret, "registry" | "name" | "suffix" | "policy" | "stages"> {
  readonly stages: readonly [string, string][];
}

function toSecret(row: SecretTable): Secret {
  const { stages, ...settings } = JSON.parse(row.settings) as Settings;
  const { name, suffix, policy } = row;
  return {
    ...settings,
    stages: new Map(stages),
    ...{ registry: registryKey(row), name, suffix, policy: policy ?? undefined },
  };
}

function toRow(secret: Secret): Fields<SecretTable> {
  const { registry, name, suffix, policy, stages, ...rest } = secret;
  const settings: Settings = { ...rest, stages: [...stages] };
  return {
    ...secretKey({ registry, name, suffix }),
    settings: JSON.stringify(settings),
    policy: policy ?? null,
    remove_at: secret.deletion?.removeAt ?? null,
  };
}

const find = statement(({ builder }, key: NameKey) =>
  builder
    .selectFrom("secret")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const lock = statement(({ builder, locksRows }, key: NameKey) => {
  const query = builder
    .selectFrom("secret")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name }));
  return locksRows ? query.forUpdate() : query;
});

const list = statement(({ builder }, page: RegistryKey & { after: string; limit: number }) =>
  builder
    .selectFrom("secret")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("name", ">", page.after)
    .orderBy("name")
    .limit(page.limit),
);

const count = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("secret")
    .select(({ fn }) => fn.countAll<number>().as("secrets"))
    .where((row) => row.and(ofRegistry(key))),
);

const due = statement(({ builder }, { now, limit }: { now: number; limit: number }) =>
  builder
    .selectFrom("secret")
    .selectAll()
    .where("remove_at", "<=", now)
    .orderBy("remove_at")
    .limit(limit),
);

const versions = statement(({ builder }, key: SecretKey) =>
  builder
    .selectFrom("secret_version")
    .select(["version", "created_at"])
    .where((row) => row.and({ ...ofRegistry(key), name: key.name, suffix: key.suffix }))
    .orderBy("version"),
);

const findVersion = statement(({ builder }, key: VersionKey) =>
  builder
    .selectFrom("secret_version")
    .selectAll()
    .where((row) =>
      row.and({ ...ofRegistry(key), name: key.name, suffix: key.suffix, version: key.version }),
    ),
);

const insert = statement(({ builder }, row: Fields<SecretTable>) =>
  builder
    .insertInto("secret")
    .values({
      ...ofRegistry(row),
      name: row.name,
      suffix: row.suffix,
      settings: row.settings,
      policy: row.policy,
      remove_at: row.remove_at,
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<SecretTable>) =>
  builder
    .updateTable("secret")
    .set({ settings: row.settings, policy: row.policy, remove_at: row.remove_at })
    .where((expression) =>
      expression.and({ ...ofRegistry(row), name: row.name, suffix: row.suffix }),
    ),
);

const remove = statement(({ builder }, key: SecretKey) =>
  builder
    .deleteFrom("secret")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name, suffix: key.suffix })),
);

const removeVersions = statement(({ builder }, key: SecretKey) =>
  builder
    .deleteFrom("secret_version")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name, suffix: key.suffix })),
);

const removeVersion = statement(({ builder }, key: VersionKey) =>
  builder
    .deleteFrom("secret_version")
    .where((row) =>
      row.and({ ...ofRegistry(key), name: key.name, suffix: key.suffix, version: key.version }),
    ),
);

const insertVersion = statement(({ builder }, row: Fields<SecretVersionTable>) =>
  builder
    .insertInto("secret_version")
    .values({
      ...ofRegistry(row),
      name: row.name,
      suffix: row.suffix,
      version: row.version,
      created_at: row.created_at,
      object: row.object,
      wrapped_key: row.wrapped_key,
      size_bytes: row.size_bytes,
      content: row.content,
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "name", "suffix", "version"]).doNothing(),
    ),
);

const replaceValue = statement(({ builder }, row: Fields<SecretVersionTable>) =>
  builder
    .updateTable("secret_version")
    .set({
      object: row.object,
      wrapped_key: row.wrapped_key,
      size_bytes: row.size_bytes,
      content: row.content,
    })
    .where((expression) =>
      expression.and({
        ...ofRegistry(row),
        name: row.name,
        suffix: row.suffix,
        version: row.version,
      }),
    ),
);
