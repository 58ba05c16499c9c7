/** Statements about images on their way to other registries. */
import type { Digest, Registry } from "../../../registry/names.ts";
import type {
  ReplicationCount,
  ReplicationKey,
} from "../../../registry/replication/image-replication.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import type { ImageReplicationTable, ReplicationUploadTable } from "./replication-tables.ts";
import { type Fields, statement } from "./statement.ts";

type DestinationKey = Pick<ImageReplicationTable, "to_account" | "to_region">;
export type LaneKey = RepositoryKey & DestinationKey;
type OneKey = LaneKey & { readonly digest: Digest };

export function destinationKey({ account, region }: Registry): DestinationKey {
  return { to_account: account, to_region: region };
}

export function imageKey({ repository, digest, destination }: ReplicationKey): OneKey {
  return { ...repositoryKey(repository), digest, ...destinationKey(destination) };
}

export function ofLane(key: LaneKey) {
  return { ...ofRepository(key), to_account: key.to_account, to_region: key.to_region };
}

const one = ({ builder }: SqlDialect, key: OneKey) =>
  builder
    .selectFrom("image_replication")
    .selectAll()
    .where((row) => row.and({ ...ofLane(key), digest: key.digest }));

export const find = statement(one);

export const lock = statement((dialect, key: OneKey) =>
  dialect.locksRows ? one(dialect, key).forUpdate() : one(dialect, key),
);

export const ofImage = statement(({ builder }, key: RepositoryKey & { readonly digest: Digest }) =>
  builder
    .selectFrom("image_replication")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .orderBy("to_account")
    .orderBy("to_region"),
);

export const due = statement(
  ({ builder }, page: LaneKey & { readonly now: number; readonly limit: number }) =>
    builder
      .selectFrom("image_replication")
      .selectAll()
      .where((row) => row.and(ofLane(page)))
      .where("due_at", "<=", page.now)
      .orderBy("due_at")
      .orderBy("digest")
      .limit(page.limit),
);

export const nextDue = statement(({ builder }, lane: LaneKey) =>
  builder
    .selectFrom("image_replication")
    .select("due_at")
    .where((row) => row.and(ofLane(lane)))
    .where("due_at", ">=", 0)
    .orderBy("due_at")
    .limit(1),
);

export const waitingFor = statement(({ builder }, repository: RepositoryKey) =>
  builder
    .selectFrom("image_replication")
    .select(["to_account", "to_region"])
    .distinct()
    .where((row) => row.and(ofRepository(repository)))
    .where("due_at", ">=", 0)
    .orderBy("to_account")
    .orderBy("to_region"),
);

type Status = Pick<ImageReplicationTable, "status">;
const grouped = ["status", "account", "region", "to_account", "to_region"] as const;

export const counts = statement(({ builder }, { status }: Status) =>
  builder
    .selectFrom("image_replication")
    .select(grouped)
    .select(({ fn }) => [
      fn.countAll<number>().as("images"),
      fn.min<number>("requested_at").as("oldest_at"),
    ])
    .where("status", "=", status)
    .groupBy(grouped)
    .orderBy("status")
    .orderBy("account")
    .orderBy("region")
    .orderBy("to_account")
    .orderBy("to_region"),
);

export const countsOf = statement(({ builder }, key: RegistryKey & Status) =>
  builder
    .selectFrom("image_replication")
    .select(grouped)
    .select(({ fn }) => [
      fn.countAll<number>().as("images"),
      fn.min<number>("requested_at").as("oldest_at"),
    ])
    .where((row) => row.and({ status: key.status, ...ofRegistry(key) }))
    .groupBy(grouped)
    .orderBy("status")
    .orderBy("account")
    .orderBy("region")
    .orderBy("to_account")
    .orderBy("to_region"),
);

export type CountRow = Pick<ImageReplicationTable, (typeof grouped)[number]> & {
  readonly images: number;
  readonly oldest_at: number;
};

export function toCount(row: CountRow): ReplicationCount {
  return {
    source: registryKey(row),
    destination: { account: row.to_account, region: row.to_region },
    status: row.status === "FAILED" ? "FAILED" : "IN_PROGRESS",
    images: Number(row.images),
    oldestAt: Number(row.oldest_at),
  };
}

export const put = statement(({ builder }, row: Fields<ImageReplicationTable>) => {
  const changing = {
    status: row.status,
    failure_code: row.failure_code,
    failure: row.failure,
    tags: row.tags,
    revision: row.revision,
    attempts: row.attempts,
    due_at: row.due_at,
    requested_at: row.requested_at,
    ended_at: row.ended_at,
  };
  return builder
    .insertInto("image_replication")
    .values({ ...ofLane(row), digest: row.digest, ...changing })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "digest", "to_account", "to_region"])
        .doUpdateSet(changing),
    );
});

export const remove = statement(({ builder }, key: OneKey) =>
  builder
    .deleteFrom("image_replication")
    .where((row) => row.and({ ...ofLane(key), digest: key.digest })),
);

export const findUpload = statement(({ builder }, key: OneKey) =>
  builder
    .selectFrom("replication_upload")
    .select(["upload_id", "size_bytes"])
    .where((row) => row.and({ ...ofLane(key), digest: key.digest })),
);

export const putUpload = statement(({ builder }, row: Fields<ReplicationUploadTable>) => {
  const changing = { upload_id: row.upload_id, size_bytes: row.size_bytes };
  return builder
    .insertInto("replication_upload")
    .values({ ...ofLane(row), digest: row.digest, ...changing })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "digest", "to_account", "to_region"])
        .doUpdateSet(changing),
    );
});

export const removeUpload = statement(({ builder }, key: OneKey) =>
  builder
    .deleteFrom("replication_upload")
    .where((row) => row.and({ ...ofLane(key), digest: key.digest })),
);

/** What goes with an image when it is removed: before it, as these rows refer to it. */
export const removeReplications = statement(
  ({ builder }, key: RepositoryKey & { readonly digest: Digest }) =>
    builder
      .deleteFrom("image_replication")
      .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);
