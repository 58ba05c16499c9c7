import type { SessionReads, SessionWrites } from "../../../ports/identity-store.ts";
import type { PageRequest } from "../../../ports/metadata-store.ts";
import type { EntityRef } from "../../../registry/identity/entity.ts";
import type {
  Session,
  SessionClaims,
  SessionUse,
} from "../../../registry/identity/stored-credential.ts";
import type { AccountId } from "../../../registry/names.ts";
import type { SessionTable } from "./identity-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlSessions implements SessionReads, SessionWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(accessKeyId: string): Promise<Session | undefined> {
    const row = await this.#session.first(find, { id: accessKeyId });
    return row && toSession(row);
  }

  async of(
    { account, id }: EntityRef,
    kind: Session["kind"],
    { after, limit }: PageRequest<string>,
  ): Promise<Session[]> {
    const page = { account, owner: id, kind, after: after ?? "", limit };
    return (await this.#session.all(of, page)).map(toSession);
  }

  async pullSecrets(account: AccountId, { after, limit }: PageRequest<string>): Promise<Session[]> {
    const page = { account, after: after ?? "", limit };
    return (await this.#session.all(pullSecrets, page)).map(toSession);
  }

  async pullSecretCount(account: AccountId): Promise<number> {
    const row = await this.#session.first(pullSecretCount, { account });
    return Number(row?.secrets ?? 0);
  }

  async listAll({ after = "", limit }: PageRequest<string>): Promise<Session[]> {
    return (await this.#session.all(listAll, { after, limit })).map(toSession);
  }

  async insert(session: Session): Promise<void> {
    await this.#session.later(insert, {
      id: session.accessKeyId,
      account: session.owner.account,
      owner: session.owner.id,
      kind: session.kind,
      name: session.name,
      sealed_secret: session.sealedSecret,
      claims: JSON.stringify(session.claims),
      created_at: session.createdAt,
      expires_at: session.expiresAt,
      used_at: session.lastUse?.at ?? null,
      used_region: session.lastUse?.region ?? null,
    });
  }

  async recordUse(accessKeyId: string, { at, region }: SessionUse): Promise<void> {
    await this.#session.later(recordUse, { id: accessKeyId, at, region });
  }

  async reseal(accessKeyId: string, sealedSecret: Uint8Array): Promise<void> {
    await this.#session.later(reseal, { id: accessKeyId, sealedSecret });
  }

  async remove(accessKeyId: string): Promise<void> {
    await this.#session.later(remove, { id: accessKeyId });
  }

  async removeOf({ account, id }: EntityRef): Promise<void> {
    await this.#session.later(removeOf, { account, owner: id });
  }

  async removeExpired(now: number, limit: number): Promise<number> {
    const expired = await this.#session.all(findExpired, { now, limit });
    await this.#session.allLater(expired.map(({ id }) => this.#session.command(remove, { id })));
    return expired.length;
  }
}

function toSession(row: SessionTable): Session {
  const { used_at: at, used_region: region } = row;
  return {
    accessKeyId: row.id,
    kind: row.kind,
    owner: { account: row.account, id: row.owner },
    name: row.name,
    sealedSecret: row.sealed_secret,
    claims: JSON.parse(row.claims) as SessionClaims,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUse: at === null || region === null ? undefined : { at, region },
  };
}

const find = statement(({ builder }, { id }: { id: string }) =>
  builder.selectFrom("session").selectAll().where("id", "=", id),
);

type Page = { account: AccountId; after: string; limit: number };

const of = statement(({ builder }, page: Page & { owner: string; kind: Session["kind"] }) =>
  builder
    .selectFrom("session")
    .selectAll()
    .where("account", "=", page.account)
    .where("owner", "=", page.owner)
    .where("kind", "=", page.kind)
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const pullSecrets = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("session")
    .selectAll()
    .where("account", "=", page.account)
    .where("kind", "=", "pull-secret")
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const pullSecretCount = statement(({ builder }, { account }: { account: AccountId }) =>
  builder
    .selectFrom("session")
    .select(({ fn }) => fn.countAll<number>().as("secrets"))
    .where("account", "=", account)
    .where("kind", "=", "pull-secret"),
);

const listAll = statement(({ builder }, { after, limit }: { after: string; limit: number }) =>
  builder.selectFrom("session").selectAll().where("id", ">", after).orderBy("id").limit(limit),
);

const insert = statement(({ builder }, row: Fields<SessionTable>) =>
  builder.insertInto("session").values({
    id: row.id,
    account: row.account,
    owner: row.owner,
    kind: row.kind,
    name: row.name,
    sealed_secret: row.sealed_secret,
    claims: row.claims,
    created_at: row.created_at,
    expires_at: row.expires_at,
    used_at: row.used_at,
    used_region: row.used_region,
  }),
);

const reseal = statement(
  ({ builder }, { id, sealedSecret }: { id: string; sealedSecret: Uint8Array }) =>
    builder.updateTable("session").set({ sealed_secret: sealedSecret }).where("id", "=", id),
);

const recordUse = statement(({ builder }, use: Fields<SessionUse> & { readonly id: string }) =>
  builder
    .updateTable("session")
    .set({ used_at: use.at, used_region: use.region })
    .where("id", "=", use.id)
    .where(({ or, eb }) => or([eb("used_at", "is", null), eb("used_at", "<", use.at)])),
);

const remove = statement(({ builder }, { id }: { id: string }) =>
  builder.deleteFrom("session").where("id", "=", id),
);

const removeOf = statement(
  ({ builder }, { account, owner }: { account: AccountId; owner: string }) =>
    builder.deleteFrom("session").where("account", "=", account).where("owner", "=", owner),
);

/** Others who clean up at the same time take other rows. */
const findExpired = statement((dialect, { now, limit }: { now: number; limit: number }) => {
  const query = dialect.builder
    .selectFrom("session")
    .select("id")
    .where("expires_at", "<=", now)
    .orderBy("expires_at")
    .limit(limit);
  return dialect.locksRows ? query.forUpdate().skipLocked() : query;
});
