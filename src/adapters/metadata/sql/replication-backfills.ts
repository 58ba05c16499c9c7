/** Statements about backfills. */
import type {
  BackfillPosition,
  BackfillResult,
  ReplicationBackfill,
} from "../../../registry/replication/image-replication.ts";
import { isUnderWay } from "../../../registry/replication/image-replication.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { ReplicationBackfillTable, ReplicationResultTable } from "./replication-tables.ts";
import { type Fields, statement } from "./statement.ts";

type BackfillKey = RegistryKey & { readonly id: string };

export function toBackfill(row: ReplicationBackfillTable): ReplicationBackfill {
  const { position } = row;
  return {
    registry: registryKey(row),
    id: row.id,
    destination: { account: row.to_account, region: row.to_region },
    status: row.status,
    failureCode: row.failure_code ?? undefined,
    total: row.total ?? undefined,
    completed: row.completed,
    failed: row.failed,
    failureCodes: JSON.parse(row.failure_codes) as string[],
    position: position === null ? undefined : (JSON.parse(position) as BackfillPosition),
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
  };
}

export function toRow(backfill: ReplicationBackfill): Fields<ReplicationBackfillTable> {
  const { destination, position } = backfill;
  return {
    ...registryKey(backfill.registry),
    id: backfill.id,
    to_account: destination.account,
    to_region: destination.region,
    status: backfill.status,
    failure_code: backfill.failureCode ?? null,
    total: backfill.total ?? null,
    completed: backfill.completed,
    failed: backfill.failed,
    failure_codes: JSON.stringify(backfill.failureCodes),
    position: position === undefined ? null : JSON.stringify(position),
    started_at: backfill.startedAt,
    ended_at: backfill.endedAt ?? null,
    busy_region: isUnderWay(backfill) ? destination.region : null,
  };
}

const one = ({ builder }: SqlDialect, key: BackfillKey) =>
  builder
    .selectFrom("replication_backfill")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.id }));

export const find = statement(one);

export const lock = statement((dialect, key: BackfillKey) =>
  dialect.locksRows ? one(dialect, key).forUpdate() : one(dialect, key),
);

type Page = BackfillKey & { readonly startedAt: number; readonly limit: number };

export const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("replication_backfill")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("started_at", "id"), "<", tuple(page.startedAt, page.id)),
    )
    .orderBy("started_at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit),
);

export const busy = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("replication_backfill")
    .select(({ fn }) => fn.countAll<number>().as("backfills"))
    .where((row) => row.and(ofRegistry(key)))
    .where("busy_region", ">=", "" as ReplicationBackfillTable["to_region"]),
);

const changing = (row: Fields<ReplicationBackfillTable>) => ({
  status: row.status,
  failure_code: row.failure_code,
  total: row.total,
  completed: row.completed,
  failed: row.failed,
  failure_codes: row.failure_codes,
  position: row.position,
  ended_at: row.ended_at,
  busy_region: row.busy_region,
});

export const insert = statement(({ builder }, row: Fields<ReplicationBackfillTable>) =>
  builder
    .insertInto("replication_backfill")
    .values({
      ...ofRegistry(row),
      id: row.id,
      to_account: row.to_account,
      to_region: row.to_region,
      started_at: row.started_at,
      ...changing(row),
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "busy_region"]).doNothing()),
);

export const replace = statement(({ builder }, row: Fields<ReplicationBackfillTable>) =>
  builder
    .updateTable("replication_backfill")
    .set(changing(row))
    .where((each) => each.and({ ...ofRegistry(row), id: row.id })),
);

type Before = { readonly at: number; readonly limit: number };

export const endedBefore = statement(({ builder }, { at, limit }: Before) =>
  builder
    .selectFrom("replication_backfill")
    .select(["account", "region", "id"])
    .where("ended_at", "<", at)
    .orderBy("ended_at")
    .limit(limit),
);

/** Of one backfill with all that it says. */
export const removals = [
  statement(({ builder }, key: BackfillKey) =>
    builder
      .deleteFrom("replication_result")
      .where((row) => row.and({ ...ofRegistry(key), backfill: key.id })),
  ),
  statement(({ builder }, key: BackfillKey) =>
    builder
      .deleteFrom("replication_backfill")
      .where((row) => row.and({ ...ofRegistry(key), id: key.id })),
  ),
];

export function toResult(row: ReplicationResultTable): BackfillResult {
  return {
    position: row.position,
    name: row.name,
    digest: row.digest,
    tag: row.tag ?? undefined,
    status: row.status,
    failureCode: row.failure_code ?? undefined,
    subImageFailureCodes: JSON.parse(row.sub_codes) as string[],
  };
}

type OfBackfill = RegistryKey & { readonly backfill: string };

export function toResultRow(key: OfBackfill, result: BackfillResult) {
  return {
    ...key,
    position: result.position,
    name: result.name,
    digest: result.digest,
    tag: result.tag ?? null,
    status: result.status,
    failure_code: result.failureCode ?? null,
    sub_codes: JSON.stringify(result.subImageFailureCodes),
  };
}

type ResultPage = OfBackfill & { readonly after: number; readonly limit: number };

export const results = statement(({ builder }, page: ResultPage) =>
  builder
    .selectFrom("replication_result")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), backfill: page.backfill }))
    .where("position", ">", page.after)
    .orderBy("position")
    .limit(page.limit),
);

export const resultsOfStatus = statement(
  ({ builder }, page: ResultPage & Pick<ReplicationResultTable, "status">) =>
    builder
      .selectFrom("replication_result")
      .selectAll()
      .where((row) =>
        row.and({ ...ofRegistry(page), backfill: page.backfill, status: page.status }),
      )
      .where("position", ">", page.after)
      .orderBy("position")
      .limit(page.limit),
);

export const putResult = statement(({ builder }, row: Fields<ReplicationResultTable>) => {
  const said = {
    name: row.name,
    digest: row.digest,
    tag: row.tag,
    status: row.status,
    failure_code: row.failure_code,
    sub_codes: row.sub_codes,
  };
  return builder
    .insertInto("replication_result")
    .values({ ...ofRegistry(row), backfill: row.backfill, position: row.position, ...said })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "backfill", "position"]).doUpdateSet(said),
    );
});
