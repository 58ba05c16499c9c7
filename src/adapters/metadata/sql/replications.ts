import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  BackfillPlace,
  ReplicationLane,
  ReplicationReads,
  ReplicationWrites,
} from "../../../ports/replication-store.ts";
import type { Digest, Registry, Tag } from "../../../registry/names.ts";
import type {
  BackfillResult,
  ImageReplication,
  ReplicationBackfill,
  ReplicationCount,
  ReplicationKey,
  ReplicationUpload,
} from "../../../registry/replication/image-replication.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import { registryKey, repositoryKey } from "./keys.ts";
import * as backfills from "./replication-backfills.ts";
import {
  counts,
  countsOf,
  destinationKey,
  due,
  find,
  findUpload,
  imageKey,
  lock,
  nextDue,
  ofImage,
  put,
  putUpload,
  remove,
  removeUpload,
  toCount,
  waitingFor,
} from "./replication-statements.ts";
import type { ImageReplicationTable } from "./replication-tables.ts";
import type { SqlSession } from "./session.ts";

export class SqlReplications implements ReplicationReads, ReplicationWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(key: ReplicationKey): Promise<ImageReplication | undefined> {
    const row = await this.#session.first(find, imageKey(key));
    return row && toReplication(row);
  }

  async lock(key: ReplicationKey): Promise<ImageReplication | undefined> {
    const row = await this.#session.first(lock, imageKey(key));
    return row && toReplication(row);
  }

  async ofImage(repository: RepositoryRef, digest: Digest): Promise<ImageReplication[]> {
    const rows = await this.#session.all(ofImage, { ...repositoryKey(repository), digest });
    return rows.map(toReplication);
  }

  async due(lane: ReplicationLane, now: number, limit: number): Promise<ImageReplication[]> {
    const rows = await this.#session.all(due, { ...laneKey(lane), now, limit });
    return rows.map(toReplication);
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

  async put(replication: ImageReplication): Promise<void> {
    await this.#session.later(put, {
      ...imageKey(replication),
      status: replication.status,
      failure_code: replication.failureCode ?? null,
      failure: replication.failure ?? null,
      tags: JSON.stringify(replication.tags),
      revision: replication.revision,
      attempts: replication.attempts,
      due_at: replication.dueAt ?? null,
      requested_at: replication.requestedAt,
      ended_at: replication.endedAt ?? null,
    });
  }

  async remove(key: ReplicationKey): Promise<void> {
    await this.#session.later(remove, imageKey(key));
  }

  async upload(key: ReplicationKey): Promise<ReplicationUpload | undefined> {
    const row = await this.#session.first(findUpload, imageKey(key));
    return row && { ...key, uploadId: row.upload_id, offset: row.size_bytes };
  }

  async putUpload(upload: ReplicationUpload): Promise<void> {
    const { uploadId: upload_id, offset: size_bytes } = upload;
    await this.#session.later(putUpload, { ...imageKey(upload), upload_id, size_bytes });
  }

  async removeUpload(key: ReplicationKey): Promise<void> {
    await this.#session.later(removeUpload, imageKey(key));
  }

  async backfill(registry: Registry, id: string): Promise<ReplicationBackfill | undefined> {
    const row = await this.#session.first(backfills.find, { ...registryKey(registry), id });
    return row && backfills.toBackfill(row);
  }

  async lockBackfill(registry: Registry, id: string): Promise<ReplicationBackfill | undefined> {
    const row = await this.#session.first(backfills.lock, { ...registryKey(registry), id });
    return row && backfills.toBackfill(row);
  }

  async backfills(
    registry: Registry,
    { after, limit }: PageRequest<BackfillPlace>,
  ): Promise<ReplicationBackfill[]> {
    const startedAt = after?.startedAt ?? Number.MAX_SAFE_INTEGER;
    const page = { ...registryKey(registry), startedAt, id: after?.id ?? "", limit };
    return (await this.#session.all(backfills.list, page)).map(backfills.toBackfill);
  }

  async busyBackfills(registry: Registry): Promise<number> {
    const row = await this.#session.first(backfills.busy, registryKey(registry));
    return Number(row?.backfills ?? 0);
  }

  async insertBackfill(backfill: ReplicationBackfill): Promise<boolean> {
    return (await this.#session.change(backfills.insert, backfills.toRow(backfill))) > 0;
  }

  async replaceBackfill(backfill: ReplicationBackfill): Promise<void> {
    await this.#session.later(backfills.replace, backfills.toRow(backfill));
  }

  async backfillResults(
    registry: Registry,
    backfill: string,
    { after = 0, limit }: PageRequest<number>,
    status?: BackfillResult["status"],
  ): Promise<BackfillResult[]> {
    const page = { ...registryKey(registry), backfill, after, limit };
    const rows =
      status === undefined
        ? await this.#session.all(backfills.results, page)
        : await this.#session.all(backfills.resultsOfStatus, { ...page, status });
    return rows.map(backfills.toResult);
  }

  async addBackfillResults(
    { registry, id: backfill }: Pick<ReplicationBackfill, "registry" | "id">,
    results: readonly BackfillResult[],
  ): Promise<void> {
    const key = { ...registryKey(registry), backfill };
    await this.#session.allLater(
      results.map((result) =>
        this.#session.command(backfills.putResult, backfills.toResultRow(key, result)),
      ),
    );
  }

  async removeBackfillsBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(backfills.endedBefore, { at, limit });
    await this.#session.allLater(
      old.flatMap((key) =>
        backfills.removals.map((each) => this.#session.command(each, { ...key })),
      ),
    );
    return old.length;
  }
}

function laneKey({ repository, destination }: ReplicationLane) {
  return { ...repositoryKey(repository), ...destinationKey(destination) };
}

function toReplication(row: ImageReplicationTable): ImageReplication {
  return {
    repository: { registry: registryKey(row), id: row.repository },
    digest: row.digest,
    destination: { account: row.to_account, region: row.to_region },
    status: row.status,
    failureCode: row.failure_code ?? undefined,
    failure: row.failure ?? undefined,
    tags: JSON.parse(row.tags) as Tag[],
    revision: row.revision,
    attempts: row.attempts,
    dueAt: row.due_at ?? undefined,
    requestedAt: row.requested_at,
    endedAt: row.ended_at ?? undefined,
  };
}
