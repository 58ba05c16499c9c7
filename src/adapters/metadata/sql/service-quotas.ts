import { sql } from "kysely";
import type { ServiceQuotaReads, ServiceQuotaWrites } from "../../../ports/quota-store.ts";
import type { Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlServiceQuotas implements ServiceQuotaReads, ServiceQuotaWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async of(registry: Registry): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#session.all(ofAll, registryKey(registry));
    return new Map(rows.map(({ code, value }) => [code, value]));
  }

  async put(registry: Registry, code: string, value: number): Promise<void> {
    await this.#session.later(put, { ...registryKey(registry), code, value });
  }

  async remove(registry: Registry, code: string): Promise<boolean> {
    return (await this.#session.change(remove, { ...registryKey(registry), code })) > 0;
  }
}

/** There are only as many as there are codes. */
const ofAll = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("service_quota")
    .select(["code", "value"])
    .where((row) => row.and(ofRegistry(key))),
);

const put = statement(({ builder }, row: RegistryKey & { code: string; value: number }) =>
  builder
    .insertInto("service_quota")
    .values({ ...ofRegistry(row), code: row.code, value: row.value })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "code"]).doUpdateSet({ value: sql`excluded.value` }),
    ),
);

const remove = statement(({ builder }, key: RegistryKey & { code: string }) =>
  builder
    .deleteFrom("service_quota")
    .where((row) => row.and({ ...ofRegistry(key), code: key.code })),
);
