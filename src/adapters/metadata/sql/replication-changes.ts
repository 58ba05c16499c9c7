import { sql } from "kysely";
import type {
  ReplicationChangeReads,
  ReplicationChangeWrites,
} from "../../../ports/replication-change-store.ts";
import type { ReplicationLane } from "../../../ports/replication-store.ts";
import type { Registry } from "../../../registry/names.ts";
import type { ReplicationCount } from "../../../registry/replication/image-replication.ts";
import type {
  ReplicationChange,
  ReplicationChangeKey,
  Tombstone,
  TombstoneKind,
} from "../../../registry/replication/replication-change.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import { inTrash } from "./image-row.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import { destinationKey, type LaneKey, ofLane, toCount } from "./replication-statements.ts";
import type { ReplicationChangeTable, TombstoneTable } from "./replication-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlReplicationChanges implements ReplicationChangeReads, ReplicationChangeWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(key: ReplicationChangeKey): Promise<ReplicationChange | undefined> {
    const row = await this.#session.first(find, changeKey(key));
    return row && toChange(row);
  }

  async lock(key: ReplicationChangeKey): Promise<ReplicationChange | undefined> {
    const row = await this.#session.first(lock, changeKey(key));
    return row && toChange(row);
  }

  async due(lane: ReplicationLane, now: number, limit: number): Promise<ReplicationChange[]> {
    return (await this.#session.all(due, { ...laneKey(lane), now, limit })).map(toChange);
  }

  async nextDueAt(lane: ReplicationLane): Promise<number | undefined> {
    return (await this.#session.first(nextDue, laneKey(lane)))?.due_at ?? undefined;
  }

  async waitingFor(repository: RepositoryRef): Promise<Registry[]> {
    const rows = await this.#session.all(waitingFor, repositoryKey(repository));
    return rows.map(({ to_account: account, to_region: region }) => ({ account, region }));
  }

  async counts(): Promise<ReplicationCount[]> {
    const [waiting, failed] = [
      await this.#session.all(counts, { status: "IN_PROGRESS" }),
      await this.#session.all(counts, { status: "FAILED" }),
    ];
    return [...waiting, ...failed].map(toCount);
  }

  async countsOf(registry: Registry): Promise<ReplicationCount[]> {
    const key = registryKey(registry);
    const [waiting, failed] = [
      await this.#session.all(countsOf, { ...key, status: "IN_PROGRESS" }),
      await this.#session.all(countsOf, { ...key, status: "FAILED" }),
    ];
    return [...waiting, ...failed].map(toCount);
  }

  async removedAt(
    repository: RepositoryRef,
    kind: TombstoneKind,
    target: string,
  ): Promise<number | undefined> {
    const key = { ...repositoryKey(repository), kind, target };
    return (await this.#session.first(removedAt, key))?.at;
  }

  async hasLater(repository: RepositoryRef, at: number): Promise<boolean> {
    const key = { ...repositoryKey(repository), at };
    if ((await this.#session.first(laterImage, key)) !== undefined) return true;
    return (await this.#session.first(laterTag, key)) !== undefined;
  }

  async put(change: ReplicationChange): Promise<void> {
    await this.#session.later(put, {
      ...changeKey(change),
      ...{ at: change.at, status: change.status, revision: change.revision },
      failure_code: change.failureCode ?? null,
      failure: change.failure ?? null,
      attempts: change.attempts,
      due_at: change.dueAt ?? null,
      requested_at: change.requestedAt,
      expires_at: change.expiresAt ?? null,
    });
  }

  async remove(key: ReplicationChangeKey): Promise<void> {
    await this.#session.later(remove, changeKey(key));
  }

  async bury({ repository, kind, target, at, expiresAt }: Tombstone): Promise<void> {
    const key = { ...repositoryKey(repository), kind, target };
    await this.#session.later(bury, { ...key, at, expires_at: expiresAt });
  }

  async removeExpired(now: number, limit: number): Promise<number> {
    const tombstones = await this.#session.all(expiredTombstones, { now, limit });
    const changes = await this.#session.all(expiredChanges, { now, limit });
    await this.#session.allLater([
      ...tombstones.map((key) => this.#session.command(removeTombstone, { ...key })),
      ...changes.map((key) => this.#session.command(remove, { ...key })),
    ]);
    return tombstones.length + changes.length;
  }
}

type Key = LaneKey & Pick<ReplicationChangeTable, "kind" | "target">;
type TombstoneKey = RepositoryKey & Pick<TombstoneTable, "kind" | "target">;

function laneKey({ repository, destination }: ReplicationLane): LaneKey {
  return { ...repositoryKey(repository), ...destinationKey(destination) };
}

function changeKey(key: ReplicationChangeKey): Key {
  return { ...laneKey(key), kind: key.kind, target: key.target };
}

function toChange(row: ReplicationChangeTable): ReplicationChange {
  return {
    repository: { registry: registryKey(row), id: row.repository },
    destination: { account: row.to_account, region: row.to_region },
    ...{ kind: row.kind, target: row.target, at: row.at, status: row.status },
    failureCode: row.failure_code ?? undefined,
    failure: row.failure ?? undefined,
    ...{ revision: row.revision, attempts: row.attempts },
    dueAt: row.due_at ?? undefined,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at ?? undefined,
  };
}

const one = ({ builder }: SqlDialect, key: Key) =>
  builder
    .selectFrom("replication_change")
    .selectAll()
    .where((row) => row.and({ ...ofLane(key), kind: key.kind, target: key.target }));

const find = statement(one);

const lock = statement((dialect, key: Key) =>
  dialect.locksRows ? one(dialect, key).forUpdate() : one(dialect, key),
);

const due = statement(
  ({ builder }, page: LaneKey & { readonly now: number; readonly limit: number }) =>
    builder
      .selectFrom("replication_change")
      .selectAll()
      .where((row) => row.and(ofLane(page)))
      .where("due_at", "<=", page.now)
      .orderBy("due_at")
      .orderBy("kind")
      .orderBy("target")
      .limit(page.limit),
);

const nextDue = statement(({ builder }, lane: LaneKey) =>
  builder
    .selectFrom("replication_change")
    .select("due_at")
    .where((row) => row.and(ofLane(lane)))
    .where("due_at", ">=", 0)
    .orderBy("due_at")
    .limit(1),
);

const waitingFor = statement(({ builder }, repository: RepositoryKey) =>
  builder
    .selectFrom("replication_change")
    .select(["to_account", "to_region"])
    .distinct()
    .where((row) => row.and(ofRepository(repository)))
    .where("due_at", ">=", 0)
    .orderBy("to_account")
    .orderBy("to_region"),
);

type Status = Pick<ReplicationChangeTable, "status">;
const grouped = ["status", "account", "region", "to_account", "to_region"] as const;

const countsIn = ({ builder }: SqlDialect, { status }: Status) =>
  builder
    .selectFrom("replication_change")
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
    .orderBy("to_region");

const counts = statement(countsIn);

const countsOf = statement((dialect, key: RegistryKey & Status) =>
  countsIn(dialect, key).where((row) => row.and(ofRegistry(key))),
);

const put = statement(({ builder }, row: Fields<ReplicationChangeTable>) => {
  const changing = {
    ...{ at: row.at, status: row.status, revision: row.revision, attempts: row.attempts },
    failure_code: row.failure_code,
    failure: row.failure,
    due_at: row.due_at,
    requested_at: row.requested_at,
    expires_at: row.expires_at,
  };
  return builder
    .insertInto("replication_change")
    .values({ ...ofLane(row), kind: row.kind, target: row.target, ...changing })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "to_account", "to_region", "kind", "target"])
        .doUpdateSet(changing),
    );
});

const remove = statement(({ builder }, key: Key) =>
  builder
    .deleteFrom("replication_change")
    .where((row) => row.and({ ...ofLane(key), kind: key.kind, target: key.target })),
);

const removedAt = statement(({ builder }, key: TombstoneKey) =>
  builder
    .selectFrom("replication_tombstone")
    .select("at")
    .where((row) => row.and({ ...ofRepository(key), kind: key.kind, target: key.target })),
);

const laterImage = statement(({ builder }, key: RepositoryKey & { readonly at: number }) =>
  builder
    .selectFrom("image")
    .select("digest")
    .where((row) => row.and(ofRepository(key)))
    .where("state", "<>", inTrash)
    .where(({ or, eb, fn }) =>
      or([eb(fn.coalesce("alive_at", "pushed_at"), ">", key.at), eb("activated_at", ">", key.at)]),
    )
    .limit(1),
);

const laterTag = statement(({ builder }, key: RepositoryKey & { readonly at: number }) =>
  builder
    .selectFrom("tag")
    .select("tag")
    .where((row) => row.and(ofRepository(key)))
    .where("moved_at", ">", key.at)
    .limit(1),
);

const bury = statement(({ builder }, row: Fields<TombstoneTable>) =>
  builder
    .insertInto("replication_tombstone")
    .values({
      ...{ ...ofRepository(row), kind: row.kind, target: row.target },
      ...{ at: row.at, expires_at: row.expires_at },
    })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "kind", "target"])
        .doUpdateSet({ at: sql`excluded.at`, expires_at: sql`excluded.expires_at` })
        .whereRef("replication_tombstone.at", "<", sql.ref<number>("excluded.at")),
    ),
);

const removeTombstone = statement(({ builder }, key: TombstoneKey) =>
  builder
    .deleteFrom("replication_tombstone")
    .where((row) => row.and({ ...ofRepository(key), kind: key.kind, target: key.target })),
);

type Expired = { readonly now: number; readonly limit: number };

const expiredTombstones = statement(({ builder }, { now, limit }: Expired) =>
  builder
    .selectFrom("replication_tombstone")
    .select(["account", "region", "repository", "kind", "target"])
    .where("expires_at", "<=", now)
    .orderBy("expires_at")
    .limit(limit),
);

const expiredChanges = statement(({ builder }, { now, limit }: Expired) =>
  builder
    .selectFrom("replication_change")
    .select(["account", "region", "repository", "to_account", "to_region", "kind", "target"])
    .where("expires_at", "<=", now)
    .orderBy("expires_at")
    .limit(limit),
);
