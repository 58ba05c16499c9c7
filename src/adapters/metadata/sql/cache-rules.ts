import type { CacheRuleReads, CacheRuleWrites } from "../../../ports/cache-rule-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { Registry } from "../../../registry/names.ts";
import type {
  CacheRule,
  CacheRuleSettings,
} from "../../../registry/pull-through-cache/cache-rule.ts";
import type {
  CacheCounts,
  CacheHealth,
  CacheUsageAddition,
} from "../../../registry/pull-through-cache/cache-usage.ts";
import type { CacheRuleTable } from "./cache-rule-tables.ts";
import { SqlCacheUsage } from "./cache-usage.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlCacheRules implements CacheRuleReads, CacheRuleWrites {
  readonly #session: SqlSession;
  readonly #usage: SqlCacheUsage;

  constructor(session: SqlSession) {
    this.#session = session;
    this.#usage = new SqlCacheUsage(session);
  }

  health(
    ...asked: Parameters<CacheRuleReads["health"]>
  ): Promise<ReadonlyMap<string, CacheHealth>> {
    return this.#usage.health(...asked);
  }

  usage(...asked: Parameters<CacheRuleReads["usage"]>): Promise<ReadonlyMap<string, CacheCounts>> {
    return this.#usage.usage(...asked);
  }

  noteHealth(registry: Registry, key: string, health: CacheHealth): Promise<void> {
    return this.#usage.noteHealth(registry, key, health);
  }

  addUsage(additions: readonly CacheUsageAddition[]): Promise<void> {
    return this.#usage.addUsage(additions);
  }

  removeUsageBefore(at: number, limit: number): Promise<number> {
    return this.#usage.removeUsageBefore(at, limit);
  }

  async at(registry: Registry, keys: readonly string[]): Promise<CacheRule[]> {
    return (await at.all(this.#session, registryKey(registry), keys)).map(toRule);
  }

  async list(registry: Registry, { after = "", limit }: PageRequest<string>): Promise<CacheRule[]> {
    const page = { ...registryKey(registry), prefix: after, limit };
    return (await this.#session.all(list, page)).map(toRule);
  }

  async insertIfAbsent(rule: CacheRule): Promise<boolean> {
    return (await this.#session.change(insert, toRow(rule))) > 0;
  }

  async lock(registry: Registry, prefix: string): Promise<CacheRule | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), prefix });
    return row && toRule(row);
  }

  async replace(rule: CacheRule): Promise<void> {
    await this.#session.later(replace, toRow(rule));
  }

  async remove(registry: Registry, prefix: string): Promise<void> {
    await this.#session.later(remove, { ...registryKey(registry), prefix });
    await this.#usage.removeUsageOf(registry, prefix);
  }
}

type Key = RegistryKey & { readonly prefix: string };

type RuleRow = Omit<CacheRuleTable, "fetched_at" | "failed_at" | "failure">;

function toRule(row: RuleRow): CacheRule {
  return {
    registry: registryKey(row),
    key: row.prefix,
    settings: JSON.parse(row.settings) as CacheRuleSettings,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(rule: CacheRule): Fields<RuleRow> {
  return {
    ...registryKey(rule.registry),
    prefix: rule.key,
    settings: JSON.stringify(rule.settings),
    created_at: rule.createdAt,
    updated_at: rule.updatedAt,
  };
}

const columns = ["account", "region", "prefix", "settings", "created_at", "updated_at"] as const;

const of = (key: Key) => ({ ...ofRegistry(key), prefix: key.prefix });

const at = new ListStatement(({ builder }, key: RegistryKey, keys) =>
  builder
    .selectFrom("cache_rule")
    .select(columns)
    .where((row) => row.and(ofRegistry(key)))
    .where("prefix", "in", keys),
);

const list = statement(({ builder }, page: Key & { readonly limit: number }) =>
  builder
    .selectFrom("cache_rule")
    .select(columns)
    .where((row) => row.and(ofRegistry(page)))
    .where("prefix", ">", page.prefix)
    .orderBy("prefix")
    .limit(page.limit),
);

const lock = statement(({ builder, locksRows }, key: Key) => {
  const query = builder
    .selectFrom("cache_rule")
    .select(columns)
    .where((row) => row.and(of(key)));
  return locksRows ? query.forUpdate() : query;
});

const insert = statement(({ builder }, row: Fields<RuleRow>) =>
  builder
    .insertInto("cache_rule")
    .values({
      ...ofRegistry(row),
      prefix: row.prefix,
      settings: row.settings,
      created_at: row.created_at,
      updated_at: row.updated_at,
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "prefix"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<RuleRow>) =>
  builder
    .updateTable("cache_rule")
    .set({ settings: row.settings, updated_at: row.updated_at })
    .where((each) => each.and({ ...ofRegistry(row), prefix: row.prefix })),
);

const remove = statement(({ builder }, key: Key) =>
  builder.deleteFrom("cache_rule").where((row) => row.and(of(key))),
);
