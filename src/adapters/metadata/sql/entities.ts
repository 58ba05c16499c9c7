import { sql } from "kysely";
import type { EntityReads, EntityWrites } from "../../../ports/identity-store.ts";
import type { PageRequest } from "../../../ports/metadata-store.ts";
import {
  type Entity,
  type EntityKind,
  type EntityOf,
  type EntityRef,
  nameKey,
} from "../../../registry/identity/entity.ts";
import { limits } from "../../../registry/limits.ts";
import type { AccountId } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import type { PrincipalTable } from "./identity-tables.ts";
import { toEntity, toPrincipalRow } from "./principal-row.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlEntities implements EntityReads, EntityWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find<Kind extends EntityKind>(account: AccountId, kind: Kind, name: string) {
    const row = await this.#session.first(find, { account, kind, key: nameKey(name) });
    return row && (toEntity(row) as EntityOf<Kind>);
  }

  async lock<Kind extends EntityKind>(account: AccountId, kind: Kind, name: string) {
    const row = await this.#session.first(lock, { account, kind, key: nameKey(name) });
    return row && (toEntity(row) as EntityOf<Kind>);
  }

  async findById(id: string): Promise<Entity | undefined> {
    const row = await this.#session.first(findById, { id });
    return row && toEntity(row);
  }

  async list<Kind extends EntityKind>(
    account: AccountId,
    kind: Kind,
    { after, limit }: PageRequest<string>,
    { pathPrefix }: { readonly pathPrefix?: string | undefined } = {},
  ): Promise<EntityOf<Kind>[]> {
    const key = { account, kind, after: nameKey(after ?? ""), prefix: pathPrefix ?? "", limit };
    const rows = await this.#session.all(list, key);
    return rows.map((row) => toEntity(row) as EntityOf<Kind>);
  }

  async count(account: AccountId, kind: EntityKind): Promise<number> {
    const row = await this.#session.first(count, { account, kind });
    return Number(row?.entities ?? 0);
  }

  async groupsOf({ account, id }: EntityRef): Promise<EntityOf<"group">[]> {
    const rows = await this.#session.all(groupsOf, { account, id, limit: limits.groupsPerUser });
    return rows.map((row) => toEntity(row) as EntityOf<"group">);
  }

  async members(
    { account, id }: EntityRef,
    { after, limit }: PageRequest<string>,
  ): Promise<EntityOf<"user">[]> {
    const key = { account, id, after: after ?? "", limit };
    const rows = await this.#session.all(members, key);
    return rows.map((row) => toEntity(row) as EntityOf<"user">);
  }

  async insertIfAbsent(entity: Entity): Promise<boolean> {
    return (await this.#session.change(insert, toPrincipalRow(entity))) > 0;
  }

  async replace(entity: Entity): Promise<boolean> {
    const { account, kind, id, name } = entity;
    const holder = await this.find(account, kind, name);
    if (holder !== undefined && holder.id !== id) return false;
    await this.#session.later(replace, toPrincipalRow(entity));
    return true;
  }

  async remove({ id }: EntityRef): Promise<void> {
    await this.#session.later(remove, { id });
  }

  async addMember(group: EntityRef, user: EntityRef): Promise<boolean> {
    const row = { account: group.account, group: group.id, user: user.id };
    return (await this.#session.change(addMember, row)) > 0;
  }

  async removeMember(group: EntityRef, user: EntityRef): Promise<boolean> {
    const row = { account: group.account, group: group.id, user: user.id };
    return (await this.#session.change(removeMember, row)) > 0;
  }

  async recordUse({ id }: EntityRef, at: number, region: string): Promise<void> {
    await this.#session.later(recordUse, { id, at, region });
  }
}

type NameKey = { account: AccountId; kind: EntityKind; key: string };

const byName = ({ builder }: SqlDialect, { account, kind, key }: NameKey) =>
  builder
    .selectFrom("principal")
    .selectAll()
    .where("account", "=", account)
    .where("kind", "=", kind)
    .where("name_key", "=", key);

const find = statement(byName);

const lock = statement((dialect, key: NameKey) =>
  dialect.locksRows ? byName(dialect, key).forUpdate() : byName(dialect, key),
);

const findById = statement(({ builder }, { id }: { id: string }) =>
  builder.selectFrom("principal").selectAll().where("id", "=", id),
);

type Page = { account: AccountId; kind: EntityKind; after: string; prefix: string; limit: number };

const list = statement(({ builder }, { account, kind, after, prefix, limit }: Page) =>
  builder
    .selectFrom("principal")
    .selectAll()
    .where("account", "=", account)
    .where("kind", "=", kind)
    .where("name_key", ">", after)
    .where(sql<boolean>`substr(path, 1, length(${prefix})) = ${prefix}`)
    .orderBy("name_key")
    .limit(limit),
);

const count = statement(({ builder }, key: { account: AccountId; kind: EntityKind }) =>
  builder
    .selectFrom("principal")
    .select(({ fn }) => fn.countAll<number>().as("entities"))
    .where("account", "=", key.account)
    .where("kind", "=", key.kind),
);

const groupsOf = statement(
  ({ builder }, { account, id, limit }: { account: AccountId; id: string; limit: number }) =>
    builder
      .selectFrom("group_member")
      .innerJoin("principal", "principal.id", "group_member.member_of")
      .selectAll("principal")
      .where("group_member.account", "=", account)
      .where("group_member.user", "=", id)
      .orderBy("principal.name_key")
      .limit(limit),
);

const members = statement(
  ({ builder }, page: { account: AccountId; id: string; after: string; limit: number }) =>
    builder
      .selectFrom("group_member")
      .innerJoin("principal", "principal.id", "group_member.user")
      .selectAll("principal")
      .where("group_member.account", "=", page.account)
      .where("group_member.member_of", "=", page.id)
      .where("group_member.user", ">", page.after)
      .orderBy("group_member.user")
      .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<PrincipalTable>) =>
  builder
    .insertInto("principal")
    .values({
      account: row.account,
      kind: row.kind,
      name_key: row.name_key,
      name: row.name,
      id: row.id,
      path: row.path,
      created_at: row.created_at,
      ...changeable(row),
    })
    // Of the name as well as of the id.
    .onConflict((conflict) => conflict.doNothing()),
);

const replace = statement(({ builder }, row: Fields<PrincipalTable>) =>
  builder
    .updateTable("principal")
    .set({ name_key: row.name_key, name: row.name, path: row.path, ...changeable(row) })
    .where("id", "=", row.id),
);

/** Spelled out, as the parameters of a statement can not be spread. */
function changeable(row: PrincipalTable) {
  return {
    tags: row.tags,
    boundary: row.boundary,
    revoked_before: row.revoked_before,
    login: row.login,
    trust_policy: row.trust_policy,
    description: row.description,
    max_session_seconds: row.max_session_seconds,
    used_at: row.used_at,
    used_region: row.used_region,
  };
}

const remove = statement(({ builder }, { id }: { id: string }) =>
  builder.deleteFrom("principal").where("id", "=", id),
);

type Membership = { account: AccountId; group: string; user: string };

const addMember = statement(({ builder }, { account, group, user }: Membership) =>
  builder
    .insertInto("group_member")
    .values({ account, user, member_of: group })
    .onConflict((conflict) => conflict.columns(["account", "user", "member_of"]).doNothing()),
);

const removeMember = statement(({ builder }, { account, group, user }: Membership) =>
  builder
    .deleteFrom("group_member")
    .where("account", "=", account)
    .where("user", "=", user)
    .where("member_of", "=", group),
);

const recordUse = statement(
  ({ builder }, { id, at, region }: { id: string; at: number; region: string }) =>
    builder
      .updateTable("principal")
      .set({ used_at: at, used_region: region })
      .where("id", "=", id)
      .where(({ or, eb }) => or([eb("used_at", "is", null), eb("used_at", "<", at)])),
);
