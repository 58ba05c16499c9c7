import type { AdvisoryPartReads, AdvisoryPartWrites } from "../../../ports/advisory-part-store.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlAdvisoryParts implements AdvisoryPartReads, AdvisoryPartWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(index: string, position: number): Promise<Uint8Array | undefined> {
    return (await this.#session.first(find, { index, position }))?.content;
  }

  async put(index: string, position: number, content: Uint8Array): Promise<void> {
    await this.#session.later(put, { index, position, content });
  }

  async removeOthers(index: string): Promise<void> {
    await this.#session.allLater([
      this.#session.command(removeBefore, { index }),
      this.#session.command(removeAfter, { index }),
    ]);
  }
}

const find = statement(({ builder }, key: { index: string; position: number }) =>
  builder
    .selectFrom("advisory_index_part")
    .select("content")
    .where((row) => row.and({ index_id: key.index, position: key.position })),
);

const put = statement(
  ({ builder }, row: { index: string; position: number; content: Uint8Array }) =>
    builder
      .insertInto("advisory_index_part")
      .values({ index_id: row.index, position: row.position, content: row.content })
      .onConflict((conflict) =>
        conflict.columns(["index_id", "position"]).doUpdateSet({ content: row.content }),
      ),
);

const removeBefore = statement(({ builder }, key: { index: string }) =>
  builder.deleteFrom("advisory_index_part").where("index_id", "<", key.index),
);

const removeAfter = statement(({ builder }, key: { index: string }) =>
  builder.deleteFrom("advisory_index_part").where("index_id", ">", key.index),
);
