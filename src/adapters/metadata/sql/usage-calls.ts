import { sql } from "kysely";
import type { UsageCallReads, UsageCalls, UsageCallWrites } from "../../../ports/usage-store.ts";
import type { Registry } from "../../../registry/names.ts";
import type { UsagePeriod, UsageRange } from "../../../registry/usage/usage.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import type { UsageCallTable } from "./usage-tables.ts";

export class SqlUsageCalls implements UsageCallReads, UsageCallWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  list(
    registry: Registry,
    operation: string,
    period: UsagePeriod,
    range: UsageRange,
    limit: number,
  ): Promise<Pick<UsageCalls, "at" | "calls">[]> {
    const page = { ...registryKey(registry), operation, period, ...range, limit };
    return this.#session.all(list, page);
  }

  async add(calls: readonly UsageCalls[]): Promise<void> {
    await this.#session.allLater(
      calls.map(({ registry, operation, period, at, calls }) => {
        const row = { ...registryKey(registry), operation, period, at, calls };
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

type Key = Fields<Omit<UsageCallTable, "calls">>;

function ofKey({ account, region, operation, period, at }: Key) {
  return { account, region, operation, period, at };
}

type Range = RegistryKey & {
  readonly operation: string;
  readonly period: UsagePeriod;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
};

const list = statement(({ builder }, page: Range) =>
  builder
    .selectFrom("usage_call")
    .select(["at", "calls"])
    .where((row) =>
      row.and({ ...ofRegistry(page), operation: page.operation, period: page.period }),
    )
    .where("at", ">=", page.from)
    .where("at", "<", page.to)
    .orderBy("at")
    .limit(page.limit),
);

const add = statement(({ builder }, row: Fields<UsageCallTable>) =>
  builder
    .insertInto("usage_call")
    .values({ ...ofKey(row), calls: row.calls })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "operation", "period", "at"])
        .doUpdateSet({ calls: sql`usage_call.calls + excluded.calls` }),
    ),
);

type Before = { readonly period: UsagePeriod; readonly at: number; readonly limit: number };

const listBefore = statement(({ builder }, { period, at, limit }: Before) =>
  builder
    .selectFrom("usage_call")
    .select(["account", "region", "operation", "period", "at"])
    .where("period", "=", period)
    .where("at", "<", at)
    .orderBy("at")
    .limit(limit),
);

const remove = statement(({ builder }, key: Key) =>
  builder.deleteFrom("usage_call").where((row) => row.and(ofKey(key))),
);
