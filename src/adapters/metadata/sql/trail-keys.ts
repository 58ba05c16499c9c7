import type { PageRequest } from "../../../ports/page-request.ts";
import type { TrailKeyReads, TrailKeyWrites } from "../../../ports/trail-store.ts";
import type { AccountId, Region, Registry } from "../../../registry/names.ts";
import type { TrailKey } from "../../../registry/trails/trail.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import type { TrailKeyTable } from "./trail-tables.ts";

export class SqlTrailKeys implements TrailKeyReads, TrailKeyWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, fingerprint: string): Promise<TrailKey | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), fingerprint });
    return row && toKey(row);
  }

  async list(registry: Registry, limit: number): Promise<TrailKey[]> {
    return (await this.#session.all(list, { ...registryKey(registry), limit })).map(toKey);
  }

  async listAll({
    after,
    limit,
  }: PageRequest<Pick<TrailKey, "registry" | "fingerprint">>): Promise<TrailKey[]> {
    const { registry = beforeAll, fingerprint = "" } = after ?? {};
    const page = { ...registryKey(registry), fingerprint, limit };
    return (await this.#session.all(listAll, page)).map(toKey);
  }

  async insertIfAbsent(key: TrailKey): Promise<boolean> {
    return (await this.#session.change(insert, toRow(key))) > 0;
  }

  async reseal(key: TrailKey): Promise<void> {
    await this.#session.later(reseal, toRow(key));
  }
}

const beforeAll: Registry = { account: "" as AccountId, region: "" as Region };

function toKey(row: TrailKeyTable): TrailKey {
  return {
    ...{ registry: registryKey(row), fingerprint: row.fingerprint, createdAt: row.created_at },
    ...{ publicKey: row.public_key, sealedPrivateKey: row.sealed_private_key },
  };
}

function toRow(key: TrailKey): Fields<TrailKeyTable> {
  return {
    ...{ ...registryKey(key.registry), fingerprint: key.fingerprint, created_at: key.createdAt },
    ...{ public_key: key.publicKey, sealed_private_key: key.sealedPrivateKey },
  };
}

type Key = RegistryKey & { readonly fingerprint: string };

const find = statement(({ builder }, key: Key) =>
  builder
    .selectFrom("trail_signing_key")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), fingerprint: key.fingerprint })),
);

const list = statement(({ builder }, page: RegistryKey & { limit: number }) =>
  builder
    .selectFrom("trail_signing_key")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .orderBy("created_at", "desc")
    .orderBy("fingerprint")
    .limit(page.limit),
);

const listAll = statement(({ builder }, page: Key & { limit: number }) =>
  builder
    .selectFrom("trail_signing_key")
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("account", "region", "fingerprint"),
        ">",
        tuple(page.account, page.region, page.fingerprint),
      ),
    )
    .orderBy("account")
    .orderBy("region")
    .orderBy("fingerprint")
    .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<TrailKeyTable>) =>
  builder
    .insertInto("trail_signing_key")
    .values({
      ...{ ...ofRegistry(row), fingerprint: row.fingerprint, public_key: row.public_key },
      ...{ sealed_private_key: row.sealed_private_key, created_at: row.created_at },
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "fingerprint"]).doNothing()),
);

const reseal = statement(({ builder }, row: Fields<TrailKeyTable>) =>
  builder
    .updateTable("trail_signing_key")
    .set({ sealed_private_key: row.sealed_private_key })
    .where((each) => each.and({ ...ofRegistry(row), fingerprint: row.fingerprint })),
);
