import { sql } from "kysely";
import type { Standing, UsageStandingReads } from "../../../ports/usage-store.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlStanding implements UsageStandingReads {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async now(): Promise<Standing> {
    const counted = await this.#session.first(counts, {});
    const trashed = await this.#session.first(trashedImages, {});
    const waiting = await this.#session.all(reclaim, {});
    return {
      uploads: Number(counted?.uploads ?? 0),
      leases: Number(counted?.leases ?? 0),
      trashedRepositories: Number(counted?.repositories ?? 0),
      trashedImages: Number(trashed?.images ?? 0),
      trashedImageBytes: Number(trashed?.bytes ?? 0),
      reclaim: waiting.map((row) => ({ kind: row.kind, waiting: Number(row.waiting) })),
    };
  }
}

const all = sql<number>`count(*)`;
type None = Record<string, never>;

const counts = statement(({ builder }, _: None) =>
  builder.selectNoFrom(({ selectFrom }) => [
    selectFrom("upload").select(all.as("n")).as("uploads"),
    selectFrom("lease").select(all.as("n")).as("leases"),
    selectFrom("trashed_repository").select(all.as("n")).as("repositories"),
  ]),
);

const trashedImages = statement(({ builder }, _: None) =>
  builder
    .selectFrom("image")
    .select(({ fn }) => [
      fn.countAll<number>().as("images"),
      fn.sum<number | null>("size_bytes").as("bytes"),
    ])
    .where("state", "<>", sql.lit("ACTIVE" as const)) // The index is of these.
    .where("state", "=", sql.lit("TRASHED" as const)),
);

const reclaim = statement(({ builder }, _: None) =>
  builder
    .selectFrom("reclaim")
    .select("kind")
    .select(all.as("waiting"))
    .groupBy("kind")
    .orderBy("kind"),
);
