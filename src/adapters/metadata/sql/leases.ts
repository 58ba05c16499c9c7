import { sql } from "kysely";
import type { Lease, LeaseReads, LeaseWrites } from "../../../ports/lease-store.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

/** Databases take only so many parameters. */
const namesAtOnce = 500;

export class SqlLeases implements LeaseReads, LeaseWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(name: string): Promise<Lease | undefined> {
    const row = await this.#session.first(find, { name });
    return row && { holder: row.holder, expiresAt: row.expires_at };
  }

  async take(name: string, holder: string, now: number, until: number): Promise<boolean> {
    return (await this.#session.change(take, { name, holder, now, until })) > 0;
  }

  async extend(names: readonly string[], holder: string, until: number): Promise<void> {
    for (let start = 0; start < names.length; start += namesAtOnce) {
      const some = names.slice(start, start + namesAtOnce);
      await this.#session.query(({ builder }) =>
        builder
          .updateTable("lease")
          .set({ expires_at: until })
          .where("name", "in", some)
          .where("holder", "=", holder),
      );
    }
  }

  async release(name: string, holder: string): Promise<void> {
    await this.#session.later(release, { name, holder });
  }

  removeExpired(now: number, limit: number): Promise<number> {
    return this.#session.change(removeExpired, { now, limit });
  }
}

const find = statement(({ builder }, { name }: { name: string }) =>
  builder.selectFrom("lease").select(["holder", "expires_at"]).where("name", "=", name),
);

type Taking = { name: string; holder: string; now: number; until: number };

const take = statement(({ builder }, { name, holder, now, until }: Taking) =>
  builder
    .insertInto("lease")
    .values({ name, holder, expires_at: until })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ holder: sql`excluded.holder`, expires_at: sql`excluded.expires_at` })
        .where(({ or, eb }) =>
          or([
            eb("lease.expires_at", "<=", now),
            eb("lease.holder", "=", sql<string>`excluded.holder`),
          ]),
        ),
    ),
);

const release = statement(({ builder }, { name, holder }: { name: string; holder: string }) =>
  builder.deleteFrom("lease").where("name", "=", name).where("holder", "=", holder),
);

const removeExpired = statement(({ builder }, { now, limit }: { now: number; limit: number }) =>
  builder
    .deleteFrom("lease")
    .where("name", "in", (expired) =>
      expired
        .selectFrom("lease as old")
        .select("old.name")
        .where("old.expires_at", "<=", now)
        .orderBy("old.expires_at")
        .limit(limit),
    )
    // Looked at again where the row changed meanwhile: somebody may have taken the name anew.
    .where("expires_at", "<=", now),
);
