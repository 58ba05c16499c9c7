import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { QuotaCounts, QuotaReads, QuotaWrites } from "../../../ports/quota-store.ts";
import type { AccountId, Region, Registry } from "../../../registry/names.ts";
import type { Quota, QuotaPlace } from "../../../registry/quotas/quota.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { QuotaTable } from "./life-tables.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlQuotas implements QuotaReads, QuotaWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, id: string): Promise<Quota | undefined> {
    const row = await this.#session.first(find, quotaKey(registry, id));
    return row && toQuota(row);
  }

  async findMany(registry: Registry, ids: readonly string[]): Promise<Quota[]> {
    return (await several.all(this.#session, registryKey(registry), ids)).map(toQuota);
  }

  async at(registry: Registry, prefixes: readonly string[]): Promise<Quota[]> {
    return (await at.all(this.#session, registryKey(registry), prefixes)).map(toQuota);
  }

  async list(registry: Registry, { after, limit }: PageRequest<QuotaPlace>): Promise<Quota[]> {
    const { prefix = "", unit = "" } = after ?? {};
    const page = { ...registryKey(registry), prefix, unit, limit };
    return (await this.#session.all(list, page)).map(toQuota);
  }

  async listAll({ after, limit }: PageRequest<Pick<Quota, "registry" | "id">>): Promise<Quota[]> {
    const from = after ?? { registry: { account: "" as AccountId, region: "" as Region }, id: "" };
    const page = { ...quotaKey(from.registry, from.id), limit };
    return (await this.#session.all(listAll, page)).map(toQuota);
  }

  async counts(): Promise<QuotaCounts[]> {
    const rows = await this.#session.all(counts, {});
    return rows.map((row) => ({
      unit: row.unit,
      quotas: Number(row.quotas),
      counting: Number(row.counting),
      overSoft: Number(row.over_soft),
      overHard: Number(row.over_hard),
    }));
  }

  async lock(registry: Registry, id: string): Promise<Quota | undefined> {
    const row = await this.#session.first(lock, quotaKey(registry, id));
    return row && toQuota(row);
  }

  async insertIfAbsent(quota: Quota): Promise<boolean> {
    return (await this.#session.change(insert, toRow(quota))) > 0;
  }

  async replace(quota: Quota): Promise<void> {
    await this.#session.later(replace, toRow(quota));
  }

  async remove(registry: Registry, id: string): Promise<void> {
    await this.#session.later(remove, quotaKey(registry, id));
  }
}

export function quotaKey(registry: Registry, quota: string): QuotaKey {
  return { ...registryKey(registry), quota };
}

function toQuota(row: QuotaTable): Quota {
  return {
    registry: registryKey(row),
    id: row.id,
    prefix: row.prefix,
    unit: row.unit,
    soft: row.soft ?? undefined,
    hard: row.hard ?? undefined,
    state: row.state,
    position: row.position,
    createdAt: row.created_at,
  };
}

function toRow(quota: Quota): Fields<QuotaTable> {
  return {
    ...registryKey(quota.registry),
    id: quota.id,
    prefix: quota.prefix,
    unit: quota.unit,
    soft: quota.soft ?? null,
    hard: quota.hard ?? null,
    state: quota.state,
    position: quota.position,
    created_at: quota.createdAt,
  };
}

export type QuotaKey = RegistryKey & { readonly quota: string };

const find = statement(({ builder }, key: QuotaKey) =>
  builder
    .selectFrom("quota")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.quota })),
);

const lock = statement(({ builder, locksRows }, key: QuotaKey) => {
  const query = builder
    .selectFrom("quota")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.quota }));
  return locksRows ? query.forUpdate() : query;
});

const several = new ListStatement(({ builder }, key: RegistryKey, ids) =>
  builder
    .selectFrom("quota")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)))
    .where("id", "in", ids),
);

const at = new ListStatement(({ builder }, key: RegistryKey, prefixes) =>
  builder
    .selectFrom("quota")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)))
    .where("prefix", "in", prefixes),
);

const list = statement(
  ({ builder }, page: RegistryKey & { prefix: string; unit: string; limit: number }) =>
    builder
      .selectFrom("quota")
      .selectAll()
      .where((row) => row.and(ofRegistry(page)))
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple("prefix", "unit"), ">", tuple(page.prefix, page.unit as QuotaTable["unit"])),
      )
      .orderBy("prefix")
      .orderBy("unit")
      .limit(page.limit),
);

const listAll = statement(({ builder }, page: QuotaKey & { limit: number }) =>
  builder
    .selectFrom("quota")
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account", "region", "id"), ">", tuple(page.account, page.region, page.quota)),
    )
    .orderBy("account")
    .orderBy("region")
    .orderBy("id")
    .limit(page.limit),
);

const counts = statement(({ builder }, _: Record<string, never>) =>
  builder
    .selectFrom("quota")
    .innerJoin(
      (usage) =>
        usage
          .selectFrom("quota_usage")
          .select(({ fn }) => ["account", "region", "quota", fn.sum<number>("used").as("used")])
          .groupBy(["account", "region", "quota"])
          .as("usage"),
      (join) =>
        join
          .onRef("usage.account", "=", "quota.account")
          .onRef("usage.region", "=", "quota.region")
          .onRef("usage.quota", "=", "quota.id"),
    )
    .select("unit")
    .select(({ fn }) => [
      fn.countAll<number>().as("quotas"),
      sql<number>`sum(case when state = 'COUNTING' then 1 else 0 end)`.as("counting"),
      sql<number>`sum(case when usage.used > soft then 1 else 0 end)`.as("over_soft"),
      sql<number>`sum(case when usage.used > hard then 1 else 0 end)`.as("over_hard"),
    ])
    .groupBy("unit")
    .orderBy("unit"),
);

const insert = statement(({ builder }, row: Fields<QuotaTable>) =>
  builder
    .insertInto("quota")
    .values({
      ...ofRegistry(row),
      id: row.id,
      prefix: row.prefix,
      unit: row.unit,
      soft: row.soft,
      hard: row.hard,
      state: row.state,
      position: row.position,
      created_at: row.created_at,
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "prefix", "unit"]).doNothing(),
    ),
);

const replace = statement(({ builder }, row: Fields<QuotaTable>) =>
  builder
    .updateTable("quota")
    .set({ soft: row.soft, hard: row.hard, state: row.state, position: row.position })
    .where((expression) => expression.and({ ...ofRegistry(row), id: row.id })),
);

const remove = statement(({ builder }, key: QuotaKey) =>
  builder.deleteFrom("quota").where((row) => row.and({ ...ofRegistry(key), id: key.quota })),
);
