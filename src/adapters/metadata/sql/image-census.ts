import { sql } from "kysely";
import type { ImageCensusReads, ImageCensusWrites } from "../../../ports/usage-store.ts";
import type { Registry } from "../../../registry/names.ts";
import type { ImageCensus } from "../../../registry/usage/image-census.ts";
import type { UsageRange } from "../../../registry/usage/usage.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
} from "./keys.ts";
import { hiddenNames } from "./repository-row.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import type { ImageCensusTable } from "./usage-tables.ts";

export class SqlImageCensus implements ImageCensusReads, ImageCensusWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(registry: Registry, range: UsageRange, limit: number): Promise<ImageCensus[]> {
    const rows = await this.#session.all(list, { ...registryKey(registry), ...range, limit });
    return rows.map(({ at, counts }) => ({ at, ...JSON.parse(counts) }));
  }

  async put(registry: Registry, { at, ...counts }: ImageCensus): Promise<void> {
    const row = { ...registryKey(registry), at, counts: JSON.stringify(counts) };
    await this.#session.change(put, row);
  }

  async removeBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(listBefore, { at, limit });
    await this.#session.allLater(old.map((key) => this.#session.command(remove, key)));
    return old.length;
  }
}

type Times = RegistryKey & Fields<UsageRange>;
type Range = Times & { readonly limit: number };

const list = statement(({ builder }, key: Range) =>
  builder
    .selectFrom("image_census")
    .select(["at", "counts"])
    .where((row) => row.and(ofRegistry(key)))
    .where("at", ">=", key.from)
    .where("at", "<", key.to)
    .orderBy("at")
    .limit(key.limit),
);

const put = statement(({ builder }, row: Fields<ImageCensusTable>) =>
  builder
    .insertInto("image_census")
    .values({ account: row.account, region: row.region, at: row.at, counts: row.counts })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "at"]).doUpdateSet({ counts: row.counts }),
    ),
);

const listBefore = statement(
  ({ builder }, { at, limit }: { readonly at: number; readonly limit: number }) =>
    builder
      .selectFrom("image_census")
      .select(["account", "region", "at"])
      .where("at", "<", at)
      .orderBy("at")
      .limit(limit),
);

const remove = statement(({ builder }, key: Fields<Omit<ImageCensusTable, "counts">>) =>
  builder
    .deleteFrom("image_census")
    .where((row) => row.and({ account: key.account, region: key.region, at: key.at })),
);

/** Of all that can be pulled, less those of repositories that are in the trash. */
export async function imageAges(
  session: SqlSession,
  registry: Registry,
  since: readonly number[],
): Promise<number[]> {
  const key = registryKey(registry);
  const bounds = [...since.map((from) => Math.max(0, from)), 0];
  const counts: number[] = [];
  let to = Number.MAX_SAFE_INTEGER;
  for (const from of bounds) {
    counts.push(Number((await session.first(pushed, { ...key, from, to }))?.images ?? 0));
    to = from;
  }
  for (const { id } of await session.all(hiddenRepositories, key)) {
    const [since] = await session.query(pushedTo({ ...key, repository: id }, bounds));
    let later = 0;
    bounds.forEach((_, place) => {
      const all = Number(since?.[`since${place}`] ?? 0);
      counts[place]! -= all - later;
      later = all;
    });
  }
  return counts;
}

/** Those that lie in the trash. */
export const hiddenRepositories = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("repository")
    .select("id")
    .where((row) => row.and(ofRegistry(key)))
    .where("name", ">=", hiddenNames),
);

const active = sql.lit("ACTIVE" as const);

const pushed = statement(({ builder }, key: Times) =>
  builder
    .selectFrom("image")
    .select(({ fn }) => fn.countAll<number>().as("images"))
    .where((row) => row.and(ofRegistry(key)))
    .where("state", "=", active)
    // Of all; literal, so that the index that is for this serves.
    .where("pushed_at", ">=", sql.lit(0))
    .where("pushed_at", ">=", key.from)
    .where("pushed_at", "<", key.to),
);

/** How many since each of these times, in one look. */
const pushedTo =
  (key: RepositoryKey, bounds: readonly number[]) =>
  ({ builder }: SqlDialect) =>
    builder
      .selectFrom("image")
      .select(({ fn }) =>
        bounds.map((from, place) =>
          fn.countAll<number>().filterWhere("pushed_at", ">=", from).as(`since${place}`),
        ),
      )
      .where((row) => row.and(ofRepository(key)))
      .where("state", "=", active);
