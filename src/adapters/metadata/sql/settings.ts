import { sql } from "kysely";
import type { SettingReads, SettingWrites } from "../../../ports/metadata-store.ts";
import type { Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlSettings implements SettingReads, SettingWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, name: string): Promise<string | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), name });
    return row?.value;
  }

  async putIfAbsent(registry: Registry, name: string, value: string): Promise<boolean> {
    return (await this.#session.change(insert, { ...registryKey(registry), name, value })) > 0;
  }

  async put(registry: Registry, name: string, value: string): Promise<void> {
    await this.#session.later(put, { ...registryKey(registry), name, value });
  }

  async replace(registry: Registry, name: string, from: string, to: string): Promise<boolean> {
    return (await this.#session.change(replace, { ...registryKey(registry), name, from, to })) > 0;
  }

  async remove(registry: Registry, name: string): Promise<boolean> {
    return (await this.#session.change(remove, { ...registryKey(registry), name })) > 0;
  }
}

const find = statement(({ builder }, key: RegistryKey & { name: string }) =>
  builder
    .selectFrom("account_setting")
    .select("value")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

type SettingRow = RegistryKey & { readonly name: string; readonly value: string };

const insert = statement(({ builder }, row: SettingRow) =>
  builder
    .insertInto("account_setting")
    .values({ ...ofRegistry(row), name: row.name, value: row.value })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const put = statement(({ builder }, row: SettingRow) =>
  builder
    .insertInto("account_setting")
    .values({ ...ofRegistry(row), name: row.name, value: row.value })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "name"]).doUpdateSet({ value: sql`excluded.value` }),
    ),
);

const replace = statement(
  ({ builder }, row: RegistryKey & { name: string; from: string; to: string }) =>
    builder
      .updateTable("account_setting")
      .set({ value: row.to })
      .where((each) => each.and({ ...ofRegistry(row), name: row.name, value: row.from })),
);

const remove = statement(({ builder }, key: RegistryKey & { name: string }) =>
  builder
    .deleteFrom("account_setting")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);
