import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  ServiceKey,
  ServiceKeyReads,
  ServiceKeyWrites,
} from "../../../ports/service-key-store.ts";
import type { AccountId, Region, Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlServiceKeys implements ServiceKeyReads, ServiceKeyWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, version: number): Promise<ServiceKey | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), version });
    return row && toServiceKey(row, registry);
  }

  async newest(registry: Registry): Promise<ServiceKey | undefined> {
    const row = await this.#session.first(newest, registryKey(registry));
    return row && toServiceKey(row, registry);
  }

  async listAll({
    after,
    limit,
  }: PageRequest<Pick<ServiceKey, "registry" | "version">>): Promise<ServiceKey[]> {
    const { registry = beforeAll, version = 0 } = after ?? {};
    const rows = await this.#session.all(listAll, { ...registryKey(registry), version, limit });
    return rows.map((row) => toServiceKey(row, registryKey(row)));
  }

  async insertIfAbsent(key: ServiceKey): Promise<boolean> {
    const inserted = await this.#session.change(insert, {
      ...registryKey(key.registry),
      version: key.version,
      wrapped: key.wrapped,
      createdAt: key.createdAt,
    });
    return inserted > 0;
  }

  async rewrap({ registry, version, wrapped: was }: ServiceKey, wrapped: Uint8Array) {
    const key = { ...registryKey(registry), version, was, wrapped };
    return (await this.#session.change(rewrap, key)) > 0;
  }
}

const beforeAll: Registry = { account: "" as AccountId, region: "" as Region };

function toServiceKey(
  row: { version: number; wrapped: Uint8Array; created_at: number },
  registry: Registry,
): ServiceKey {
  return { registry, version: row.version, wrapped: row.wrapped, createdAt: row.created_at };
}

const find = statement(({ builder }, key: RegistryKey & { version: number }) =>
  builder
    .selectFrom("service_key")
    .select(["version", "wrapped", "created_at"])
    .where((row) => row.and({ ...ofRegistry(key), version: key.version })),
);

const newest = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("service_key")
    .select(["version", "wrapped", "created_at"])
    .where((row) => row.and(ofRegistry(key)))
    .orderBy("version", "desc")
    .limit(sql.lit(1)),
);

const listAll = statement(
  (
    { builder },
    { account, region, version, limit }: RegistryKey & { version: number; limit: number },
  ) =>
    builder
      .selectFrom("service_key")
      .selectAll()
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple("account", "region", "version"), ">", tuple(account, region, version)),
      )
      .orderBy("account")
      .orderBy("region")
      .orderBy("version")
      .limit(limit),
);

const rewrap = statement(
  ({ builder }, key: RegistryKey & { version: number; was: Uint8Array; wrapped: Uint8Array }) =>
    builder
      .updateTable("service_key")
      .set({ wrapped: key.wrapped })
      .where((row) => row.and({ ...ofRegistry(key), version: key.version, wrapped: key.was })),
);

const insert = statement(
  ({ builder }, key: RegistryKey & { version: number; wrapped: Uint8Array; createdAt: number }) =>
    builder
      .insertInto("service_key")
      .values({
        ...ofRegistry(key),
        version: key.version,
        wrapped: key.wrapped,
        created_at: key.createdAt,
      })
      .onConflict((conflict) => conflict.columns(["account", "region", "version"]).doNothing()),
);
