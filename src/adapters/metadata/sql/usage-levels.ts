import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  ArchivedUsage,
  UsageLevelReads,
  UsageLevelWrites,
} from "../../../ports/usage-store.ts";
import type { AccountId, Digest, Region, Registry } from "../../../registry/names.ts";
import {
  noLevels,
  periodStart,
  type UsageLevels,
  type UsagePoint,
  type UsageRange,
  type UsageScope,
  usagePeriodMs,
} from "../../../registry/usage/usage.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRepository, type RepositoryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import { afterScope, scopeKey } from "./usage-scope.ts";
import {
  fromColumns,
  type LevelColumn,
  type LevelRow,
  levelColumns,
  toColumns,
  type UsageLevelTable,
} from "./usage-tables.ts";

export class SqlUsageLevels implements UsageLevelReads, UsageLevelWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async points(scope: UsageScope, { from, to }: UsageRange, limit: number): Promise<UsagePoint[]> {
    const key = scopeKey(scope);
    const before = await this.#session.first(lastUntil, { ...key, at: from });
    const rows = await this.#session.all(points, { ...key, from, to, limit });
    return [...(before === undefined ? [] : [before]), ...rows].slice(0, limit).map(toPoint);
  }

  async last(scope: UsageScope): Promise<UsagePoint | undefined> {
    const at = Number.MAX_SAFE_INTEGER;
    const row = await this.#session.first(lastUntil, { ...scopeKey(scope), at });
    return row && toPoint(row);
  }

  async registries(): Promise<{ registry: Registry; levels: UsageLevels }[]> {
    const rows = await this.#session.all(registries, {});
    return rows.map((row) => ({
      registry: registryKey(row),
      levels: {
        ...noLevels,
        sizeBytes: Number(row.size_bytes),
        images: Number(row.images),
        storedBytes: Number(row.stored_bytes),
        repositories: Number(row.repositories),
      },
    }));
  }

  async archived({ after, limit }: PageRequest<UsageScope>): Promise<ArchivedUsage[]> {
    const from = afterScope(after);
    const manifests = await this.#session.all(archivedManifests, { ...from, limit });
    const last = manifests.at(-1);
    if (last === undefined) return [];
    const until = {
      lastAccount: last.account,
      lastRegion: last.region,
      lastRepository: last.repository,
    };
    const layers = await this.#session.all(archivedLayers, { ...from, ...until });
    const layerBytes = new Map(layers.map((row) => [placeOf(row), Number(row.bytes)]));
    return manifests.map((row) => ({
      ...{ registry: registryKey(row), repository: row.repository },
      bytes: Number(row.bytes) + (layerBytes.get(placeOf(row)) ?? 0),
    }));
  }

  async unthinned(before: number, limit: number): Promise<(UsageScope & { day: number })[]> {
    const rows = await this.#session.all(unthinned, { before, limit });
    const days = new Map<string, UsageScope & { day: number }>();
    for (const row of rows) {
      const day = periodStart("day", row.at);
      const scope = { registry: registryKey(row), repository: row.repository };
      days.set(`${day} ${row.account} ${row.region} ${row.repository}`, { ...scope, day });
    }
    return [...days.values()];
  }

  async see(points: readonly (UsageScope & UsagePoint)[]): Promise<void> {
    await this.#session.allLater(
      points.map(({ at, levels, ...scope }) =>
        this.#session.command(see, {
          ...{ ...scopeKey(scope), at, period: "hour" },
          ...toColumns(levelColumns, levels),
        }),
      ),
    );
  }

  async thin(scope: UsageScope, day: number, points: readonly UsagePoint[]): Promise<void> {
    const key = scopeKey(scope);
    const range = { from: day, to: day + usagePeriodMs.day };
    await this.#session.allLater([
      this.#session.command(removeBetween, { ...key, ...range }),
      ...points.map(({ at, levels }) =>
        this.#session.command(insertIfAbsent, {
          ...{ ...key, at, period: "day" },
          ...toColumns(levelColumns, levels),
        }),
      ),
    ]);
  }

  async removeBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(settled, { at, limit });
    await this.#session.allLater(old.map((key) => this.#session.command(remove, key)));
    return old.length;
  }
}

function toPoint(row: LevelRow & { readonly at: number }): UsagePoint {
  return { at: row.at, levels: fromColumns(levelColumns, row) };
}

const columns = Object.keys(levelColumns) as LevelColumn[];

const lastUntil = statement(({ builder }, key: RepositoryKey & { readonly at: number }) =>
  builder
    .selectFrom("usage_level")
    .select(["at", ...columns])
    .where((row) => row.and(ofRepository(key)))
    .where("at", "<=", key.at)
    .orderBy("at", "desc")
    .limit(sql.lit(1)),
);

type Range = { readonly from: number; readonly to: number };

const points = statement(({ builder }, key: RepositoryKey & Range & { readonly limit: number }) =>
  builder
    .selectFrom("usage_level")
    .select(["at", ...columns])
    .where((row) => row.and(ofRepository(key)))
    .where("at", ">", key.from)
    .where("at", "<", key.to)
    .orderBy("at")
    .limit(key.limit),
);

/** Few rows. */
const registries = statement(({ builder }, _: Record<string, never>) =>
  builder
    .selectFrom("registry_counter")
    .select(["account", "region"])
    .select(({ fn }) => [
      fn.sum<number>("repository_count").as("repositories"),
      fn.sum<number>("image_count").as("images"),
      fn.sum<number>("size_bytes").as("size_bytes"),
      fn.sum<number>("object_sealed_bytes").as("stored_bytes"),
    ])
    .groupBy(["account", "region"])
    .orderBy("account")
    .orderBy("region"),
);

const archived = [sql.lit("ARCHIVED" as const), sql.lit("ACTIVATING" as const)];
const active = sql.lit("ACTIVE" as const);

function placeOf({ account, region, repository }: RepositoryKey): string {
  return `${account} ${region} ${repository}`;
}

const archivedManifests = statement(
  ({ builder }, page: RepositoryKey & { readonly limit: number }) =>
    builder
      .selectFrom("image")
      .select(["account", "region", "repository"])
      .select(({ fn }) => fn.sum<number>("manifest_bytes").as("bytes"))
      .where("state", "<>", active) // The index is of these.
      .where("state", "in", archived)
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("account", "region", "repository"),
          ">",
          tuple(page.account, page.region, page.repository),
        ),
      )
      .groupBy(["account", "region", "repository"])
      .orderBy("account")
      .orderBy("region")
      .orderBy("repository")
      .limit(page.limit),
);

/** References of images to layers, from the first place on to the last one. */
function references({ builder }: SqlDialect) {
  return builder
    .selectFrom("image")
    .innerJoin("manifest_reference as reference", (join) =>
      join
        .onRef("reference.account", "=", "image.account")
        .onRef("reference.region", "=", "image.region")
        .onRef("reference.repository", "=", "image.repository")
        .onRef("reference.image", "=", "image.digest"),
    )
    .where("reference.kind", "in", [sql.lit("config" as const), sql.lit("layer" as const)]);
}

type LastKey = {
  readonly lastAccount: AccountId;
  readonly lastRegion: Region;
  readonly lastRepository: string;
};

const archivedLayers = statement((dialect, page: RepositoryKey & LastKey) =>
  dialect.builder
    .selectFrom(
      references(dialect)
        .innerJoin("layer", (join) =>
          join
            .onRef("layer.account", "=", "reference.account")
            .onRef("layer.region", "=", "reference.region")
            .onRef("layer.repository", "=", "reference.repository")
            .onRef("layer.digest", "=", "reference.digest"),
        )
        .where("image.state", "<>", active)
        .where("image.state", "in", archived)
        .where(({ and, eb, refTuple, tuple }) => {
          const place = refTuple("image.account", "image.region", "image.repository");
          return and([
            eb(place, ">", tuple(page.account, page.region, page.repository)),
            eb(place, "<=", tuple(page.lastAccount, page.lastRegion, page.lastRepository)),
          ]);
        })
        .select([
          ...(["layer.account", "layer.region", "layer.repository"] as const),
          ...(["layer.digest", "layer.size_bytes"] as const),
        ])
        .distinct()
        .as("needed"),
    )
    .select(["needed.account", "needed.region", "needed.repository"])
    .select(({ fn }) => fn.sum<number>("needed.size_bytes").as("bytes"))
    .where(({ exists, not }) =>
      not(
        exists(
          references(dialect)
            .select("reference.digest")
            .where("image.state", "=", active)
            .where("reference.account", "=", sql.ref<AccountId>("needed.account"))
            .where("reference.region", "=", sql.ref<Region>("needed.region"))
            .where("reference.repository", "=", sql.ref<string>("needed.repository"))
            .where("reference.digest", "=", sql.ref<Digest>("needed.digest")),
        ),
      ),
    )
    .groupBy(["needed.account", "needed.region", "needed.repository"]),
);

const unthinned = statement(
  ({ builder }, { before, limit }: { readonly before: number; readonly limit: number }) =>
    builder
      .selectFrom("usage_level")
      .select(["account", "region", "repository", "at"])
      .where("period", "=", sql.lit("hour" as const))
      .where("at", "<", before)
      .orderBy("at")
      .limit(limit),
);

const insert = ({ builder }: SqlDialect, row: Fields<UsageLevelTable>) =>
  builder.insertInto("usage_level").values({
    ...ofRepository(row),
    at: row.at,
    period: row.period,
    ...levelsOf(row),
  });

function levelsOf(row: Readonly<LevelRow>): LevelRow {
  return Object.fromEntries(columns.map((column) => [column, row[column]])) as LevelRow;
}

const key = ["account", "region", "repository", "at"] as const;

const see = statement((dialect, row: Fields<UsageLevelTable>) =>
  insert(dialect, row).onConflict((conflict) =>
    conflict.columns([...key]).doUpdateSet({ period: row.period, ...levelsOf(row) }),
  ),
);

const insertIfAbsent = statement((dialect, row: Fields<UsageLevelTable>) =>
  insert(dialect, row).onConflict((conflict) => conflict.columns([...key]).doNothing()),
);

const removeBetween = statement(({ builder }, range: RepositoryKey & Range) =>
  builder
    .deleteFrom("usage_level")
    .where((row) => row.and(ofRepository(range)))
    .where("at", ">=", range.from)
    .where("at", "<", range.to),
);

/** Days that another one has followed by then, or that say that there was nothing. */
const settled = statement(
  ({ builder }, { at, limit }: { readonly at: number; readonly limit: number }) =>
    builder
      .selectFrom("usage_level as old")
      .select(["old.account", "old.region", "old.repository", "old.at"])
      .where("old.period", "=", sql.lit("day" as const))
      .where("old.at", "<", at)
      .where(({ and, eb, exists, or, selectFrom }) =>
        or([
          exists(
            selectFrom("usage_level as next")
              .select("next.at")
              .whereRef("next.account", "=", "old.account")
              .whereRef("next.region", "=", "old.region")
              .whereRef("next.repository", "=", "old.repository")
              .whereRef("next.at", ">", "old.at")
              .where("next.at", "<=", at),
          ),
          and(columns.map((column) => eb(`old.${column}`, "=", sql.lit(0)))),
        ]),
      )
      .orderBy("old.at")
      .limit(limit),
);

const remove = statement(({ builder }, point: RepositoryKey & { readonly at: number }) =>
  builder
    .deleteFrom("usage_level")
    .where((row) => row.and({ ...ofRepository(point), at: point.at })),
);
