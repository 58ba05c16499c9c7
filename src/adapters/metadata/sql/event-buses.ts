import { sql } from "kysely";
import type { EventBusReads, EventBusWrites } from "../../../ports/event-bus-store.ts";
import type { Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlEventBuses implements EventBusReads, EventBusWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async policy(registry: Registry): Promise<string | undefined> {
    return (await this.#session.first(find, registryKey(registry)))?.document;
  }

  async putPolicy(registry: Registry, document: string): Promise<void> {
    await this.#session.later(put, { ...registryKey(registry), document });
  }

  async removePolicy(registry: Registry): Promise<void> {
    await this.#session.later(remove, registryKey(registry));
  }

  async arrive(registry: Registry, eventId: string, at: number): Promise<boolean> {
    const row = { ...registryKey(registry), event_id: eventId, at };
    return (await this.#session.change(arrive, row)) > 0;
  }

  async removeArrivalsBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(listBefore, { at, limit });
    await this.#session.allLater(old.map((row) => this.#session.command(forget, row)));
    return old.length;
  }
}

type Arrival = RegistryKey & { readonly event_id: string };

const find = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("event_bus_policy")
    .select("document")
    .where((row) => row.and(ofRegistry(key))),
);

const put = statement(({ builder }, row: RegistryKey & { readonly document: string }) =>
  builder
    .insertInto("event_bus_policy")
    .values({ ...ofRegistry(row), document: row.document })
    .onConflict((conflict) =>
      conflict.columns(["account", "region"]).doUpdateSet({ document: sql`excluded.document` }),
    ),
);

const remove = statement(({ builder }, key: RegistryKey) =>
  builder.deleteFrom("event_bus_policy").where((row) => row.and(ofRegistry(key))),
);

const arrive = statement(({ builder }, row: Arrival & { readonly at: number }) =>
  builder
    .insertInto("event_arrival")
    .values({ ...ofRegistry(row), event_id: row.event_id, at: row.at })
    .onConflict((conflict) => conflict.columns(["account", "region", "event_id"]).doNothing()),
);

const listBefore = statement(({ builder }, page: { at: number; limit: number }) =>
  builder
    .selectFrom("event_arrival")
    .select(["account", "region", "event_id"])
    .where("at", "<", page.at)
    .orderBy("at")
    .limit(page.limit),
);

const forget = statement(({ builder }, key: Arrival) =>
  builder
    .deleteFrom("event_arrival")
    .where((row) => row.and({ ...ofRegistry(key), event_id: key.event_id })),
);
