import type { EndpointReads, EndpointWrites } from "../../../ports/event-rule-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { ApiDestination, Connection } from "../../../registry/events/endpoint.ts";
import type { AccountId, Region, Registry } from "../../../registry/names.ts";
import type { EventEndpointTable } from "./event-rule-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

/** Connections, or API destinations: they differ in what is in `settings`. */
class SqlEventEndpoints<Item extends Connection | ApiDestination>
  implements EndpointReads<Item>, EndpointWrites<Item>
{
  readonly #session: SqlSession;
  readonly #statements: Statements;

  constructor(session: SqlSession, statements: Statements) {
    this.#session = session;
    this.#statements = statements;
  }

  async find(registry: Registry, name: string): Promise<Item | undefined> {
    const key = { ...registryKey(registry), name };
    const row = await this.#session.first(this.#statements.find, key);
    return row && toItem<Item>(row);
  }

  async list(registry: Registry, { after = "", limit }: PageRequest<string>): Promise<Item[]> {
    const page = { ...registryKey(registry), after, limit };
    const rows = await this.#session.all(this.#statements.list, page);
    return rows.map((row) => toItem<Item>(row));
  }

  async count(registry: Registry): Promise<number> {
    const row = await this.#session.first(this.#statements.count, registryKey(registry));
    return Number(row?.items ?? 0);
  }

  async listAll({
    after,
    limit,
  }: PageRequest<Pick<Connection, "registry" | "name">>): Promise<Item[]> {
    const { account = "" as AccountId, region = "" as Region } = after?.registry ?? {};
    const page = { account, region, name: after?.name ?? "", limit };
    const rows = await this.#session.all(this.#statements.listAll, page);
    return rows.map((row) => toItem<Item>(row));
  }

  async lock(registry: Registry, name: string): Promise<Item | undefined> {
    const key = { ...registryKey(registry), name };
    const row = await this.#session.first(this.#statements.lock, key);
    return row && toItem<Item>(row);
  }

  async insertIfAbsent(item: Item): Promise<boolean> {
    return (await this.#session.change(this.#statements.insert, toRow(item))) > 0;
  }

  async replace(item: Item): Promise<void> {
    await this.#session.later(this.#statements.replace, toRow(item));
  }

  async remove(registry: Registry, name: string): Promise<boolean> {
    const key = { ...registryKey(registry), name };
    return (await this.#session.change(this.#statements.remove, key)) > 0;
  }
}

export class SqlConnections extends SqlEventEndpoints<Connection> {
  constructor(session: SqlSession) {
    super(session, connections);
  }
}

export class SqlApiDestinations extends SqlEventEndpoints<ApiDestination> {
  constructor(session: SqlSession) {
    super(session, destinations);
  }
}

function toItem<Item extends Connection | ApiDestination>(row: EventEndpointTable): Item {
  return {
    ...JSON.parse(row.settings),
    registry: registryKey(row),
    name: row.name,
    id: row.id,
    sealedSecrets: row.sealed_secrets,
  } as Item;
}

function toRow(item: Connection | ApiDestination): Fields<EventEndpointTable> {
  const { registry, name, id, sealedSecrets, ...settings } = item;
  return {
    ...registryKey(registry),
    ...{ name, id, settings: JSON.stringify(settings), sealed_secrets: sealedSecrets },
  };
}

type NameKey = RegistryKey & { readonly name: string };
type Statements = ReturnType<typeof statementsOf>;

function statementsOf(table: "event_connection" | "event_destination") {
  return {
    find: statement(({ builder }, key: NameKey) =>
      builder
        .selectFrom(table)
        .selectAll()
        .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
    ),
    lock: statement(({ builder, locksRows }, key: NameKey) => {
      const query = builder
        .selectFrom(table)
        .selectAll()
        .where((row) => row.and({ ...ofRegistry(key), name: key.name }));
      return locksRows ? query.forUpdate() : query;
    }),
    list: statement(({ builder }, page: RegistryKey & { after: string; limit: number }) =>
      builder
        .selectFrom(table)
        .selectAll()
        .where((row) => row.and(ofRegistry(page)))
        .where("name", ">", page.after)
        .orderBy("name")
        .limit(page.limit),
    ),
    listAll: statement(({ builder }, page: NameKey & { limit: number }) =>
      builder
        .selectFrom(table)
        .selectAll()
        .where(({ eb, refTuple, tuple }) =>
          eb(
            refTuple("account", "region", "name"),
            ">",
            tuple(page.account, page.region, page.name),
          ),
        )
        .orderBy("account")
        .orderBy("region")
        .orderBy("name")
        .limit(page.limit),
    ),
    count: statement(({ builder }, key: RegistryKey) =>
      builder
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as("items"))
        .where((row) => row.and(ofRegistry(key))),
    ),
    insert: statement(({ builder }, row: Fields<EventEndpointTable>) =>
      builder
        .insertInto(table)
        .values({
          ...ofRegistry(row),
          name: row.name,
          id: row.id,
          settings: row.settings,
          sealed_secrets: row.sealed_secrets,
        })
        .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
    ),
    replace: statement(({ builder }, row: Fields<EventEndpointTable>) =>
      builder
        .updateTable(table)
        .set({ settings: row.settings, sealed_secrets: row.sealed_secrets })
        .where((expression) => expression.and({ ...ofRegistry(row), name: row.name })),
    ),
    remove: statement(({ builder }, key: NameKey) =>
      builder.deleteFrom(table).where((row) => row.and({ ...ofRegistry(key), name: key.name })),
    ),
  };
}

const connections = statementsOf("event_connection");
const destinations = statementsOf("event_destination");
