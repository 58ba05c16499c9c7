import type { AccountReads, AccountWrites } from "../../../ports/identity-store.ts";
import type { PageRequest } from "../../../ports/metadata-store.ts";
import type { Account, AccountRequest } from "../../../registry/identity/account.ts";
import type { ResourceTag } from "../../../registry/identity/entity.ts";
import type { AccountId } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import type { AccountRequestTable, AccountTable } from "./identity-tables.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export class SqlAccounts implements AccountReads, AccountWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(id: AccountId): Promise<Account | undefined> {
    return optionally(toAccount, await this.#session.first(find, { id }));
  }

  async lock(id: AccountId): Promise<Account | undefined> {
    return optionally(toAccount, await this.#session.first(lock, { id }));
  }

  async findByAlias(alias: string): Promise<Account | undefined> {
    return optionally(toAccount, await this.#session.first(findByAlias, { alias }));
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const key = email.toLowerCase();
    return optionally(toAccount, await this.#session.first(findByEmail, { key }));
  }

  async list({ after, limit }: PageRequest<AccountId>): Promise<Account[]> {
    const rows = await this.#session.all(list, { after: after ?? "", limit });
    return rows.map(toAccount);
  }

  async count(): Promise<number> {
    const row = await this.#session.first(count, {});
    return Number(row?.accounts ?? 0);
  }

  async insertIfAbsent(account: Account): Promise<boolean> {
    const changes = await this.#session.change(insert, {
      ...account,
      key: account.email.toLowerCase(),
      alias: account.alias ?? null,
      tags: JSON.stringify(account.tags),
    });
    return changes > 0;
  }

  async replace(account: Account): Promise<boolean> {
    const { id, name, status, alias } = account;
    const tags = JSON.stringify(account.tags);
    if (alias !== undefined) {
      const holder = await this.findByAlias(alias);
      if (holder !== undefined && holder.id !== id) return false;
    }
    await this.#session.later(replace, { id, name, status, alias: alias ?? null, tags });
    return true;
  }

  async insertRequest(request: AccountRequest): Promise<void> {
    await this.#session.later(insertRequest, {
      ...request,
      failureReason: request.failureReason ?? null,
      account: request.account ?? null,
    });
  }

  async findRequest(id: string): Promise<AccountRequest | undefined> {
    return optionally(toRequest, await this.#session.first(findRequest, { id }));
  }

  async listRequests({ after, limit }: PageRequest<string>): Promise<AccountRequest[]> {
    const rows = await this.#session.all(listRequests, { after: after ?? "", limit });
    return rows.map(toRequest);
  }
}

function optionally<Row, Value>(map: (row: Row) => Value, row: Row | undefined) {
  return row === undefined ? undefined : map(row);
}

function toAccount(row: AccountTable): Account {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    status: row.status,
    joinedMethod: row.joined_method,
    createdAt: row.created_at,
    alias: row.alias ?? undefined,
    tags: JSON.parse(row.tags) as ResourceTag[],
  };
}

function toRequest(row: AccountRequestTable): AccountRequest {
  return {
    id: row.id,
    accountName: row.account_name,
    state: row.state,
    failureReason: row.failure_reason ?? undefined,
    account: row.account ?? undefined,
    requestedAt: row.requested_at,
    completedAt: row.completed_at,
  };
}

const byId = ({ builder }: SqlDialect, { id }: { id: AccountId }) =>
  builder.selectFrom("account").selectAll().where("id", "=", id);

const find = statement(byId);

const lock = statement((dialect, key: { id: AccountId }) =>
  dialect.locksRows ? byId(dialect, key).forUpdate() : byId(dialect, key),
);

const findByAlias = statement(({ builder }, { alias }: { alias: string }) =>
  builder.selectFrom("account").selectAll().where("alias", "=", alias),
);

const findByEmail = statement(({ builder }, { key }: { key: string }) =>
  builder.selectFrom("account").selectAll().where("email_key", "=", key),
);

const list = statement(({ builder }, page: { after: AccountId | ""; limit: number }) =>
  builder
    .selectFrom("account")
    .selectAll()
    .where("id", ">", page.after as AccountId)
    .orderBy("id")
    .limit(page.limit),
);

const count = statement(({ builder }, _nothing: object) =>
  builder.selectFrom("account").select(({ fn }) => fn.countAll<number>().as("accounts")),
);

type NewAccount = Omit<Account, "alias" | "tags"> & {
  readonly alias: string | null;
  readonly tags: string;
  readonly key: string;
};

const insert = statement(({ builder }, account: NewAccount) =>
  builder
    .insertInto("account")
    .values({
      id: account.id,
      name: account.name,
      email: account.email,
      email_key: account.key,
      status: account.status,
      joined_method: account.joinedMethod,
      created_at: account.createdAt,
      alias: account.alias,
      tags: account.tags,
    })
    // Of the id as well as of the email.
    .onConflict((conflict) => conflict.doNothing()),
);

const replace = statement(
  ({ builder }, account: Pick<NewAccount, "id" | "name" | "status" | "alias" | "tags">) =>
    builder
      .updateTable("account")
      .set({
        name: account.name,
        status: account.status,
        alias: account.alias,
        tags: account.tags,
      })
      .where("id", "=", account.id),
);

const insertRequest = statement(
  (
    { builder },
    request: Omit<AccountRequest, "failureReason" | "account"> & {
      readonly failureReason: NonNullable<AccountRequest["failureReason"]> | null;
      readonly account: AccountId | null;
    },
  ) =>
    builder.insertInto("account_request").values({
      id: request.id,
      account_name: request.accountName,
      state: request.state,
      failure_reason: request.failureReason,
      account: request.account,
      requested_at: request.requestedAt,
      completed_at: request.completedAt,
    }),
);

const findRequest = statement(({ builder }, { id }: { id: string }) =>
  builder.selectFrom("account_request").selectAll().where("id", "=", id),
);

const listRequests = statement(({ builder }, page: { after: string; limit: number }) =>
  builder
    .selectFrom("account_request")
    .selectAll()
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);
