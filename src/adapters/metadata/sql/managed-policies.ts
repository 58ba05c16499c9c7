import { sql } from "kysely";
import type { Attachment, PolicyReads, PolicyWrites } from "../../../ports/identity-store.ts";
import type { PageRequest } from "../../../ports/metadata-store.ts";
import { type EntityKind, type EntityRef, nameKey } from "../../../registry/identity/entity.ts";
import type {
  InlinePolicy,
  ManagedPolicy,
  PolicyVersion,
} from "../../../registry/identity/managed-policy.ts";
import type { AccountId } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import type { PolicyTable, PolicyVersionTable } from "./identity-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlPolicies implements PolicyReads, PolicyWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(account: AccountId, name: string): Promise<ManagedPolicy | undefined> {
    const row = await this.#session.first(find, { account, key: nameKey(name) });
    return row && toPolicy(row);
  }

  async lock(account: AccountId, name: string): Promise<ManagedPolicy | undefined> {
    const row = await this.#session.first(lock, { account, key: nameKey(name) });
    return row && toPolicy(row);
  }

  async list(
    account: AccountId,
    { after, limit }: PageRequest<string>,
    { pathPrefix }: { readonly pathPrefix?: string | undefined } = {},
  ): Promise<ManagedPolicy[]> {
    const page = { account, after: nameKey(after ?? ""), prefix: pathPrefix ?? "", limit };
    return (await this.#session.all(list, page)).map(toPolicy);
  }

  async count(account: AccountId): Promise<number> {
    return Number((await this.#session.first(count, { account }))?.policies ?? 0);
  }

  async versions({ account, id }: EntityRef): Promise<PolicyVersion[]> {
    return (await this.#session.all(versions, { account, id })).map(toVersion);
  }

  async version({ account, id }: EntityRef, version: number): Promise<PolicyVersion | undefined> {
    const row = await this.#session.first(findVersion, { account, id, version });
    return row && toVersion(row);
  }

  async countVersions(account: AccountId): Promise<number> {
    return Number((await this.#session.first(countVersions, { account }))?.versions ?? 0);
  }

  async attached({ account, id }: EntityRef): Promise<string[]> {
    const rows = await this.#session.all(attached, { account, id });
    return rows.map((row) => row.policy_arn);
  }

  async attachments(
    account: AccountId,
    arn: string,
    { after, limit }: PageRequest<Pick<Attachment, "kind" | "id">>,
  ): Promise<Attachment[]> {
    const { kind, id } = after ?? { kind: "" as const, id: "" };
    const page = { account, arn, afterKind: kind, afterId: id, limit };
    const rows = await this.#session.all(attachments, page);
    return rows.map(toAttachment);
  }

  async attachmentCount(account: AccountId, arn: string): Promise<number> {
    return Number((await this.#session.first(attachmentCount, { account, arn }))?.entities ?? 0);
  }

  async bounded(
    account: AccountId,
    arn: string,
    { after, limit }: PageRequest<string>,
  ): Promise<Attachment[]> {
    const page = { account, arn, after: after ?? "", limit };
    return (await this.#session.all(bounded, page)).map(toAttachment);
  }

  async boundaryCount(account: AccountId, arn: string): Promise<number> {
    return Number((await this.#session.first(boundaryCount, { account, arn }))?.entities ?? 0);
  }

  async inline({ account, id }: EntityRef): Promise<InlinePolicy[]> {
    return this.#session.all(inline, { account, id });
  }

  async insertIfAbsent(policy: ManagedPolicy): Promise<boolean> {
    return (await this.#session.change(insert, toRow(policy))) > 0;
  }

  async replace(policy: ManagedPolicy): Promise<void> {
    await this.#session.later(replace, toRow(policy));
  }

  async remove({ account, id }: EntityRef): Promise<void> {
    await this.#session.later(removeVersions, { account, id });
    await this.#session.later(remove, { account, id });
  }

  async insertVersion({ account, id }: EntityRef, version: PolicyVersion): Promise<void> {
    await this.#session.later(insertVersion, { account, id, ...version });
  }

  async removeVersion({ account, id }: EntityRef, version: number): Promise<void> {
    await this.#session.later(removeVersion, { account, id, version });
  }

  async attach(entity: EntityRef & { kind: EntityKind }, arn: string): Promise<boolean> {
    const { account, id, kind } = entity;
    return (await this.#session.change(attach, { account, id, kind, arn })) > 0;
  }

  async detach({ account, id }: EntityRef, arn: string): Promise<boolean> {
    return (await this.#session.change(detach, { account, id, arn })) > 0;
  }

  async putInline({ account, id }: EntityRef, { name, document }: InlinePolicy): Promise<void> {
    await this.#session.later(putInline, { account, id, name, document });
  }

  async removeInline({ account, id }: EntityRef, name: string): Promise<boolean> {
    return (await this.#session.change(removeInline, { account, id, name })) > 0;
  }
}

function toPolicy(row: PolicyTable): ManagedPolicy {
  return {
    account: row.account,
    name: row.name,
    id: row.id,
    path: row.path,
    description: row.description,
    defaultVersion: row.default_version,
    versionsMade: row.versions_made,
    tags: JSON.parse(row.tags) as { key: string; value: string }[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(policy: ManagedPolicy): Fields<PolicyTable> {
  return {
    account: policy.account,
    name_key: nameKey(policy.name),
    name: policy.name,
    id: policy.id,
    path: policy.path,
    description: policy.description,
    default_version: policy.defaultVersion,
    versions_made: policy.versionsMade,
    tags: JSON.stringify(policy.tags),
    created_at: policy.createdAt,
    updated_at: policy.updatedAt,
  };
}

function toVersion({ version, document, created_at: createdAt }: PolicyVersionTable) {
  return { version, document, createdAt };
}

function toAttachment({ kind, name, id, path }: Attachment): Attachment {
  return { kind, name, id, path };
}

type Id = { account: AccountId; id: string };
type Name = { account: AccountId; key: string };

const byName = ({ builder }: SqlDialect, { account, key }: Name) =>
  builder
    .selectFrom("policy")
    .selectAll()
    .where("account", "=", account)
    .where("name_key", "=", key);

const find = statement(byName);

const lock = statement((dialect, key: Name) =>
  dialect.locksRows ? byName(dialect, key).forUpdate() : byName(dialect, key),
);

type Page = { account: AccountId; after: string; prefix: string; limit: number };

const list = statement(({ builder }, { account, after, prefix, limit }: Page) =>
  builder
    .selectFrom("policy")
    .selectAll()
    .where("account", "=", account)
    .where("name_key", ">", after)
    .where(sql<boolean>`substr(path, 1, length(${prefix})) = ${prefix}`)
    .orderBy("name_key")
    .limit(limit),
);

const count = statement(({ builder }, { account }: { account: AccountId }) =>
  builder
    .selectFrom("policy")
    .select(({ fn }) => fn.countAll<number>().as("policies"))
    .where("account", "=", account),
);

const versions = statement(({ builder }, { account, id }: Id) =>
  builder
    .selectFrom("policy_version")
    .selectAll()
    .where("account", "=", account)
    .where("policy", "=", id)
    .orderBy("version", "desc"),
);

const findVersion = statement(({ builder }, { account, id, version }: Id & { version: number }) =>
  builder
    .selectFrom("policy_version")
    .selectAll()
    .where("account", "=", account)
    .where("policy", "=", id)
    .where("version", "=", version),
);

const countVersions = statement(({ builder }, { account }: { account: AccountId }) =>
  builder
    .selectFrom("policy_version")
    .select(({ fn }) => fn.countAll<number>().as("versions"))
    .where("account", "=", account),
);

const attached = statement(({ builder }, { account, id }: Id) =>
  builder
    .selectFrom("policy_attachment")
    .select("policy_arn")
    .where("account", "=", account)
    .where("principal", "=", id)
    .orderBy("policy_arn"),
);

type Of = { account: AccountId; arn: string };
type AttachmentPage = Of & { afterKind: EntityKind | ""; afterId: string; limit: number };

const attachments = statement(({ builder }, page: AttachmentPage) =>
  builder
    .selectFrom("policy_attachment as attachment")
    .innerJoin("principal", "principal.id", "attachment.principal")
    .select(["attachment.kind", "principal.name", "principal.id", "principal.path"])
    .where("attachment.account", "=", page.account)
    .where("attachment.policy_arn", "=", page.arn)
    .where(
      sql<boolean>`(attachment.kind, attachment.principal) > (${page.afterKind}, ${page.afterId})`,
    )
    .orderBy("attachment.kind")
    .orderBy("attachment.principal")
    .limit(page.limit),
);

const attachmentCount = statement(({ builder }, { account, arn }: Of) =>
  builder
    .selectFrom("policy_attachment")
    .select(({ fn }) => fn.countAll<number>().as("entities"))
    .where("account", "=", account)
    .where("policy_arn", "=", arn),
);

const bounded = statement(({ builder }, page: Of & { after: string; limit: number }) =>
  builder
    .selectFrom("principal")
    .select(["kind", "name", "id", "path"])
    .where("account", "=", page.account)
    .where("boundary", "=", page.arn)
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const boundaryCount = statement(({ builder }, { account, arn }: Of) =>
  builder
    .selectFrom("principal")
    .select(({ fn }) => fn.countAll<number>().as("entities"))
    .where("account", "=", account)
    .where("boundary", "=", arn),
);

const inline = statement(({ builder }, { account, id }: Id) =>
  builder
    .selectFrom("inline_policy")
    .select(["name", "document"])
    .where("account", "=", account)
    .where("principal", "=", id)
    .orderBy("name"),
);

const insert = statement(({ builder }, row: Fields<PolicyTable>) =>
  builder
    .insertInto("policy")
    .values({
      account: row.account,
      name_key: row.name_key,
      name: row.name,
      id: row.id,
      path: row.path,
      description: row.description,
      default_version: row.default_version,
      versions_made: row.versions_made,
      tags: row.tags,
      created_at: row.created_at,
      updated_at: row.updated_at,
    })
    .onConflict((conflict) => conflict.columns(["account", "name_key"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<PolicyTable>) =>
  builder
    .updateTable("policy")
    .set({
      default_version: row.default_version,
      versions_made: row.versions_made,
      tags: row.tags,
      updated_at: row.updated_at,
    })
    .where("account", "=", row.account)
    .where("id", "=", row.id),
);

const remove = statement(({ builder }, { account, id }: Id) =>
  builder.deleteFrom("policy").where("account", "=", account).where("id", "=", id),
);

const removeVersions = statement(({ builder }, { account, id }: Id) =>
  builder.deleteFrom("policy_version").where("account", "=", account).where("policy", "=", id),
);

const insertVersion = statement(({ builder }, row: Id & Fields<PolicyVersion>) =>
  builder.insertInto("policy_version").values({
    account: row.account,
    policy: row.id,
    version: row.version,
    document: row.document,
    created_at: row.createdAt,
  }),
);

const removeVersion = statement(({ builder }, { account, id, version }: Id & { version: number }) =>
  builder
    .deleteFrom("policy_version")
    .where("account", "=", account)
    .where("policy", "=", id)
    .where("version", "=", version),
);

const attach = statement(
  ({ builder }, { account, id, kind, arn }: Id & { kind: EntityKind; arn: string }) =>
    builder
      .insertInto("policy_attachment")
      .values({ account, principal: id, policy_arn: arn, kind })
      .onConflict((conflict) =>
        conflict.columns(["account", "principal", "policy_arn"]).doNothing(),
      ),
);

const detach = statement(({ builder }, { account, id, arn }: Id & { arn: string }) =>
  builder
    .deleteFrom("policy_attachment")
    .where("account", "=", account)
    .where("principal", "=", id)
    .where("policy_arn", "=", arn),
);

const putInline = statement(({ builder }, row: Id & Fields<InlinePolicy>) =>
  builder
    .insertInto("inline_policy")
    .values({ account: row.account, principal: row.id, name: row.name, document: row.document })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "principal", "name"])
        .doUpdateSet({ document: sql`excluded.document` }),
    ),
);

const removeInline = statement(({ builder }, { account, id, name }: Id & { name: string }) =>
  builder
    .deleteFrom("inline_policy")
    .where("account", "=", account)
    .where("principal", "=", id)
    .where("name", "=", name),
);
