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

const first = statement(({ builder }, { limit }: { readonly limit: number }) =>
  builder.selectFrom("outbox").selectAll().orderBy("sequence").limit(limit),
);

const insert = statement(
  ({ builder }, row: Fields<EventRow> & { readonly replay: string | null }) =>
    builder.insertInto("outbox").values({ ...eventValues(row), replay: row.replay }),
);

const remove = statement(({ builder }, { sequence }: { readonly sequence: number }) =>
  builder.deleteFrom("outbox").where("sequence", "=", sequence),
);
