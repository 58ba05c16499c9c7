import { sql } from "kysely";
import type { SavingKind } from "../../../registry/cost/cost-saving.ts";
import type { RepositoryName } from "../../../registry/names.ts";
import { ofRegistry, ofRepository, type RegistryKey, type RepositoryKey } from "./keys.ts";
import { statement } from "./statement.ts";

export const beforeAll = { account: "", region: "", repository: "" } as Record<
  keyof RepositoryKey,
  string
> as RepositoryKey;

type RegistryPage = RegistryKey & { readonly limit: number };

export const registries = statement(({ builder }, page: RegistryPage) =>
  builder
    .selectFrom("registry_counter")
    .select(["account", "region"])
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("account", "region"), ">", tuple(page.account, page.region)),
    )
    .union(
      builder
        .selectFrom("kms_key")
        .select(["account", "region"])
        .where(({ eb, refTuple, tuple }) =>
          eb(refTuple("account", "region"), ">", tuple(page.account, page.region)),
        ),
    )
    .orderBy("account")
    .orderBy("region")
    .limit(page.limit),
);

type Ids = RegistryKey & { readonly after: string; readonly last: string };

/** What held at that time, of each repository that has a history. */
export const pointsBefore = statement(({ builder }, ids: Ids & { readonly from: number }) =>
  builder
    .selectFrom("usage_repository as known")
    .innerJoin("usage_level as level", (join) =>
      join
        .onRef("level.account", "=", "known.account")
        .onRef("level.region", "=", "known.region")
        .onRef("level.repository", "=", "known.repository"),
    )
    .select(["level.repository", "level.at", "level.size_bytes", "level.archived_bytes"])
    .where("known.account", "=", ids.account)
    .where("known.region", "=", ids.region)
    .where("known.repository", ">", ids.after)
    .where("known.repository", "<=", ids.last)
    .where("level.at", "=", ({ selectFrom }) =>
      selectFrom("usage_level as earlier")
        .select(({ fn }) => fn.max("earlier.at").as("at"))
        .whereRef("earlier.account", "=", "known.account")
        .whereRef("earlier.region", "=", "known.region")
        .whereRef("earlier.repository", "=", "known.repository")
        .where("earlier.at", "<=", ids.from),
    ),
);

export const points = statement(
  ({ builder }, ids: Ids & { readonly from: number; readonly to: number }) =>
    builder
      .selectFrom("usage_level")
      .select(["repository", "at", "size_bytes", "archived_bytes"])
      .where((row) => row.and(ofRegistry(ids)))
      .where("repository", ">", ids.after)
      .where("repository", "<=", ids.last)
      .where("at", ">", ids.from)
      .where("at", "<", ids.to),
);

export const tagValues = statement(({ builder }, page: Ids & { readonly tagKey: string }) =>
  builder
    .selectFrom("repository_resource_tag")
    .select(["repository", "value"])
    .where((row) => row.and(ofRegistry(page)))
    .where("repository", ">", page.after)
    .where("repository", "<=", page.last)
    .where("key", "=", page.tagKey)
    .orderBy("repository"),
);

export const assessments = statement(({ builder }, ids: Ids) =>
  builder
    .selectFrom("cost_assessment")
    .selectAll()
    .where((row) => row.and(ofRegistry(ids)))
    .where("repository", ">", ids.after)
    .where("repository", "<=", ids.last)
    .orderBy("repository"),
);

export const assessment = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("cost_assessment")
    .selectAll()
    .where((row) => row.and(ofRepository(key))),
);

export const listAssessments = statement(
  ({ builder }, page: RepositoryKey & { readonly limit: number }) =>
    builder
      .selectFrom("cost_assessment")
      .selectAll()
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("account", "region", "repository"),
          ">",
          tuple(page.account, page.region, page.repository),
        ),
      )
      .orderBy("account")
      .orderBy("region")
      .orderBy("repository")
      .limit(page.limit),
);

export const expiring = statement(
  ({ builder }, key: RegistryKey & { readonly until: number; readonly since: number }) =>
    builder
      .selectFrom("cost_assessment")
      .select(({ fn }) => fn.sum<number | null>("expiring_bytes").as("bytes"))
      .where((row) => row.and(ofRegistry(key)))
      .where("expiring_until", "=", key.until)
      .where("at", ">", key.since)
      .where("expiring_bytes", ">", sql.lit(0)), // The index is of these.
);

type Position = RepositoryKey & { readonly bytes: number; readonly kind: string };

export const savings = statement(({ builder }, page: Position & { readonly limit: number }) =>
  builder
    .selectFrom("cost_saving")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("bytes", "repository", "kind"),
        "<",
        tuple(page.bytes, page.repository, page.kind as SavingKind),
      ),
    )
    .orderBy("bytes", "desc")
    .orderBy("repository", "desc")
    .orderBy("kind", "desc")
    .limit(page.limit),
);

export const savingsOf = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("cost_saving")
    .selectAll()
    .where((row) => row.and(ofRepository(key)))
    .orderBy("kind"),
);

export const savingSum = statement(({ builder }, key: RegistryKey & { kind: SavingKind }) =>
  builder
    .selectFrom("cost_saving")
    .select(({ fn }) => [
      fn.countAll<number>().as("findings"),
      fn.sum<number | null>("bytes").as("bytes"),
    ])
    .where((row) => row.and({ ...ofRegistry(key), kind: key.kind })),
);

type Assessed = RepositoryKey & {
  readonly name: RepositoryName;
  readonly at: number;
  readonly sizeBytes: number;
  readonly ownBytes: number;
  readonly expiringBytes: number;
  readonly expiringUntil: number;
};

export const put = statement(({ builder }, row: Assessed) => {
  const found = {
    name: row.name,
    at: row.at,
    size_bytes: row.sizeBytes,
    own_bytes: row.ownBytes,
    expiring_bytes: row.expiringBytes,
    expiring_until: row.expiringUntil,
  };
  return builder
    .insertInto("cost_assessment")
    .values({ ...ofRepository(row), ...found })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository"]).doUpdateSet(found),
    );
});

type Found = RepositoryKey & {
  readonly kind: SavingKind;
  readonly name: RepositoryName;
  readonly items: number;
  readonly bytes: number;
  readonly affectedBytes: number;
  readonly detail: string | null;
  readonly foundAt: number;
};

export const addSaving = statement(({ builder }, row: Found) =>
  builder.insertInto("cost_saving").values({
    ...ofRepository(row),
    kind: row.kind,
    name: row.name,
    items: row.items,
    bytes: row.bytes,
    affected_bytes: row.affectedBytes,
    detail: row.detail,
    found_at: row.foundAt,
  }),
);

export const removeSavings = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("cost_saving").where((row) => row.and(ofRepository(key))),
);

export const remove = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("cost_assessment").where((row) => row.and(ofRepository(key))),
);
