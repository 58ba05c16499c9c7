import type { AuditPosition, AuditRow } from "../../../ports/audit-store.ts";
import type {
  TrailRecordReads,
  TrailRecordWrites,
  WaitingRow,
} from "../../../ports/trail-store.ts";
import type { AccountId, Region, Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlTrailRecords implements TrailRecordReads, TrailRecordWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async nextRegistry(trail: string, after: Registry | undefined): Promise<Registry | undefined> {
    const row = await this.#session.first(nextRegistry, {
      trail,
      ...registryKey(after ?? beforeAll),
    });
    return row && registryKey(row);
  }

  waiting(
    trail: string,
    registry: Registry,
    page: { readonly until: number; readonly limit: number },
  ): Promise<WaitingRow[]> {
    const { until, limit } = page;
    return this.#session.all(waiting, { trail, ...registryKey(registry), until, limit });
  }

  async inFile(trail: string, registry: Registry, file: string): Promise<AuditRow[]> {
    const rows = await this.#session.all(inFile, { trail, ...registryKey(registry), file });
    return rows.map(({ account, region, ...row }) => ({ registry: { account, region }, ...row }));
  }

  async nextTrail(after: string): Promise<string | undefined> {
    return (await this.#session.first(nextTrail, { after }))?.trail;
  }

  async assign(
    trail: string,
    registry: Registry,
    { at, id }: AuditPosition,
    file: string,
  ): Promise<void> {
    await this.#session.later(assign, { trail, ...registryKey(registry), at, id, file });
  }

  async forgetWaiting(trail: string, registry: Registry, { at, id }: AuditPosition): Promise<void> {
    await this.#session.later(forgetWaiting, { trail, ...registryKey(registry), at, id });
  }

  async forgetFile(trail: string, registry: Registry, file: string): Promise<void> {
    await this.#session.later(forgetFile, { trail, ...registryKey(registry), file });
  }

  async forgetTrail(trail: string, limit: number): Promise<number> {
    const rows = await this.#session.all(someOf, { trail, limit });
    await this.#session.allLater(rows.map((row) => this.#session.command(forget, row)));
    return rows.length;
  }
}

const beforeAll: Registry = { account: "" as AccountId, region: "" as Region };

type OfTrail = RegistryKey & { readonly trail: string };

const nextRegistry = statement(({ builder }, key: OfTrail) =>
  builder
    .selectFrom("trail_record")
    .select(["account", "region"])
    .where("trail", "=", key.trail)
    .where("file", "=", "")
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account", "region"), ">", tuple(key.account, key.region)),
    )
    .orderBy("account")
    .orderBy("region")
    .limit(1),
);

const waiting = statement(({ builder }, page: OfTrail & { until: number; limit: number }) =>
  builder
    .selectFrom("trail_record as waiting")
    .innerJoin("audit", (join) =>
      join
        .onRef("audit.account", "=", "waiting.account")
        .onRef("audit.region", "=", "waiting.region")
        .onRef("audit.at", "=", "waiting.at")
        .onRef("audit.id", "=", "waiting.id"),
    )
    .select(["waiting.at", "waiting.id", "audit.records"])
    .where("waiting.trail", "=", page.trail)
    .where("waiting.file", "=", "")
    .where("waiting.account", "=", page.account)
    .where("waiting.region", "=", page.region)
    .where("waiting.at", "<=", page.until)
    .orderBy("waiting.at")
    .orderBy("waiting.id")
    .limit(page.limit),
);

const inFile = statement(({ builder }, key: OfTrail & { file: string }) =>
  builder
    .selectFrom("trail_record as waiting")
    .innerJoin("audit", (join) =>
      join
        .onRef("audit.account", "=", "waiting.account")
        .onRef("audit.region", "=", "waiting.region")
        .onRef("audit.at", "=", "waiting.at")
        .onRef("audit.id", "=", "waiting.id"),
    )
    .selectAll("audit")
    .where("waiting.trail", "=", key.trail)
    .where("waiting.file", "=", key.file)
    .where("waiting.account", "=", key.account)
    .where("waiting.region", "=", key.region)
    .orderBy("waiting.at")
    .orderBy("waiting.id"),
);

const nextTrail = statement(({ builder }, { after }: { after: string }) =>
  builder
    .selectFrom("trail_record")
    .select("trail")
    .where("trail", ">", after)
    .orderBy("trail")
    .limit(1),
);

type Through = OfTrail & Fields<AuditPosition>;

const assign = statement(({ builder }, key: Through & { file: string }) =>
  builder
    .updateTable("trail_record")
    .set({ file: key.file })
    .where((row) => row.and({ trail: key.trail, file: "", ...ofRegistry(key) }))
    .where(({ eb, refTuple, tuple }) => eb(refTuple("at", "id"), "<=", tuple(key.at, key.id))),
);

const forgetWaiting = statement(({ builder }, key: Through) =>
  builder
    .deleteFrom("trail_record")
    .where((row) => row.and({ trail: key.trail, file: "", ...ofRegistry(key) }))
    .where(({ eb, refTuple, tuple }) => eb(refTuple("at", "id"), "<=", tuple(key.at, key.id))),
);

const forgetFile = statement(({ builder }, key: OfTrail & { file: string }) =>
  builder
    .deleteFrom("trail_record")
    .where((row) => row.and({ trail: key.trail, file: key.file, ...ofRegistry(key) })),
);

const someOf = statement(({ builder }, key: { trail: string; limit: number }) =>
  builder
    .selectFrom("trail_record")
    .select(["account", "region", "at", "id", "trail"])
    .where("trail", "=", key.trail)
    .limit(key.limit),
);

const forget = statement(({ builder }, key: Through) =>
  builder
    .deleteFrom("trail_record")
    .where((row) => row.and({ ...ofRegistry(key), at: key.at, id: key.id, trail: key.trail })),
);

/** `oldest`: its records are not from before then. */
type Put = RegistryKey & Fields<AuditPosition> & { readonly oldest: number };

/**
 * Notes for each trail that is to have it that a row of the audit trail comes: before the row is put, and
 * once, as what is put over a row is in a file already, or will be.
 */
export const note = statement(({ builder }, row: Put) =>
  builder
    .insertInto("trail_record")
    .columns(["account", "region", "at", "id", "trail", "file"])
    .expression(({ selectFrom, cast, val, lit }) => {
      const of = selectFrom("trail")
        .select([
          cast<AccountId>(val(row.account), "text").as("account"),
          cast<Region>(val(row.region), "text").as("region"),
          cast<number>(val(row.at), "bigint").as("at"),
          cast<string>(val(row.id), "text").as("id"),
          "trail.id as trail",
          cast<string>(val(""), "text").as("file"),
        ])
        .where("trail.logs_from", "<=", row.at)
        .where("trail.logs_until", ">=", row.oldest)
        .where(({ not, exists }) =>
          not(
            exists(
              selectFrom("audit")
                .select("audit.id")
                .where((audit) =>
                  audit.and({
                    "audit.account": row.account,
                    "audit.region": row.region,
                    "audit.at": row.at,
                    "audit.id": row.id,
                  }),
                ),
            ),
          ),
        );
      const own = of
        .where("trail.account", "=", row.account)
        .where(({ or, eb }) =>
          or([eb("trail.region", "=", row.region), eb("trail.is_multi_region", "=", 1)]),
        )
        .where("trail.is_organization", "=", lit(0));
      const shared = of
        .where("trail.is_organization", "=", lit(1))
        .where(({ or, eb }) =>
          or([eb("trail.region", "=", row.region), eb("trail.is_multi_region", "=", 1)]),
        );
      return own.unionAll(shared);
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "at", "id", "trail"]).doNothing(),
    ),
);
