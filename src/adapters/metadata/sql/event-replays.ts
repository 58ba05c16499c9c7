import type { EventReplayReads, EventReplayWrites } from "../../../ports/event-archive-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { EventReplayRun } from "../../../registry/events/archive.ts";
import type { Registry } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import type { EventReplayTable } from "./event-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlEventReplays implements EventReplayReads, EventReplayWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, name: string): Promise<EventReplayRun | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), name });
    return row && toReplay(row);
  }

  async list(
    registry: Registry,
    { after = "", limit }: PageRequest<string>,
  ): Promise<EventReplayRun[]> {
    const page = { ...registryKey(registry), name: after, limit };
    return (await this.#session.all(list, page)).map(toReplay);
  }

  async lock(registry: Registry, name: string): Promise<EventReplayRun | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), name });
    return row && toReplay(row);
  }

  async insertIfAbsent(replay: EventReplayRun): Promise<boolean> {
    return (await this.#session.change(insert, toRow(replay))) > 0;
  }

  async replace(replay: EventReplayRun): Promise<void> {
    await this.#session.later(replace, toRow(replay));
  }

  async remove(registry: Registry, name: string): Promise<void> {
    await this.#session.later(remove, { ...registryKey(registry), name });
  }
}

type Named = RegistryKey & { readonly name: string };

function toReplay(row: EventReplayTable): EventReplayRun {
  return {
    registry: registryKey(row),
    name: row.name,
    description: row.description ?? undefined,
    archive: row.archive,
    archiveId: row.archive_id,
    rules: JSON.parse(row.rules) as string[],
    fromAt: row.from_at,
    toAt: row.to_at,
    state: row.state,
    stateReason: row.state_reason ?? undefined,
    position: row.position,
    lastAt: row.last_at ?? undefined,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
  };
}

function toRow(replay: EventReplayRun): Fields<EventReplayTable> {
  return {
    ...registryKey(replay.registry),
    name: replay.name,
    description: replay.description ?? null,
    archive: replay.archive,
    archive_id: replay.archiveId,
    rules: JSON.stringify(replay.rules),
    from_at: replay.fromAt,
    to_at: replay.toAt,
    state: replay.state,
    state_reason: replay.stateReason ?? null,
    position: replay.position,
    last_at: replay.lastAt ?? null,
    started_at: replay.startedAt,
    ended_at: replay.endedAt ?? null,
  };
}

const byName = ({ builder }: SqlDialect, key: Named) =>
  builder
    .selectFrom("event_replay")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name }));

const find = statement(byName);

const lock = statement((dialect, key: Named) =>
  dialect.locksRows ? byName(dialect, key).forUpdate() : byName(dialect, key),
);

const list = statement(({ builder }, page: Named & { readonly limit: number }) =>
  builder
    .selectFrom("event_replay")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("name", ">", page.name)
    .orderBy("name")
    .limit(page.limit),
);

const progress = (row: Fields<EventReplayTable>) => ({
  ...{ state: row.state, state_reason: row.state_reason, position: row.position },
  ...{ last_at: row.last_at, ended_at: row.ended_at },
});

const insert = statement(({ builder }, row: Fields<EventReplayTable>) =>
  builder
    .insertInto("event_replay")
    .values({
      ...ofRegistry(row),
      ...{ name: row.name, description: row.description, archive: row.archive },
      ...{ archive_id: row.archive_id, rules: row.rules, from_at: row.from_at },
      ...{ to_at: row.to_at, started_at: row.started_at },
      ...progress(row),
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<EventReplayTable>) =>
  builder
    .updateTable("event_replay")
    .set(progress(row))
    .where((where) => where.and({ ...ofRegistry(row), name: row.name })),
);

const remove = statement(({ builder }, key: Named) =>
  builder
    .deleteFrom("event_replay")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);
