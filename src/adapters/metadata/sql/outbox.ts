import { sql } from "kysely";
import type { OutboxReads, OutboxWrites, WaitingEvent } from "../../../ports/event-store.ts";
import type { RegistryEvent } from "../../../registry/events/event.ts";
import { eventValues, toEventRow, toWaitingEvent } from "./event-row.ts";
import type { EventRow } from "./event-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlOutbox implements OutboxReads, OutboxWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async first(limit: number): Promise<WaitingEvent[]> {
    const rows = await this.#session.all(first, { limit });
    return rows.map((row) => ({ sequence: row.sequence, event: toWaitingEvent(row) }));
  }

  async sizes(limit: number): Promise<number[]> {
    const rows = await this.#session.all(sizes, { limit });
    return rows.map(({ bytes }) => Number(bytes));
  }

  async hasAtLeast(count: number): Promise<boolean> {
    return (await this.#session.first(nth, { before: count - 1 })) !== undefined;
  }

  async add(event: RegistryEvent): Promise<void> {
    const replay = event.replay === undefined ? null : JSON.stringify(event.replay);
    await this.#session.later(insert, { ...toEventRow(event), replay });
  }

  async remove(sequences: readonly number[]): Promise<void> {
    await this.#session.allLater(
      sequences.map((sequence) => this.#session.command(remove, { sequence })),
    );
  }
}

type Limit = { readonly limit: number };

const first = statement(({ builder }, { limit }: Limit) =>
  builder.selectFrom("outbox").selectAll().orderBy("sequence").limit(limit),
);

/** Both databases know the length in bytes without reading what is stored apart from its row. */
const sizes = statement(({ builder }, { limit }: Limit) =>
  builder
    .selectFrom("outbox")
    .select(sql<number>`octet_length(resources) + octet_length(detail)`.as("bytes"))
    .orderBy("sequence")
    .limit(limit),
);

const nth = statement(({ builder }, { before }: { readonly before: number }) =>
  builder.selectFrom("outbox").select("sequence").orderBy("sequence").limit(1).offset(before),
);

const insert = statement(
  ({ builder }, row: Fields<EventRow> & { readonly replay: string | null }) =>
    builder.insertInto("outbox").values({ ...eventValues(row), replay: row.replay }),
);

const remove = statement(({ builder }, { sequence }: { readonly sequence: number }) =>
  builder.deleteFrom("outbox").where("sequence", "=", sequence),
);
