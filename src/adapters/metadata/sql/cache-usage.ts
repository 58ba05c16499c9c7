/** What is counted of rules of the pull-through cache, and how their upstreams answered. */
import { sql } from "kysely";
import type { Registry } from "../../../registry/names.ts";
import type {
  CacheCounts,
  CacheFailure,
  CacheHealth,
  CacheUsageAddition,
} from "../../../registry/pull-through-cache/cache-usage.ts";
import type { CacheUsageTable } from "./cache-rule-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlCacheUsage {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async health(
    registry: Registry,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, CacheHealth>> {
    const rows = await health.all(this.#session, registryKey(registry), keys);
    return new Map(
      rows.map(({ prefix, fetched_at, failed_at, failure }) => [
        prefix,
        {
          fetchedAt: fetched_at ?? undefined,
          failure: failed_at === null ? undefined : failureOf(failed_at, failure),
        },
      ]),
    );
  }

  async usage(
    registry: Registry,
    keys: readonly string[],
    from: number,
  ): Promise<ReadonlyMap<string, CacheCounts>> {
    const rows = await sums.all(this.#session, { ...registryKey(registry), from }, keys);
    return new Map(
      rows.map((row) => [
        row.prefix,
        {
          ...{ pulls: Number(row.pulls), misses: Number(row.misses) },
          ...{ sentBytes: Number(row.sent_bytes), fetchedBytes: Number(row.fetched_bytes) },
        },
      ]),
    );
  }

  async noteHealth(registry: Registry, prefix: string, noted: CacheHealth): Promise<void> {
    const key = { ...registryKey(registry), prefix };
    const { fetchedAt, failure } = noted;
    if (fetchedAt !== undefined) await this.#session.later(noteFetch, { ...key, at: fetchedAt });
    if (failure === undefined) return;
    const { at, ...text } = failure;
    await this.#session.later(noteFailure, { ...key, at, failure: JSON.stringify(text) });
  }

  async addUsage(additions: readonly CacheUsageAddition[]): Promise<void> {
    await this.#session.allLater(
      additions.map(({ registry, key, at, pulls, misses, sentBytes, fetchedBytes }) =>
        this.#session.command(add, {
          ...{ ...registryKey(registry), prefix: key, at, pulls, misses },
          ...{ sent_bytes: sentBytes, fetched_bytes: fetchedBytes },
        }),
      ),
    );
  }

  async removeUsageBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(listBefore, { at, limit });
    await this.#session.allLater(old.map((key) => this.#session.command(remove, key)));
    return old.length;
  }

  async removeUsageOf(registry: Registry, prefix: string): Promise<void> {
    await this.#session.later(removeOf, { ...registryKey(registry), prefix });
  }
}

function failureOf(at: number, text: string | null): CacheFailure {
  return { at, ...(JSON.parse(text ?? "{}") as Omit<CacheFailure, "at">) };
}

type RuleKey = RegistryKey & { readonly prefix: string };
type Hour = RuleKey & { readonly at: number };

const ofRule = (key: RuleKey) => ({ ...ofRegistry(key), prefix: key.prefix });
const ofHour = (key: Hour) => ({ ...ofRule(key), at: key.at });

const health = new ListStatement(({ builder }, key: RegistryKey, prefixes) =>
  builder
    .selectFrom("cache_rule")
    .select(["prefix", "fetched_at", "failed_at", "failure"])
    .where((row) => row.and(ofRegistry(key)))
    .where("prefix", "in", prefixes),
);

type Since = RegistryKey & { readonly from: number };

const sums = new ListStatement(({ builder }, key: Since, prefixes) =>
  builder
    .selectFrom("cache_usage")
    .select(({ fn }) => [
      "prefix",
      fn.sum<number>("pulls").as("pulls"),
      fn.sum<number>("misses").as("misses"),
      fn.sum<number>("sent_bytes").as("sent_bytes"),
      fn.sum<number>("fetched_bytes").as("fetched_bytes"),
    ])
    .where((row) => row.and(ofRegistry(key)))
    .where("prefix", "in", prefixes)
    .where("at", ">=", key.from)
    .groupBy("prefix"),
);

const noteFetch = statement(({ builder }, key: Hour) =>
  builder
    .updateTable("cache_rule")
    .set({ fetched_at: key.at })
    .where((row) => row.and(ofRule(key)))
    .where((row) => row.or([row("fetched_at", "is", null), row("fetched_at", "<", key.at)])),
);

const noteFailure = statement(({ builder }, key: Hour & { readonly failure: string }) =>
  builder
    .updateTable("cache_rule")
    .set({ failed_at: key.at, failure: key.failure })
    .where((row) => row.and(ofRule(key)))
    .where((row) => row.or([row("failed_at", "is", null), row("failed_at", "<", key.at)])),
);

const add = statement(({ builder }, row: Fields<CacheUsageTable>) =>
  builder
    .insertInto("cache_usage")
    .values({
      ...{ ...ofHour(row), pulls: row.pulls, misses: row.misses },
      ...{ sent_bytes: row.sent_bytes, fetched_bytes: row.fetched_bytes },
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "prefix", "at"]).doUpdateSet({
        pulls: sql`cache_usage.pulls + excluded.pulls`,
        misses: sql`cache_usage.misses + excluded.misses`,
        sent_bytes: sql`cache_usage.sent_bytes + excluded.sent_bytes`,
        fetched_bytes: sql`cache_usage.fetched_bytes + excluded.fetched_bytes`,
      }),
    ),
);

const listBefore = statement(
  ({ builder }, { at, limit }: { readonly at: number; readonly limit: number }) =>
    builder
      .selectFrom("cache_usage")
      .select(["account", "region", "prefix", "at"])
      .where("at", "<", at)
      .orderBy("at")
      .limit(limit),
);

const remove = statement(({ builder }, key: Fields<Hour>) =>
  builder.deleteFrom("cache_usage").where((row) => row.and(ofHour(key))),
);

const removeOf = statement(({ builder }, key: RuleKey) =>
  builder.deleteFrom("cache_usage").where((row) => row.and(ofRule(key))),
);
