import type { PageRequest } from "../../../ports/page-request.ts";
import type { TrailReads, TrailWrites } from "../../../ports/trail-store.ts";
import type { AccountId, Region } from "../../../registry/names.ts";
import type {
  Trail,
  TrailRef,
  TrailSettings,
  TrailStatus,
} from "../../../registry/trails/trail.ts";
import { trailLimits } from "../../../registry/trails/trail-limits.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import type { TrailTable } from "./trail-tables.ts";

export class SqlTrails implements TrailReads, TrailWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(trail: TrailRef): Promise<Trail | undefined> {
    const row = await this.#session.first(find, keyOf(trail));
    return row && toTrail(row);
  }

  async ofAccount(account: AccountId): Promise<Trail[]> {
    const limit = trailLimits.trailsPerAccount;
    return (await this.#session.all(ofAccount, { account, limit })).map(toTrail);
  }

  async listAll({ after, limit }: PageRequest<TrailRef>): Promise<Trail[]> {
    const rows = await this.#session.all(listAll, { ...keyOf(after ?? beforeAll), limit });
    return rows.map(toTrail);
  }

  async lock(trail: TrailRef): Promise<Trail | undefined> {
    const row = await this.#session.first(lock, keyOf(trail));
    return row && toTrail(row);
  }

  async insertIfAbsent(trail: Trail): Promise<boolean> {
    // For good: whether the transaction is committed is not known yet.
    this.#session.known.mayHaveTrails = true;
    return (await this.#session.change(insert, toRow(trail))) > 0;
  }

  async replace(trail: Trail): Promise<void> {
    await this.#session.later(replace, toRow(trail));
  }

  async remove(trail: TrailRef): Promise<boolean> {
    return (await this.#session.change(remove, keyOf(trail))) > 0;
  }
}

type TrailKey = RegistryKey & { readonly name: string };

const beforeAll: TrailRef = {
  registry: { account: "" as AccountId, region: "" as Region },
  name: "",
};

function keyOf({ registry, name }: TrailRef): TrailKey {
  return { ...registryKey(registry), name };
}

function toTrail(row: TrailTable): Trail {
  return {
    ...{ registry: registryKey(row), name: row.name, id: row.id },
    ...{ isMultiRegion: row.is_multi_region === 1, isOrganization: row.is_organization === 1 },
    ...{ logsFrom: row.logs_from, logsUntil: row.logs_until },
    settings: JSON.parse(row.settings) as TrailSettings,
    status: JSON.parse(row.status) as TrailStatus,
  };
}

function toRow(trail: Trail): Fields<TrailTable> {
  return {
    ...{ ...keyOf(trail), id: trail.id },
    is_multi_region: trail.isMultiRegion ? 1 : 0,
    is_organization: trail.isOrganization ? 1 : 0,
    ...{ logs_from: trail.logsFrom, logs_until: trail.logsUntil },
    ...{ settings: JSON.stringify(trail.settings), status: JSON.stringify(trail.status) },
  };
}

const find = statement(({ builder }, key: TrailKey) =>
  builder
    .selectFrom("trail")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const lock = statement(({ builder, locksRows }, key: TrailKey) => {
  const query = builder
    .selectFrom("trail")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name }));
  return locksRows ? query.forUpdate() : query;
});

const ofAccount = statement(({ builder }, page: { account: AccountId; limit: number }) =>
  builder
    .selectFrom("trail")
    .selectAll()
    .where("account", "=", page.account)
    .orderBy("region")
    .orderBy("name")
    .limit(page.limit),
);

const listAll = statement(({ builder }, page: TrailKey & { limit: number }) =>
  builder
    .selectFrom("trail")
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account", "region", "name"), ">", tuple(page.account, page.region, page.name)),
    )
    .orderBy("account")
    .orderBy("region")
    .orderBy("name")
    .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<TrailTable>) =>
  builder
    .insertInto("trail")
    .values({ ...ofRegistry(row), name: row.name, id: row.id, ...changeable(row) })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<TrailTable>) =>
  builder
    .updateTable("trail")
    .set(changeable(row))
    .where((each) => each.and({ ...ofRegistry(row), name: row.name, id: row.id })),
);

function changeable(row: Fields<TrailTable>) {
  return {
    is_multi_region: row.is_multi_region,
    is_organization: row.is_organization,
    logs_from: row.logs_from,
    logs_until: row.logs_until,
    settings: row.settings,
    status: row.status,
  };
}

const remove = statement(({ builder }, key: TrailKey) =>
  builder.deleteFrom("trail").where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);
