import type { QuotaUsageReads, QuotaUsageWrites } from "../../../ports/quota-store.ts";
import type { Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import { type QuotaKey, quotaKey } from "./quotas.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

/**
 * More than anything that is counted, and so little that its sum with that is exact for a program that
 * copies rows. A part without end has so much more than is used, a shut one so much less.
 */
const endless = 2 ** 52;

/** A transaction draws on the part whose slot is its own. */
export class SqlQuotaUsage implements QuotaUsageReads, QuotaUsageWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async of(registry: Registry, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await usedOf.all(this.#session, registryKey(registry), ids);
    return new Map(rows.map((row) => [row.quota, Number(row.used)]));
  }

  async charge(registry: Registry, id: string, by: number): Promise<boolean> {
    const slot = this.#session.counterSlot;
    return this.#session.changeOrLetGo(charge, { ...quotaKey(registry, id), slot, by });
  }

  async add(registry: Registry, id: string, by: number): Promise<void> {
    const slot = this.#session.counterSlot;
    await this.#session.later(add, { ...quotaKey(registry, id), slot, by });
  }

  async lock(registry: Registry, id: string): Promise<number> {
    const rows = await this.#session.all(lock, quotaKey(registry, id));
    return rows.reduce((sum, row) => sum + row.used, 0);
  }

  async allow(registry: Registry, id: string, more: number | undefined): Promise<void> {
    const key = quotaKey(registry, id);
    const { counterSlots: slots, counterSlot: own } = this.#session;
    // Rows of a store with more slots, from which these came, have no part.
    const commands = [this.#session.command(shut, { ...key, less: endless })];
    const [each, rest] = more === undefined ? [endless, 0] : partsOf(more, slots);
    for (let slot = 0; slot < slots; slot++) {
      const part = slot === own ? each + rest : each;
      commands.push(this.#session.command(deal, { ...key, slot, part }));
    }
    await this.#session.allLater(commands);
  }

  async remove(registry: Registry, id: string): Promise<void> {
    await this.#session.later(remove, quotaKey(registry, id));
  }
}

/** What each slot gets, and what one of them gets beside. */
function partsOf(more: number, slots: number): [each: number, rest: number] {
  if (more <= 0) return [-endless, 0];
  return [Math.floor(more / slots), more % slots];
}

type SlotKey = QuotaKey & { readonly slot: number };

const usedOf = new ListStatement(({ builder }, key: RegistryKey, ids) =>
  builder
    .selectFrom("quota_usage")
    .select(({ fn }) => ["quota", fn.sum<number>("used").as("used")])
    .where((row) => row.and(ofRegistry(key)))
    .where("quota", "in", ids)
    .groupBy("quota"),
);

const charge = statement(({ builder }, key: SlotKey & { readonly by: number }) =>
  builder
    .updateTable("quota_usage")
    .set(({ eb }) => ({ used: eb("used", "+", key.by) }))
    .where((row) => row.and({ ...ofRegistry(key), quota: key.quota, slot: key.slot }))
    .where(({ eb }) => eb(eb("used", "+", key.by), "<=", eb.ref("allowance"))),
);

/** A store that these rows came from may have had fewer slots: then the one before is as good. */
const add = statement(({ builder }, key: SlotKey & { readonly by: number }) =>
  builder
    .updateTable("quota_usage")
    .set(({ eb }) => ({ used: eb("used", "+", key.by) }))
    .where((row) => row.and({ ...ofRegistry(key), quota: key.quota }))
    .where("slot", "=", (slot) =>
      slot
        .selectFrom("quota_usage as part")
        .select(({ fn }) => fn.max("part.slot").as("slot"))
        .where("part.account", "=", key.account)
        .where("part.region", "=", key.region)
        .where("part.quota", "=", key.quota)
        .where("part.slot", "<=", key.slot),
    ),
);

const lock = statement(({ builder, locksRows }, key: QuotaKey) => {
  const query = builder
    .selectFrom("quota_usage")
    .select("used")
    .where((row) => row.and({ ...ofRegistry(key), quota: key.quota }))
    .orderBy("slot");
  return locksRows ? query.forUpdate() : query;
});

const shut = statement(({ builder }, key: QuotaKey & { readonly less: number }) =>
  builder
    .updateTable("quota_usage")
    .set(({ eb }) => ({ allowance: eb("used", "-", key.less) }))
    .where((row) => row.and({ ...ofRegistry(key), quota: key.quota })),
);

const deal = statement(({ builder }, row: SlotKey & { readonly part: number }) =>
  builder
    .insertInto("quota_usage")
    .values({ ...ofRegistry(row), quota: row.quota, slot: row.slot, used: 0, allowance: row.part })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "quota", "slot"]).doUpdateSet(({ eb }) => ({
        allowance: eb(eb.ref("quota_usage.used"), "+", eb.ref("excluded.allowance")),
      })),
    ),
);

const remove = statement(({ builder }, key: QuotaKey) =>
  builder
    .deleteFrom("quota_usage")
    .where((row) => row.and({ ...ofRegistry(key), quota: key.quota })),
);
