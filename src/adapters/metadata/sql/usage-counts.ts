import { sql } from "kysely";
import type {
  UsageAddition,
  UsageCountReads,
  UsageCountWrites,
} from "../../../ports/usage-store.ts";
import type { Registry } from "../../../registry/names.ts";
import {
  noCounts,
  type UsageBucket,
  type UsageCounts,
  type UsagePeriod,
  type UsageRange,
  type UsageScope,
} from "../../../registry/usage/usage.ts";
import { ofRegistry, type RegistryKey, type RepositoryKey, registryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import { scopeKey } from "./usage-scope.ts";
import {
  type CounterColumn,
  type CounterRow,
  counterColumns,
  fromColumns,
  toColumns,
  type UsageCountTable,
} from "./usage-tables.ts";

export class SqlUsageCounts implements UsageCountReads, UsageCountWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async buckets(
    scope: UsageScope,
    period: UsagePeriod,
    range: UsageRange,
    limit: number,
  ): Promise<UsageBucket[]> {
    const rows = await this.#session.all(buckets, { ...scopeKey(scope), period, ...range, limit });
    return rows.map((row) => ({ at: row.at, counts: fromColumns(counterColumns, row) }));
  }

  async sum(scope: UsageScope, period: UsagePeriod, range: UsageRange): Promise<UsageCounts> {
    const row = await this.#session.first(sum, { ...scopeKey(scope), period, ...range });
    return row === undefined ? noCounts : fromColumns(counterColumns, row);
  }

  async sums(
    registry: Registry,
    period: UsagePeriod,
    range: UsageRange,
    repositories: readonly string[],
  ): Promise<(UsageScope & { counts: UsageCounts })[]> {
    const key = { ...registryKey(registry), period, ...range };
    const rows = await sums.all(this.#session, key, repositories);
    return rows.map((row) => ({
      registry,
      repository: row.repository,
      counts: fromColumns(counterColumns, row),
    }));
  }

  async add(additions: readonly UsageAddition[]): Promise<void> {
    await this.#session.allLater(
      additions.map(({ period, at, counts, ...scope }) => {
        const row = { ...scopeKey(scope), period, at, ...toColumns(counterColumns, counts) };
        return this.#session.command(add, row);
      }),
    );
  }

  async removeBefore(period: UsagePeriod, at: number, limit: number): Promise<number> {
    const old = await this.#session.all(listBefore, { period, at, limit });
    await this.#session.allLater(old.map((key) => this.#session.command(remove, key)));
    return old.length;
  }
}

const columns = Object.keys(counterColumns) as CounterColumn[];

type Range = { readonly period: UsagePeriod; readonly from: number; readonly to: number };

const buckets = statement(({ builder }, key: RepositoryKey & Range & { readonly limit: number }) =>
  builder
    .selectFrom("usage_count")
    .select(["at", ...columns])
    .where((row) => row.and({ ...ofRegistry(key), period: key.period, repository: key.repository }))
    .where("at", ">=", key.from)
    .where("at", "<", key.to)
    .orderBy("at")
    .limit(key.limit),
);

/** Each column's sum under the column's name. */
const sumOf = (column: CounterColumn) =>
  sql<number | null>`sum(${sql.ref(`usage_count.${column}`)})`.as(column);

const sum = statement(({ builder }, key: RepositoryKey & Range) =>
  builder
    .selectFrom("usage_count")
    .select(columns.map(sumOf))
    .where((row) => row.and({ ...ofRegistry(key), period: key.period, repository: key.repository }))
    .where("at", ">=", key.from)
    .where("at", "<", key.to)
    .$castTo<CounterRow>(),
);

const sums = new ListStatement(({ builder }, key: RegistryKey & Range, repositories) =>
  builder
    .selectFrom("usage_count")
    .select("repository")
    .select(columns.map(sumOf))
    .where((row) => row.and({ ...ofRegistry(key), period: key.period }))
    .where("repository", "in", repositories)
    .where("at", ">=", key.from)
    .where("at", "<", key.to)
    .groupBy("repository")
    .orderBy("repository")
    .$castTo<CounterRow & Pick<UsageCountTable, "repository">>(),
);

type Key = RepositoryKey & Pick<UsageCountTable, "period" | "at">;

/** Picks the columns out of the parameters of a statement, which can not be spread. */
function ofKey({ account, region, period, repository, at }: Key) {
  return { account, region, period, repository, at };
}

const add = statement(({ builder }, row: Fields<UsageCountTable>) =>
  builder
    .insertInto("usage_count")
    .values({
      ...ofKey(row),
      ...(Object.fromEntries(columns.map((column) => [column, row[column]])) as CounterRow),
    })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "period", "repository", "at"])
        .doUpdateSet(
          Object.fromEntries(
            columns.map((column) => [
              column,
              sql`${sql.ref(`usage_count.${column}`)} + ${sql.ref(`excluded.${column}`)}`,
            ]),
          ),
        ),
    ),
);

type Before = { readonly period: UsagePeriod; readonly at: number; readonly limit: number };

const listBefore = statement(({ builder }, { period, at, limit }: Before) =>
  builder
    .selectFrom("usage_count")
    .select(["account", "region", "period", "repository", "at"])
    .where("period", "=", period)
    .where("at", "<", at)
    .orderBy("at")
    .limit(limit),
);

const remove = statement(({ builder }, key: Key) =>
  builder.deleteFrom("usage_count").where((row) => row.and(ofKey(key))),
);
