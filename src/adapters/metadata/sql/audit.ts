import type {
  AuditPosition,
  AuditReads,
  AuditRow,
  AuditWrites,
} from "../../../ports/audit-store.ts";
import type { AuditKind } from "../../../registry/audit/audit-kinds.ts";
import { auditLimits } from "../../../registry/audit/audit-limits.ts";
import type { Registry } from "../../../registry/names.ts";
import type { AuditTable } from "./audit-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import { note } from "./trail-records.ts";

export class SqlAudit implements AuditReads, AuditWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(
    registry: Registry,
    page: { readonly before: AuditPosition; readonly since: number; readonly limit: number },
  ): Promise<AuditRow[]> {
    const { before, since, limit } = page;
    const rows = await this.#session.all(list, {
      ...registryKey(registry),
      ...{ at: before.at, id: before.id, since, limit },
    });
    return rows.map(({ account, region, ...row }) => ({ registry: { account, region }, ...row }));
  }

  async oldest(registry: Registry): Promise<AuditPosition | undefined> {
    return this.#session.first(findOldest, registryKey(registry));
  }

  async put(rows: readonly AuditRow[]): Promise<void> {
    await this.#session.allLater(
      rows.flatMap(({ registry, ...row }) => {
        const whole = { ...registryKey(registry), ...row };
        const oldest = row.at - auditLimits.segmentSpanMs;
        const own = this.#session.command(put, whole);
        // Without trails it would be a statement of each change that finds nothing.
        if (!this.#session.known.mayHaveTrails) return [own];
        return [this.#session.command(note, { ...whole, oldest }), own];
      }),
    );
  }

  async removeBefore(kind: AuditKind, at: number, limit: number): Promise<number> {
    const old = await this.#session.all(listBefore, { kind, at, limit });
    await this.#session.allLater(old.map((row) => this.#session.command(remove, row)));
    return old.length;
  }
}

type Page = RegistryKey &
  Fields<AuditPosition> & { readonly since: number; readonly limit: number };

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("audit")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where(({ eb, refTuple, tuple }) => eb(refTuple("at", "id"), "<", tuple(page.at, page.id)))
    .where("at", ">=", page.since)
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit),
);

const findOldest = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("audit")
    .select(["at", "id"])
    .where((row) => row.and(ofRegistry(key)))
    .orderBy("at")
    .orderBy("id")
    .limit(1),
);

const put = statement(({ builder }, row: Fields<AuditTable>) => {
  const content = { kind: row.kind, records: row.records, body: row.body };
  return builder
    .insertInto("audit")
    .values({ ...ofRegistry(row), at: row.at, id: row.id, ...content })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "at", "id"]).doUpdateSet(content),
    );
});

type Old = { readonly kind: AuditKind; readonly at: number; readonly limit: number };

const listBefore = statement(({ builder }, { kind, at, limit }: Old) =>
  builder
    .selectFrom("audit")
    .select(["account", "region", "at", "id"])
    .where("kind", "=", kind)
    .where("at", "<", at)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("trail_record as waiting")
            .select("waiting.id")
            .whereRef("waiting.account", "=", "audit.account")
            .whereRef("waiting.region", "=", "audit.region")
            .whereRef("waiting.at", "=", "audit.at")
            .whereRef("waiting.id", "=", "audit.id"),
        ),
      ),
    )
    .orderBy("at")
    .limit(limit),
);

const remove = statement(({ builder }, key: RegistryKey & Fields<AuditPosition>) =>
  builder
    .deleteFrom("audit")
    .where((row) => row.and({ ...ofRegistry(key), at: key.at, id: key.id })),
);
