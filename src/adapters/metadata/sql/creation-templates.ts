import type {
  CreationTemplateReads,
  CreationTemplateWrites,
} from "../../../ports/creation-template-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  CreationTemplate,
  TemplateSettings,
} from "../../../registry/creation-templates/creation-template.ts";
import type { Registry } from "../../../registry/names.ts";
import type { CreationTemplateTable } from "./creation-template-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlCreationTemplates implements CreationTemplateReads, CreationTemplateWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async at(registry: Registry, keys: readonly string[]): Promise<CreationTemplate[]> {
    return (await at.all(this.#session, registryKey(registry), keys)).map(toTemplate);
  }

  async list(
    registry: Registry,
    { after = "", limit }: PageRequest<string>,
  ): Promise<CreationTemplate[]> {
    const page = { ...registryKey(registry), prefix: after, limit };
    return (await this.#session.all(list, page)).map(toTemplate);
  }

  async insertIfAbsent(template: CreationTemplate): Promise<boolean> {
    return (await this.#session.change(insert, toRow(template))) > 0;
  }

  async lock(registry: Registry, prefix: string): Promise<CreationTemplate | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), prefix });
    return row && toTemplate(row);
  }

  async replace(template: CreationTemplate): Promise<void> {
    await this.#session.later(replace, toRow(template));
  }

  async remove(registry: Registry, prefix: string): Promise<void> {
    await this.#session.later(remove, { ...registryKey(registry), prefix });
  }
}

type Key = RegistryKey & { readonly prefix: string };

function toTemplate(row: CreationTemplateTable): CreationTemplate {
  return {
    registry: registryKey(row),
    key: row.prefix,
    settings: JSON.parse(row.settings) as TemplateSettings,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(template: CreationTemplate): Fields<CreationTemplateTable> {
  return {
    ...registryKey(template.registry),
    prefix: template.key,
    settings: JSON.stringify(template.settings),
    version: template.version,
    created_at: template.createdAt,
    updated_at: template.updatedAt,
  };
}

const of = (key: Key) => ({ ...ofRegistry(key), prefix: key.prefix });

const at = new ListStatement(({ builder }, key: RegistryKey, keys) =>
  builder
    .selectFrom("creation_template")
    .selectAll()
    .where((row) => row.and(ofRegistry(key)))
    .where("prefix", "in", keys),
);

const list = statement(({ builder }, page: Key & { readonly limit: number }) =>
  builder
    .selectFrom("creation_template")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("prefix", ">", page.prefix)
    .orderBy("prefix")
    .limit(page.limit),
);

const lock = statement(({ builder, locksRows }, key: Key) => {
  const query = builder
    .selectFrom("creation_template")
    .selectAll()
    .where((row) => row.and(of(key)));
  return locksRows ? query.forUpdate() : query;
});

const insert = statement(({ builder }, row: Fields<CreationTemplateTable>) =>
  builder
    .insertInto("creation_template")
    .values({
      ...ofRegistry(row),
      prefix: row.prefix,
      settings: row.settings,
      version: row.version,
      created_at: row.created_at,
      updated_at: row.updated_at,
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "prefix"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<CreationTemplateTable>) =>
  builder
    .updateTable("creation_template")
    .set({ settings: row.settings, version: row.version, updated_at: row.updated_at })
    .where((each) => each.and({ ...ofRegistry(row), prefix: row.prefix })),
);

const remove = statement(({ builder }, key: Key) =>
  builder.deleteFrom("creation_template").where((row) => row.and(of(key))),
);
