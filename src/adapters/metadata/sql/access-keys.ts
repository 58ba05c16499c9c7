import type { AccessKeyReads, AccessKeyWrites } from "../../../ports/identity-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { EntityRef } from "../../../registry/identity/entity.ts";
import type { KeyUse, StoredAccessKey } from "../../../registry/identity/stored-credential.ts";
import type { AccountId } from "../../../registry/names.ts";
import type { AccessKeyTable } from "./identity-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlAccessKeys implements AccessKeyReads, AccessKeyWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(id: string): Promise<StoredAccessKey | undefined> {
    const row = await this.#session.first(find, { id });
    return row && toKey(row);
  }

  async of({ account, id }: EntityRef): Promise<StoredAccessKey[]> {
    return (await this.#session.all(of, { account, owner: id })).map(toKey);
  }

  async listAll({ after = "", limit }: PageRequest<string>): Promise<StoredAccessKey[]> {
    return (await this.#session.all(listAll, { after, limit })).map(toKey);
  }

  async insert({ id, owner, sealedSecret, status, createdAt }: StoredAccessKey): Promise<void> {
    const row = { id, account: owner.account, owner: owner.id, sealedSecret, status, createdAt };
    await this.#session.later(insert, row);
  }

  async setStatus(id: string, status: StoredAccessKey["status"]): Promise<void> {
    await this.#session.later(setStatus, { id, status });
  }

  async recordUse(id: string, { at, region, service }: KeyUse): Promise<void> {
    await this.#session.later(recordUse, { id, at, region, service });
  }

  async reseal(id: string, sealedSecret: Uint8Array): Promise<void> {
    await this.#session.later(reseal, { id, sealedSecret });
  }

  async remove(id: string): Promise<void> {
    await this.#session.later(remove, { id });
  }
}

function toKey(row: AccessKeyTable): StoredAccessKey {
  const { used_at: at, used_region: region, used_service: service } = row;
  const isUsed = at !== null && region !== null && service !== null;
  return {
    id: row.id,
    owner: { account: row.account, id: row.owner },
    sealedSecret: row.sealed_secret,
    status: row.status,
    createdAt: row.created_at,
    lastUse: isUsed ? { at, region, service } : undefined,
  };
}

const find = statement(({ builder }, { id }: { id: string }) =>
  builder.selectFrom("access_key").selectAll().where("id", "=", id),
);

const of = statement(({ builder }, { account, owner }: { account: AccountId; owner: string }) =>
  builder
    .selectFrom("access_key")
    .selectAll()
    .where("account", "=", account)
    .where("owner", "=", owner)
    .orderBy("id"),
);

const listAll = statement(({ builder }, { after, limit }: { after: string; limit: number }) =>
  builder.selectFrom("access_key").selectAll().where("id", ">", after).orderBy("id").limit(limit),
);

const insert = statement(
  (
    { builder },
    row: Pick<StoredAccessKey, "id" | "sealedSecret" | "status" | "createdAt"> & {
      readonly account: AccountId;
      readonly owner: string;
    },
  ) =>
    builder.insertInto("access_key").values({
      id: row.id,
      account: row.account,
      owner: row.owner,
      sealed_secret: row.sealedSecret,
      status: row.status,
      created_at: row.createdAt,
    }),
);

const setStatus = statement(({ builder }, { id, status }: Pick<StoredAccessKey, "id" | "status">) =>
  builder.updateTable("access_key").set({ status }).where("id", "=", id),
);

const reseal = statement(
  ({ builder }, { id, sealedSecret }: Pick<StoredAccessKey, "id" | "sealedSecret">) =>
    builder.updateTable("access_key").set({ sealed_secret: sealedSecret }).where("id", "=", id),
);

const recordUse = statement(({ builder }, use: Fields<KeyUse> & { readonly id: string }) =>
  builder
    .updateTable("access_key")
    .set({ used_at: use.at, used_region: use.region, used_service: use.service })
    .where("id", "=", use.id)
    .where(({ or, eb }) => or([eb("used_at", "is", null), eb("used_at", "<", use.at)])),
);

const remove = statement(({ builder }, { id }: { id: string }) =>
  builder.deleteFrom("access_key").where("id", "=", id),
);
