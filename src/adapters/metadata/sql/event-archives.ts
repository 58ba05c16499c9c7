import { sql } from "kysely";
import type {
  ArchivePlace,
  ArchiveRange,
  EventArchiveReads,
  EventArchiveWrites,
} from "../../../ports/event-archive-store.ts";
import type { LoggedEvent } from "../../../ports/event-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { EventArchive } from "../../../registry/events/archive.ts";
import type { AccountId, Region, Registry } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { eventValues, toEvent, toEventRow } from "./event-row.ts";
import type { ArchivedEventTable, EventArchiveTable } from "./event-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

type ArchiveRef = Pick<EventArchive, "registry" | "id">;

export class SqlEventArchives implements EventArchiveReads, EventArchiveWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, name: string): Promise<EventArchive | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), name });
    return row && toArchive(row);
  }

  async list(
    registry: Registry,
    { after = "", limit }: PageRequest<string>,
  ): Promise<EventArchive[]> {
    const page = { ...registryKey(registry), name: after, limit };
    return (await this.#session.all(list, page)).map(toArchive);
  }

  async listAll({
    after,
    limit,
  }: PageRequest<Pick<EventArchive, "registry" | "name">>): Promise<EventArchive[]> {
    const { account = "" as AccountId, region = "" as Region } = after?.registry ?? {};
    const page = { account, region, name: after?.name ?? "", limit };
    return (await this.#session.all(listAll, page)).map(toArchive);
  }

  async events(archive: ArchiveRef, range: ArchiveRange, limit: number): Promise<LoggedEvent[]> {
    const rows = await this.#session.all(events, { ...keyOf(archive), ...range, limit });
    return rows.map((row) => ({
      position: row.position,
      loggedAt: row.archived_at,
      event: toEvent(row),
    }));
  }

  async places(
    archive: ArchiveRef,
    { after = 0, limit }: PageRequest<number>,
  ): Promise<ArchivePlace[]> {
    const rows = await this.#session.all(places, { ...keyOf(archive), position: after, limit });
    return rows.map(({ position, at, size_bytes: bytes }) => ({ position, at, bytes }));
  }

  async lock(registry: Registry, name: string): Promise<EventArchive | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), name });
    return row && toArchive(row);
  }

  async insertIfAbsent(archive: EventArchive): Promise<boolean> {
    return (await this.#session.change(insert, toRow(archive))) > 0;
  }

  async replace(archive: EventArchive): Promise<void> {
    await this.#session.later(replace, toRow(archive));
  }

  async remove(registry: Registry, name: string): Promise<boolean> {
    return (await this.#session.change(remove, { ...registryKey(registry), name })) > 0;
  }

  async addEvents(archive: EventArchive, added: readonly LoggedEvent[]): Promise<void> {
    const rows = added.map(({ position, loggedAt, event }): Fields<ArchivedEventTable> => {
      const row = toEventRow(event);
      const size = Buffer.byteLength(row.detail) + Buffer.byteLength(row.resources);
      return {
        ...row,
        ...{ archive: archive.id, position, archived_at: loggedAt, size_bytes: size },
      };
    });
    const bytes = rows.reduce((sum, row) => sum + row.size_bytes, 0);
    const more = { ...countKey(archive), events: rows.length, bytes };
    await this.#session.runIfChanged(
      this.#session.command(count, more),
      rows.map((row) => this.#session.command(addEvent, row)),
    );
  }

  async removeBefore(archive: EventArchive, at: number, limit: number): Promise<number> {
    const oldest = await this.#session.all(sizes, { ...keyOf(archive), limit });
    const young = oldest.findIndex((row) => row.archived_at >= at);
    const old = young === -1 ? oldest : oldest.slice(0, young);
    const last = old.at(-1);
    if (last === undefined) return 0;
    const bytes = old.reduce((sum, row) => sum + row.size_bytes, 0);
    await this.#session.allLater([
      this.#session.command(count, { ...countKey(archive), events: -old.length, bytes: -bytes }),
      this.#session.command(removeUpTo, { ...keyOf(archive), position: last.position }),
    ]);
    return old.length;
  }

  async purge(archive: ArchiveRef, limit: number): Promise<number> {
    const oldest = await this.#session.all(sizes, { ...keyOf(archive), limit });
    const last = oldest.at(-1);
    if (last === undefined) return 0;
    const upTo = { ...keyOf(archive), position: last.position };
    await this.#session.later(removeUpTo, upTo);
    return oldest.length;
  }
}

type Named = RegistryKey & { readonly name: string };
type OfArchive = RegistryKey & { readonly archive: string };

function keyOf({ registry, id }: ArchiveRef): OfArchive {
  return { ...registryKey(registry), archive: id };
}

function countKey({ registry, name, id }: EventArchive) {
  return { ...registryKey(registry), name, id };
}

function toArchive(row: EventArchiveTable): EventArchive {
  return {
    registry: registryKey(row),
    name: row.name,
    id: row.id,
    pattern: row.pattern ?? undefined,
    description: row.description ?? undefined,
    retentionDays: row.retention_days,
    createdAt: row.created_at,
    eventCount: row.event_count,
    sizeBytes: row.size_bytes,
  };
}

function toRow(archive: EventArchive): Fields<EventArchiveTable> {
  return {
    ...registryKey(archive.registry),
    name: archive.name,
    id: archive.id,
    pattern: archive.pattern ?? null,
    description: archive.description ?? null,
    retention_days: archive.retentionDays,
    created_at: archive.createdAt,
    event_count: archive.eventCount,
    size_bytes: archive.sizeBytes,
  };
}

const byName = ({ builder }: SqlDialect, key: Named) =>
  builder
    .selectFrom("event_archive")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name }));

const find = statement(byName);

const lock = statement((dialect, key: Named) =>
  dialect.locksRows ? byName(dialect, key).forUpdate() : byName(dialect, key),
);

const list = statement(({ builder }, page: Named & { readonly limit: number }) =>
  builder
    .selectFrom("event_archive")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("name", ">", page.name)
    .orderBy("name")
    .limit(page.limit),
);

const listAll = statement(({ builder }, page: Named & { readonly limit: number }) =>
  builder
    .selectFrom("event_archive")
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account", "region", "name"), ">", tuple(page.account, page.region, page.name)),
    )
    .orderBy("account")
    .orderBy("region")
    .orderBy("name")
    .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<EventArchiveTable>) =>
  builder
    .insertInto("event_archive")
    .values({
      ...ofRegistry(row),
      ...{ name: row.name, id: row.id, pattern: row.pattern, description: row.description },
      ...{ retention_days: row.retention_days, created_at: row.created_at },
      ...{ event_count: row.event_count, size_bytes: row.size_bytes },
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<EventArchiveTable>) =>
  builder
    .updateTable("event_archive")
    .set({
      pattern: row.pattern,
      description: row.description,
      retention_days: row.retention_days,
    })
    .where((where) => where.and({ ...ofRegistry(row), name: row.name })),
);

const remove = statement(({ builder }, key: Named) =>
  builder
    .deleteFrom("event_archive")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

type Counted = Named & { readonly id: string; readonly events: number; readonly bytes: number };

const count = statement(({ builder }, by: Counted) =>
  builder
    .updateTable("event_archive")
    .set({
      event_count: sql`event_count + ${by.events}`,
      size_bytes: sql`size_bytes + ${by.bytes}`,
    })
    .where((row) => row.and({ ...ofRegistry(by), name: by.name, id: by.id })),
);

const addEvent = statement(({ builder }, row: Fields<ArchivedEventTable>) =>
  builder.insertInto("archived_event").values({
    ...eventValues(row),
    ...{ archive: row.archive, position: row.position },
    ...{ archived_at: row.archived_at, size_bytes: row.size_bytes },
  }),
);

type Page = OfArchive & { readonly position: number; readonly limit: number };

type InRange = OfArchive & Fields<ArchiveRange> & { readonly limit: number };

const events = statement(({ builder }, range: InRange) =>
  builder
    .selectFrom("archived_event")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(range), archive: range.archive }))
    .where("position", ">", range.after)
    .where("position", "<=", range.upTo)
    .where("at", ">=", range.fromAt)
    .where("at", "<", range.toAt)
    .orderBy("position")
    .limit(range.limit),
);

const places = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("archived_event")
    .select(["position", "at", "size_bytes"])
    .where((row) => row.and({ ...ofRegistry(page), archive: page.archive }))
    .where("position", ">", page.position)
    .orderBy("position")
    .limit(page.limit),
);

const sizes = statement(({ builder }, page: OfArchive & { readonly limit: number }) =>
  builder
    .selectFrom("archived_event")
    .select(["position", "archived_at", "size_bytes"])
    .where((row) => row.and({ ...ofRegistry(page), archive: page.archive }))
    .orderBy("position")
    .limit(page.limit),
);

const removeUpTo = statement(({ builder }, key: OfArchive & { readonly position: number }) =>
  builder
    .deleteFrom("archived_event")
    .where((row) => row.and({ ...ofRegistry(key), archive: key.archive }))
    .where("position", "<=", key.position),
);
