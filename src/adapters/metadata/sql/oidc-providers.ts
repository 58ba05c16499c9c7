import type { OidcProviderReads, OidcProviderWrites } from "../../../ports/identity-store.ts";
import type {
  OidcProvider,
  SignOn,
  SignOnSecret,
} from "../../../registry/identity/stored-credential.ts";
import { limits } from "../../../registry/limits.ts";
import type { AccountId } from "../../../registry/names.ts";
import type { SealedValue } from "../../../registry/secrets/secret.ts";
import type { SqlDialect } from "./dialect.ts";
import type { OidcProviderTable } from "./identity-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlOidcProviders implements OidcProviderReads, OidcProviderWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(account: AccountId, url: string): Promise<OidcProvider | undefined> {
    const row = await this.#session.first(find, { account, url });
    return row && toProvider(row);
  }

  async lock(account: AccountId, url: string): Promise<OidcProvider | undefined> {
    const row = await this.#session.first(lock, { account, url });
    return row && toProvider(row);
  }

  async list(account: AccountId): Promise<OidcProvider[]> {
    const page = { account, limit: limits.oidcProvidersPerAccount };
    return (await this.#session.all(list, page)).map(toProvider);
  }

  async insertIfAbsent(provider: OidcProvider): Promise<boolean> {
    return (await this.#session.change(insert, toRow(provider))) > 0;
  }

  async replace(provider: OidcProvider): Promise<void> {
    await this.#session.later(replace, toRow(provider));
  }

  async remove(account: AccountId, url: string): Promise<void> {
    await this.#session.later(remove, { account, url });
  }
}

function toProvider(row: OidcProviderTable): OidcProvider {
  return {
    account: row.account,
    url: row.url,
    clientIds: JSON.parse(row.client_ids) as string[],
    thumbprints: JSON.parse(row.thumbprints) as string[],
    tags: JSON.parse(row.tags) as { key: string; value: string }[],
    createdAt: row.created_at,
    signOn: row.sign_on ? toSignOn(row.sign_on) : undefined,
  };
}

/** The secret's bytes in base64. */
function toSignOn(text: string): SignOn {
  const { clientSecret, ...rest } = JSON.parse(text) as StoredSignOn;
  if (clientSecret === undefined) return { ...rest, clientSecret };
  const { wrappedKey, content, ...sealed } = clientSecret.sealed;
  const bytes = { wrappedKey: fromBase64(wrappedKey), content: fromBase64(content) };
  return { ...rest, clientSecret: { ...clientSecret, sealed: { ...sealed, ...bytes } } };
}

type StoredSignOn = Omit<SignOn, "clientSecret"> & {
  readonly clientSecret?: Omit<SignOnSecret, "sealed"> & {
    readonly sealed: Omit<SealedValue, "wrappedKey" | "content"> & {
      readonly wrappedKey: string;
      readonly content: string;
    };
  };
};

function fromSignOn({ clientSecret, ...rest }: SignOn): string {
  if (clientSecret === undefined) return JSON.stringify(rest);
  const { wrappedKey, content, ...sealed } = clientSecret.sealed;
  const texts = { wrappedKey: toBase64(wrappedKey), content: toBase64(content) };
  const stored = { ...clientSecret, sealed: { ...sealed, ...texts } };
  return JSON.stringify({ ...rest, clientSecret: stored } satisfies StoredSignOn);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

function toRow(provider: OidcProvider): Fields<OidcProviderTable> {
  return {
    account: provider.account,
    url: provider.url,
    client_ids: JSON.stringify(provider.clientIds),
    thumbprints: JSON.stringify(provider.thumbprints),
    tags: JSON.stringify(provider.tags),
    created_at: provider.createdAt,
    sign_on: provider.signOn === undefined ? null : fromSignOn(provider.signOn),
  };
}

type Key = { account: AccountId; url: string };

const byUrl = ({ builder }: SqlDialect, { account, url }: Key) =>
  builder
    .selectFrom("oidc_provider")
    .selectAll()
    .where("account", "=", account)
    .where("url", "=", url);

const find = statement(byUrl);

const lock = statement((dialect, key: Key) =>
  dialect.locksRows ? byUrl(dialect, key).forUpdate() : byUrl(dialect, key),
);

const list = statement(({ builder }, { account, limit }: { account: AccountId; limit: number }) =>
  builder
    .selectFrom("oidc_provider")
    .selectAll()
    .where("account", "=", account)
    .orderBy("url")
    .limit(limit),
);

const insert = statement(({ builder }, row: Fields<OidcProviderTable>) =>
  builder
    .insertInto("oidc_provider")
    .values({
      account: row.account,
      url: row.url,
      client_ids: row.client_ids,
      thumbprints: row.thumbprints,
      tags: row.tags,
      created_at: row.created_at,
      sign_on: row.sign_on,
    })
    .onConflict((conflict) => conflict.columns(["account", "url"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<OidcProviderTable>) =>
  builder
    .updateTable("oidc_provider")
    .set({
      client_ids: row.client_ids,
      thumbprints: row.thumbprints,
      tags: row.tags,
      sign_on: row.sign_on,
    })
    .where("account", "=", row.account)
    .where("url", "=", row.url),
);

const remove = statement(({ builder }, { account, url }: Key) =>
  builder.deleteFrom("oidc_provider").where("account", "=", account).where("url", "=", url),
);
