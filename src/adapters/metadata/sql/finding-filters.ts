import type {
  FindingFilterReads,
  FindingFilterWrites,
} from "../../../ports/finding-filter-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { FindingCriteria } from "../../../registry/inspector/finding-criteria.ts";
import type { FindingFilter } from "../../../registry/inspector/finding-filter.ts";
import type { Registry } from "../../../registry/names.ts";
import type { FindingFilterTable } from "./inspector-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlFindingFilters implements FindingFilterReads, FindingFilterWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, id: string): Promise<FindingFilter | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), id });
    return row && toFilter(row);
  }

  async named(registry: Registry, name: string): Promise<FindingFilter | undefined> {
    const row = await this.#session.first(named, { ...registryKey(registry), name });
    return row && toFilter(row);
  }

  async list(registry: Registry, page: PageRequest<string>): Promise<FindingFilter[]> {
    const { after: id = "", limit } = page;
    return (await this.#session.all(list, { ...registryKey(registry), id, limit })).map(toFilter);
  }

  async suppressing(registry: Registry, limit: number): Promise<FindingFilter[]> {
    return (await this.#session.all(suppressing, { ...registryKey(registry), limit })).map(
      toFilter,
    );
  }

  async insertIfAbsent(filter: FindingFilter): Promise<boolean> {
    return (await this.#session.change(insert, toRow(filter))) > 0;
  }

  async replace(filter: FindingFilter): Promise<void> {
    await this.#session.later(replace, toRow(filter));
  }

  async remove(registry: Registry, id: string): Promise<void> {
    await this.#session.later(remove, { ...registryKey(registry), id });
  }
}

function toFilter(row: FindingFilterTable): FindingFilter {
  return {
    registry: registryKey(row),
    id: row.id,
    name: row.name,
    action: row.action,
    description: row.description ?? undefined,
    reason: row.reason ?? undefined,
    criteria: JSON.parse(row.criteria) as FindingCriteria,
    tags: JSON.parse(row.tags) as FindingFilter["tags"],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRow(filter: FindingFilter): Fields<FindingFilterTable> {
  return {
    ...registryKey(filter.registry),
    id: filter.id,
    name: filter.name,
    action: filter.action,
    description: filter.description ?? null,
    reason: filter.reason ?? null,
    criteria: JSON.stringify(filter.criteria),
    tags: JSON.stringify(filter.tags),
    created_at: filter.createdAt,
    updated_at: filter.updatedAt,
  };
}

type FilterKey = RegistryKey & { readonly id: string };

const find = statement(({ builder }, key: FilterKey) =>
  builder
    .selectFrom("finding_filter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);

const named = statement(({ builder }, key: RegistryKey & { readonly name: string }) =>
  builder
    .selectFrom("finding_filter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const list = statement(({ builder }, page: FilterKey & { readonly limit: number }) =>
  builder
    .selectFrom("finding_filter")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("id", ">", page.id)
    .orderBy("id")
    .limit(page.limit),
);

const suppressing = statement(({ builder }, page: RegistryKey & { readonly limit: number }) =>
  builder
    .selectFrom("finding_filter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), action: "SUPPRESS" }))
    .orderBy("id")
    .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<FindingFilterTable>) =>
  builder
    .insertInto("finding_filter")
    .values({
      ...{ ...ofRegistry(row), id: row.id, name: row.name, action: row.action },
      ...{ description: row.description, reason: row.reason, criteria: row.criteria },
      ...{ tags: row.tags, created_at: row.created_at, updated_at: row.updated_at },
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<FindingFilterTable>) =>
  builder
    .updateTable("finding_filter")
    .set({
      ...{ name: row.name, action: row.action, description: row.description },
      ...{ reason: row.reason, criteria: row.criteria, tags: row.tags },
      updated_at: row.updated_at,
    })
    .where((each) => each.and({ ...ofRegistry(row), id: row.id })),
);

const remove = statement(({ builder }, key: FilterKey) =>
  builder.deleteFrom("finding_filter").where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);
