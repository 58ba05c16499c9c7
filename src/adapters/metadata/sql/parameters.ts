import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  ParameterPage,
  ParameterReads,
  ParameterWrites,
} from "../../../ports/secret-store.ts";
import type { Registry } from "../../../registry/names.ts";
import type {
  Parameter,
  ParameterRef,
  ParameterSettings,
  ParameterVersion,
} from "../../../registry/parameters/parameter.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import { fromSealed, toSealed } from "./sealed-columns.ts";
import type { ParameterTable, ParameterVersionTable } from "./secret-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlParameters implements ParameterReads, ParameterWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(parameter: ParameterRef): Promise<Parameter | undefined> {
    const row = await this.#session.first(find, keyOf(parameter));
    return row && toParameter(row);
  }

  async list(
    registry: Registry,
    { after = "", limit, prefix = "" }: ParameterPage,
  ): Promise<Parameter[]> {
    // Names are of ASCII: whatever begins with the prefix is before this.
    const page = { after, limit, from: prefix, to: `${prefix}\u{7f}` };
    const rows = await this.#session.all(list, { ...registryKey(registry), ...page });
    return rows.map(toParameter);
  }

  async count(registry: Registry): Promise<number> {
    const row = await this.#session.first(count, registryKey(registry));
    return Number(row?.parameters ?? 0);
  }

  async versions(
    parameter: ParameterRef,
    { after = 0, limit }: PageRequest<number>,
  ): Promise<ParameterVersion[]> {
    const rows = await this.#session.all(versions, { ...keyOf(parameter), after, limit });
    return rows.map(toVersion);
  }

  async findVersion(
    parameter: ParameterRef,
    version: number,
  ): Promise<ParameterVersion | undefined> {
    const row = await this.#session.first(findVersion, { ...keyOf(parameter), version });
    return row && toVersion(row);
  }

  async lock(parameter: ParameterRef): Promise<Parameter | undefined> {
    const row = await this.#session.first(lock, keyOf(parameter));
    return row && toParameter(row);
  }

  async insertIfAbsent(parameter: Parameter): Promise<boolean> {
    return (await this.#session.change(insert, toRow(parameter))) > 0;
  }

  async replace(parameter: Parameter): Promise<void> {
    await this.#session.later(replace, toRow(parameter));
  }

  async remove(parameter: ParameterRef): Promise<void> {
    await this.#session.later(removeVersions, keyOf(parameter));
    await this.#session.later(remove, keyOf(parameter));
  }

  async insertVersion(parameter: ParameterRef, version: ParameterVersion): Promise<void> {
    await this.#session.later(insertVersion, {
      ...keyOf(parameter),
      version: version.version,
      settings: JSON.stringify(version.settings),
      ...toSealed(version.value),
    });
  }

  async removeVersion(parameter: ParameterRef, version: number): Promise<void> {
    await this.#session.later(removeVersion, { ...keyOf(parameter), version });
  }
}

type Key = RegistryKey & { readonly name: string };
type VersionKey = Key & { readonly version: number };

function keyOf({ registry, name }: ParameterRef): Key {
  return { ...registryKey(registry), name };
}

interface Settings extends Pick<Parameter, "settings" | "tags"> {
  readonly labels: readonly [string, number][];
}

function toParameter(row: ParameterTable): Parameter {
  const { settings, tags, labels } = JSON.parse(row.settings) as Settings;
  const { name, version } = row;
  return { registry: registryKey(row), name, version, settings, tags, labels: new Map(labels) };
}

function toRow({ settings, tags, labels, ...rest }: Parameter): Fields<ParameterTable> {
  const text: Settings = { settings, tags, labels: [...labels] };
  return { ...keyOf(rest), version: rest.version, settings: JSON.stringify(text) };
}

function toVersion(row: ParameterVersionTable): ParameterVersion {
  const settings = JSON.parse(row.settings) as ParameterSettings;
  return { version: row.version, settings, value: fromSealed(row) };
}

const find = statement(({ builder }, key: Key) =>
  builder
    .selectFrom("parameter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const lock = statement(({ builder, locksRows }, key: Key) => {
  const query = builder
    .selectFrom("parameter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name }));
  return locksRows ? query.forUpdate() : query;
});

type Page = RegistryKey & { after: string; from: string; to: string; limit: number };

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("parameter")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("name", ">", page.after)
    .where("name", ">=", page.from)
    .where("name", "<=", page.to)
    .orderBy("name")
    .limit(page.limit),
);

const count = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("parameter")
    .select(({ fn }) => fn.countAll<number>().as("parameters"))
    .where((row) => row.and(ofRegistry(key))),
);

const versions = statement(({ builder }, page: Key & { after: number; limit: number }) =>
  builder
    .selectFrom("parameter_version")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), name: page.name }))
    .where("version", ">", page.after)
    .orderBy("version")
    .limit(page.limit),
);

const findVersion = statement(({ builder }, key: VersionKey) =>
  builder
    .selectFrom("parameter_version")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name, version: key.version })),
);

const insert = statement(({ builder }, row: Fields<ParameterTable>) =>
  builder
    .insertInto("parameter")
    .values({
      ...ofRegistry(row),
      name: row.name,
      version: row.version,
      settings: row.settings,
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<ParameterTable>) =>
  builder
    .updateTable("parameter")
    .set({ version: row.version, settings: row.settings })
    .where((expression) => expression.and({ ...ofRegistry(row), name: row.name })),
);

const remove = statement(({ builder }, key: Key) =>
  builder.deleteFrom("parameter").where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const removeVersions = statement(({ builder }, key: Key) =>
  builder
    .deleteFrom("parameter_version")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const removeVersion = statement(({ builder }, key: VersionKey) =>
  builder
    .deleteFrom("parameter_version")
    .where((row) => row.and({ ...ofRegistry(key), name: key.name, version: key.version })),
);

const insertVersion = statement(({ builder }, row: Fields<ParameterVersionTable>) =>
  builder.insertInto("parameter_version").values({
    ...ofRegistry(row),
    name: row.name,
    version: row.version,
    settings: row.settings,
    object: row.object,
    wrapped_key: row.wrapped_key,
    size_bytes: row.size_bytes,
    content: row.content,
  }),
);
