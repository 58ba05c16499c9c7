import { sql } from "kysely";
import type { KmsUseReads, KmsUseWrites } from "../../../ports/kms-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { KmsKeyRef, KmsUse, KmsUseCount } from "../../../registry/kms/kms-key.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { KmsUseCountTable, KmsUseTable } from "./kms-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlKmsUses implements KmsUseReads, KmsUseWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(
    key: KmsKeyRef,
    { after, limit }: PageRequest<Pick<KmsUse, "at" | "id">>,
  ): Promise<KmsUse[]> {
    const rows = await this.#session.all(list, {
      ...keyOf(key),
      at: after?.at ?? Number.MAX_SAFE_INTEGER,
      id: after?.id ?? "",
      limit,
    });
    return rows.map(toUse);
  }

  async counts(key: KmsKeyRef): Promise<KmsUseCount[]> {
    const rows = await this.#session.all(counts, keyOf(key));
    return rows.map((row) => ({
      key: { registry: registryKey(row), id: row.key },
      month: row.month,
      operation: row.operation,
      uses: row.uses,
    }));
  }

  async insert(uses: readonly KmsUse[]): Promise<void> {
    await this.#session.allLater(uses.map((use) => this.#session.command(insert, toRow(use))));
  }

  async count(added: readonly KmsUseCount[]): Promise<void> {
    await this.#session.allLater(
      added.map(({ key, month, operation, uses }) =>
        this.#session.command(addCount, { ...keyOf(key), month, operation, uses }),
      ),
    );
  }

  async removeBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(listBefore, { at, limit });
    await this.#session.allLater(
      old.map((row) =>
        this.#session.command(remove, { ...keyOf(toUse(row).key), at: row.at, id: row.id }),
      ),
    );
    return old.length;
  }
}

type OfKey = RegistryKey & { readonly key: string };

function keyOf({ registry, id }: KmsKeyRef): OfKey {
  return { ...registryKey(registry), key: id };
}

function toUse(row: KmsUseTable): KmsUse {
  return {
    key: { registry: registryKey(row), id: row.key },
    id: row.id,
    at: row.at,
    operation: row.operation,
    principal: row.principal,
    requestId: row.request_id,
    encryptionContext: JSON.parse(row.context) as Record<string, string>,
    error: row.error ?? undefined,
  };
}

function toRow(use: KmsUse): Fields<KmsUseTable> {
  return {
    ...keyOf(use.key),
    id: use.id,
    at: use.at,
    operation: use.operation,
    principal: use.principal,
    request_id: use.requestId,
    context: JSON.stringify(use.encryptionContext),
    error: use.error ?? null,
  };
}

type Page = OfKey & { readonly at: number; readonly id: string; readonly limit: number };

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("kms_use")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), key: page.key }))
    .where(({ eb, refTuple, tuple }) => eb(refTuple("at", "id"), "<", tuple(page.at, page.id)))
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit),
);

const counts = statement(({ builder }, key: OfKey) =>
  builder
    .selectFrom("kms_use_count")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), key: key.key }))
    .orderBy("month")
    .orderBy("operation"),
);

const insert = statement(({ builder }, row: Fields<KmsUseTable>) =>
  builder.insertInto("kms_use").values({
    ...ofRegistry(row),
    key: row.key,
    at: row.at,
    id: row.id,
    operation: row.operation,
    principal: row.principal,
    request_id: row.request_id,
    context: row.context,
    error: row.error,
  }),
);

const addCount = statement(({ builder }, row: Fields<KmsUseCountTable>) =>
  builder
    .insertInto("kms_use_count")
    .values({
      ...ofRegistry(row),
      key: row.key,
      month: row.month,
      operation: row.operation,
      uses: row.uses,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "key", "month", "operation"])
        .doUpdateSet({ uses: sql`kms_use_count.uses + excluded.uses` }),
    ),
);

type Before = { readonly at: number; readonly limit: number };

const listBefore = statement(({ builder }, { at, limit }: Before) =>
  builder.selectFrom("kms_use").selectAll().where("at", "<", at).orderBy("at").limit(limit),
);

type One = OfKey & Pick<KmsUse, "at" | "id">;

const remove = statement(({ builder }, use: One) =>
  builder
    .deleteFrom("kms_use")
    .where((row) => row.and({ ...ofRegistry(use), key: use.key, at: use.at, id: use.id })),
);
