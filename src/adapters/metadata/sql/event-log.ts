import type { EventLogReads, EventLogWrites, LoggedEvent } from "../../../ports/event-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { Registry } from "../../../registry/names.ts";
import { eventValues, toEvent, toEventRow } from "./event-row.ts";
import type { EventLogTable, EventRow } from "./event-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

/** The row of `event_cursor` that says how far the log is. */
const logCursor = { name: "log" };

export class SqlEventLog implements EventLogReads, EventLogWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async end(): Promise<number> {
    return (await this.#session.first(cursor, logCursor))?.position ?? 0;
  }

  async list(
    registry: Registry,
    { after = 0, limit }: PageRequest<number>,
  ): Promise<LoggedEvent[]> {
    const page = { ...registryKey(registry), position: after, limit };
    return (await this.#session.all(listAfter, page)).map(toLogged);
  }

  async listBack(
    registry: Registry,
    { after = Number.MAX_SAFE_INTEGER, limit }: PageRequest<number>,
  ): Promise<LoggedEvent[]> {
    const page = { ...registryKey(registry), position: after, limit };
    return (await this.#session.all(listBefore, page)).map(toLogged);
  }

  async firstSince(registry: Registry, at: number): Promise<number | undefined> {
    const row = await this.#session.first(firstSince, { ...registryKey(registry), at });
    return row?.position;
  }

  async lock(): Promise<number | undefined> {
    const free = await this.#session.first(lockCursor, logCursor);
    if (free !== undefined) return free.position;
    // Another has it, or nothing was ever logged.
    await this.#session.change(insertCursor, logCursor);
    return (await this.#session.first(lockCursor, logCursor))?.position;
  }

  async append(events: readonly LoggedEvent[]): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    await this.#session.allLater([
      ...events.map(({ position, loggedAt, event }) =>
        this.#session.command(insert, {
          ...toEventRow(event),
          position,
          logged_at: loggedAt,
        }),
      ),
      this.#session.command(moveCursor, { ...logCursor, position: last.position }),
    ]);
  }

  async removeBefore(at: number, limit: number): Promise<number> {
    const oldest = await this.#session.all(listOldest, { limit });
    const young = oldest.findIndex((row) => row.logged_at >= at);
    const old = young === -1 ? oldest : oldest.slice(0, young);
    const last = old.at(-1);
    if (last === undefined) return 0;
    await this.#session.later(removeUpTo, { position: last.position });
    return old.length;
  }
}

function toLogged(row: EventLogTable): LoggedEvent {
  return { position: row.position, loggedAt: row.logged_at, event: toEvent(row) };
}

type Cursor = { readonly name: string };
type Page = RegistryKey & { readonly position: number; readonly limit: number };

const cursor = statement(({ builder }, { name }: Cursor) =>
  builder.selectFrom("event_cursor").select("position").where("name", "=", name),
);

/** Nobody waits for another one: who has it does the work. */
const lockCursor = statement(({ builder, locksRows }, { name }: Cursor) => {
  const query = builder.selectFrom("event_cursor").select("position").where("name", "=", name);
  return locksRows ? query.forUpdate().skipLocked() : query;
});

const insertCursor = statement(({ builder }, { name }: Cursor) =>
  builder
    .insertInto("event_cursor")
    .values({ name, position: 0 })
    .onConflict((conflict) => conflict.column("name").doNothing()),
);

const moveCursor = statement(
  ({ builder }, { name, position }: Cursor & { readonly position: number }) =>
    builder.updateTable("event_cursor").set({ position }).where("name", "=", name),
);

const insert = statement(
  (
    { builder },
    row: Fields<EventRow> & { readonly position: number; readonly logged_at: number },
  ) =>
    builder
      .insertInto("event_log")
      .values({ ...eventValues(row), position: row.position, logged_at: row.logged_at }),
);

const listAfter = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("event_log")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("position", ">", page.position)
    .orderBy("position")
    .limit(page.limit),
);

const listBefore = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("event_log")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("position", "<", page.position)
    .orderBy("position", "desc")
    .limit(page.limit),
);

const firstSince = statement(({ builder }, since: RegistryKey & { readonly at: number }) =>
  builder
    .selectFrom("event_log")
    .select("position")
    .where((row) => row.and(ofRegistry(since)))
    .where("logged_at", ">=", since.at)
    .orderBy("logged_at")
    .orderBy("position")
    .limit(1),
);

const listOldest = statement(({ builder }, { limit }: { readonly limit: number }) =>
  builder
    .selectFrom("event_log")
    .select(["position", "logged_at"])
    .orderBy("position")
    .limit(limit),
);

const removeUpTo = statement(({ builder }, { position }: { readonly position: number }) =>
  builder.deleteFrom("event_log").where("position", "<=", position),
);
