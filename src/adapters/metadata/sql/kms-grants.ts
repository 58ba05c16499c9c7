import type { KmsGrantFilter, KmsGrantReads, KmsGrantWrites } from "../../../ports/kms-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import { grantScope } from "../../../registry/kms/grant-scope.ts";
import type { KmsGrant, KmsGrantConstraints, KmsKeyRef } from "../../../registry/kms/kms-key.ts";
import type { Registry } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { KmsGrantTable } from "./kms-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlKmsGrants implements KmsGrantReads, KmsGrantWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(key: KmsKeyRef, id: string): Promise<KmsGrant | undefined> {
    const row = await this.#session.first(find, { ...keyOf(key), id });
    return row && toGrant(row);
  }

  async list(
    key: KmsKeyRef,
    { after = "", limit }: PageRequest<string>,
    filter: KmsGrantFilter = {},
  ): Promise<KmsGrant[]> {
    const rows = await this.#session.query<KmsGrantTable>((dialect) =>
      filtered(dialect, { ...keyOf(key), after, limit }, filter),
    );
    return rows.map(toGrant);
  }

  async applicable(
    key: KmsKeyRef,
    grantees: readonly string[],
    scopes: readonly string[],
    limit: number,
  ): Promise<KmsGrant[]> {
    const pairs = grantees.flatMap((grantee) => scopes.map((scope) => ({ grantee, scope })));
    if (pairs.length === 0) return [];
    const rows = await this.#session.query<KmsGrantTable>(({ builder }) => {
      // A look at the index for each pair: of two lists PostgreSQL would use the index for one.
      const lookUps = pairs.map((pair) =>
        builder
          .selectFrom("kms_grant")
          .selectAll()
          .where((row) => row.and({ ...ofRegistry(keyOf(key)), key: key.id, ...pair })),
      );
      return lookUps.reduce((all, each) => all.unionAll(each)).limit(limit);
    });
    return rows.map(toGrant);
  }

  async retirable(
    registry: Registry,
    retiring: string,
    { after, limit }: PageRequest<{ readonly key: string; readonly id: string }>,
  ): Promise<KmsGrant[]> {
    const page = { afterKey: after?.key ?? "", afterId: after?.id ?? "", limit };
    const rows = await this.#session.all(retirable, {
      ...registryKey(registry),
      retiring,
      ...page,
    });
    return rows.map(toGrant);
  }

  async count(key: KmsKeyRef): Promise<number> {
    const row = await this.#session.first(count, keyOf(key));
    return Number(row?.grants ?? 0);
  }

  async insert(grant: KmsGrant): Promise<void> {
    await this.#session.later(insert, toRow(grant));
  }

  async remove(key: KmsKeyRef, id: string): Promise<boolean> {
    return (await this.#session.change(remove, { ...keyOf(key), id })) > 0;
  }

  async removeOf(key: KmsKeyRef): Promise<void> {
    await this.#session.later(removeOf, keyOf(key));
  }
}

type OfKey = RegistryKey & { readonly key: string };
type One = OfKey & { readonly id: string };

function keyOf({ registry, id }: KmsKeyRef): OfKey {
  return { ...registryKey(registry), key: id };
}

function toGrant(row: KmsGrantTable): KmsGrant {
  return {
    key: { registry: registryKey(row), id: row.key },
    id: row.id,
    name: row.name,
    grantee: row.grantee,
    retiring: row.retiring,
    operations: JSON.parse(row.operations) as string[],
    constraints: JSON.parse(row.constraints) as KmsGrantConstraints,
    issuer: row.issuer,
    createdAt: row.created_at,
  };
}

function toRow(grant: KmsGrant): Fields<KmsGrantTable> {
  return {
    ...keyOf(grant.key),
    id: grant.id,
    name: grant.name,
    grantee: grant.grantee,
    retiring: grant.retiring,
    operations: JSON.stringify(grant.operations),
    constraints: JSON.stringify(grant.constraints),
    scope: grantScope(grant),
    issuer: grant.issuer,
    created_at: grant.createdAt,
  };
}

const find = statement(({ builder }, grant: One) =>
  builder
    .selectFrom("kms_grant")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(grant), key: grant.key, id: grant.id })),
);

function filtered(
  { builder }: SqlDialect,
  page: OfKey & { readonly after: string; readonly limit: number },
  { grantee, name, like }: KmsGrantFilter,
) {
  let query = builder
    .selectFrom("kms_grant")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), key: page.key }))
    .where("id", ">", page.after);
  if (grantee !== undefined) query = query.where("grantee", "=", grantee);
  if (name !== undefined) query = query.where("name", "=", name);
  if (like !== undefined) query = query.where("scope", "=", grantScope(like));
  return query.orderBy("id").limit(page.limit);
}

type RetirablePage = RegistryKey & {
  readonly retiring: string;
  readonly afterKey: string;
  readonly afterId: string;
  readonly limit: number;
};

const retirable = statement(({ builder }, page: RetirablePage) =>
  builder
    .selectFrom("kms_grant")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), retiring: page.retiring }))
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("key", "id"), ">", tuple(page.afterKey, page.afterId)),
    )
    .orderBy("key")
    .orderBy("id")
    .limit(page.limit),
);

const count = statement(({ builder }, key: OfKey) =>
  builder
    .selectFrom("kms_grant")
    .select(({ fn }) => fn.countAll().as("grants"))
    .where((row) => row.and({ ...ofRegistry(key), key: key.key })),
);

const insert = statement(({ builder }, row: Fields<KmsGrantTable>) =>
  builder.insertInto("kms_grant").values({
    ...ofRegistry(row),
    key: row.key,
    id: row.id,
    name: row.name,
    grantee: row.grantee,
    retiring: row.retiring,
    operations: row.operations,
    constraints: row.constraints,
    scope: row.scope,
    issuer: row.issuer,
    created_at: row.created_at,
  }),
);

const remove = statement(({ builder }, grant: One) =>
  builder
    .deleteFrom("kms_grant")
    .where((row) => row.and({ ...ofRegistry(grant), key: grant.key, id: grant.id })),
);

const removeOf = statement(({ builder }, key: OfKey) =>
  builder.deleteFrom("kms_grant").where((row) => row.and({ ...ofRegistry(key), key: key.key })),
);
