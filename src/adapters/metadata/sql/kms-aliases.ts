import type { KmsAliasReads, KmsAliasWrites } from "../../../ports/kms-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { KmsAlias, KmsKeyRef } from "../../../registry/kms/kms-key.ts";
import type { Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { KmsAliasTable } from "./kms-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlKmsAliases implements KmsAliasReads, KmsAliasWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, name: string): Promise<KmsAlias | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), name });
    return row && toAlias(row);
  }

  async list(registry: Registry, { after = "", limit }: PageRequest<string>): Promise<KmsAlias[]> {
    const rows = await this.#session.all(list, { ...registryKey(registry), after, limit });
    return rows.map(toAlias);
  }

  async of(key: KmsKeyRef, { after = "", limit }: PageRequest<string>): Promise<KmsAlias[]> {
    const page = { ...registryKey(key.registry), key: key.id, after, limit };
    return (await this.#session.all(listOf, page)).map(toAlias);
  }

  async insertIfAbsent(alias: KmsAlias): Promise<boolean> {
    return (await this.#session.change(insert, toRow(alias))) > 0;
  }

  async replace(alias: KmsAlias): Promise<boolean> {
    return (await this.#session.change(replace, toRow(alias))) > 0;
  }

  async remove(registry: Registry, name: string): Promise<boolean> {
    return (await this.#session.change(remove, { ...registryKey(registry), name })) > 0;
  }

  async removeOf(key: KmsKeyRef): Promise<void> {
    await this.#session.later(removeOf, { ...registryKey(key.registry), key: key.id });
  }
}

function toAlias(row: KmsAliasTable): KmsAlias {
  return {
    registry: registryKey(row),
    name: row.name,
    key: row.key,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(alias: KmsAlias): Fields<KmsAliasTable> {
  return {
    ...registryKey(alias.registry),
    name: alias.name,
    key: alias.key,
    created_at: alias.createdAt,
    updated_at: alias.updatedAt,
  };
}

type Named = RegistryKey & { readonly name: string };
type OfKey = RegistryKey & { readonly key: string };
type Page = { readonly after: string; readonly limit: number };

const find = statement(({ builder }, alias: Named) =>
  builder
    .selectFrom("kms_alias")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(alias), name: alias.name })),
);

const list = statement(({ builder }, page: RegistryKey & Page) =>
  builder
    .selectFrom("kms_alias")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("name", ">", page.after)
    .orderBy("name")
    .limit(page.limit),
);

const listOf = statement(({ builder }, page: OfKey & Page) =>
  builder
    .selectFrom("kms_alias")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), key: page.key }))
    .where("name", ">", page.after)
    .orderBy("name")
    .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<KmsAliasTable>) =>
  builder
    .insertInto("kms_alias")
    .values({
      ...ofRegistry(row),
      name: row.name,
      key: row.key,
      created_at: row.created_at,
      updated_at: row.updated_at,
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<KmsAliasTable>) =>
  builder
    .updateTable("kms_alias")
    .set({ key: row.key, updated_at: row.updated_at })
    .where((each) => each.and({ ...ofRegistry(row), name: row.name })),
);

const remove = statement(({ builder }, alias: Named) =>
  builder
    .deleteFrom("kms_alias")
    .where((row) => row.and({ ...ofRegistry(alias), name: alias.name })),
);

const removeOf = statement(({ builder }, alias: OfKey) =>
  builder.deleteFrom("kms_alias").where((row) => row.and({ ...ofRegistry(alias), key: alias.key })),
);
