import { type OnConflictBuilder, sql } from "kysely";
import type {
  ReclaimCandidate,
  ReclaimReads,
  ReclaimWrites,
} from "../../../ports/metadata-store.ts";
import type { Digest, ObjectId, Registry, UploadId } from "../../../registry/names.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
} from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";
import type { ReclaimTable, Tables } from "./tables.ts";

export class SqlReclaim implements ReclaimReads, ReclaimWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async due(now: number, limit: number): Promise<ReclaimCandidate[]> {
    const rows = await this.#session.all(due, { now, limit });
    return rows.map(toCandidate);
  }

  async count(): Promise<number> {
    const row = await this.#session.first(count, {});
    return Number(row?.candidates ?? 0);
  }

  async hasObject(registry: Registry, object: ObjectId): Promise<boolean> {
    const key = { ...registryKey(registry), target: object };
    return (await this.#session.first(findObject, key)) !== undefined;
  }

  async enqueue(candidate: ReclaimCandidate): Promise<void> {
    await this.#session.later(enqueue, { ...toKey(candidate), dueAt: candidate.dueAt });
  }

  async remove(candidate: ReclaimCandidate): Promise<void> {
    await this.#session.later(remove, toKey(candidate));
  }
}

type CandidateKey = RepositoryKey & {
  readonly kind: ReclaimCandidate["kind"];
  readonly target: string;
};

function toKey(candidate: ReclaimCandidate): CandidateKey {
  const registry = registryKey(candidate.registry);
  const { kind } = candidate;
  switch (kind) {
    case "layer":
    case "image":
    case "referrers":
    case "activation":
      return { ...registry, kind, repository: candidate.repositoryId, target: candidate.digest };
    case "repository":
      return { ...registry, kind, repository: candidate.repositoryId, target: "" };
    case "object":
    case "storage":
      return { ...registry, kind, repository: "", target: candidate.object };
    case "upload":
      return { ...registry, kind, repository: "", target: candidate.upload };
  }
}

function toCandidate(row: ReclaimTable): ReclaimCandidate {
  const { kind, repository: repositoryId, target } = row;
  const base = { registry: registryKey(row), dueAt: row.due_at };
  switch (kind) {
    case "layer":
    case "image":
    case "referrers":
    case "activation":
      return { ...base, kind, repositoryId, digest: target as Digest };
    case "repository":
      return { ...base, kind, repositoryId };
    case "object":
    case "storage":
      return { ...base, kind, object: target as ObjectId };
    case "upload":
      return { ...base, kind, upload: target as UploadId };
  }
}

/** A candidate that waits moves to the later of both times. */
export function onLaterDueDate(conflict: OnConflictBuilder<Tables, "reclaim">) {
  return conflict
    .columns(["account", "region", "kind", "repository", "target"])
    .doUpdateSet({ due_at: sql`excluded.due_at` })
    .whereRef("reclaim.due_at", "<", sql`excluded.due_at`);
}

const due = statement(({ builder }, page: { now: number; limit: number }) =>
  builder
    .selectFrom("reclaim")
    .selectAll()
    .where("due_at", "<=", page.now)
    .orderBy("due_at")
    .limit(page.limit),
);

const findObject = statement(({ builder }, key: RegistryKey & { target: ObjectId }) =>
  builder
    .selectFrom("reclaim")
    .select("target")
    .where((row) => row.and({ ...ofRegistry(key), repository: "", target: key.target }))
    .where("kind", "in", ["object", "storage"])
    .limit(sql.lit(1)),
);

const count = statement(({ builder }, _: Record<string, never>) =>
  builder.selectFrom("reclaim").select(({ fn }) => fn.countAll<number>().as("candidates")),
);

const enqueue = statement(({ builder }, row: CandidateKey & { dueAt: number }) =>
  builder
    .insertInto("reclaim")
    .values({ ...ofRepository(row), kind: row.kind, target: row.target, due_at: row.dueAt })
    .onConflict(onLaterDueDate),
);

const remove = statement(({ builder }, key: CandidateKey) =>
  builder
    .deleteFrom("reclaim")
    .where((row) => row.and({ ...ofRepository(key), kind: key.kind, target: key.target })),
);
