import type { PageRequest } from "../../../ports/page-request.ts";
import type { SbomExportReads, SbomExportWrites } from "../../../ports/sbom-export-store.ts";
import type { SbomExport } from "../../../registry/inspector/sbom-export.ts";
import type { Registry } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import type { SbomExportTable } from "./inspector-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlSbomExports implements SbomExportReads, SbomExportWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, id: string): Promise<SbomExport | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), id });
    return row && toExport(row);
  }

  async list(
    registry: Registry,
    { after: id = "", limit }: PageRequest<string>,
  ): Promise<SbomExport[]> {
    const rows = await this.#session.all(list, { ...registryKey(registry), id, limit });
    return rows.map(toExport);
  }

  async lock(registry: Registry, id: string): Promise<SbomExport | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), id });
    return row && toExport(row);
  }

  async put({ registry, id, ...settings }: SbomExport): Promise<void> {
    const row = { ...registryKey(registry), id, settings: JSON.stringify(settings) };
    await this.#session.later(put, row);
  }

  async remove(registry: Registry, id: string): Promise<void> {
    await this.#session.later(remove, { ...registryKey(registry), id });
  }
}

type ExportKey = RegistryKey & { readonly id: string };

function toExport({ id, settings, ...key }: SbomExportTable): SbomExport {
  return {
    ...{ registry: registryKey(key), id },
    ...(JSON.parse(settings) as Omit<SbomExport, "registry" | "id">),
  };
}

const byId = ({ builder }: SqlDialect, key: ExportKey) =>
  builder
    .selectFrom("sbom_export")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.id }));

const find = statement(byId);

const lock = statement((dialect, key: ExportKey) =>
  dialect.locksRows ? byId(dialect, key).forUpdate() : byId(dialect, key),
);

const list = statement(({ builder }, page: ExportKey & { readonly limit: number }) =>
  builder
    .selectFrom("sbom_export")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("id", ">", page.id)
    .orderBy("id")
    .limit(page.limit),
);

const put = statement(({ builder }, row: Fields<SbomExportTable>) =>
  builder
    .insertInto("sbom_export")
    .values({ ...ofRegistry(row), id: row.id, settings: row.settings })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "id"]).doUpdateSet({ settings: row.settings }),
    ),
);

const remove = statement(({ builder }, key: ExportKey) =>
  builder.deleteFrom("sbom_export").where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);
