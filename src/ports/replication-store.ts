import type { Digest, Registry } from "../registry/names.ts";
import type {
  BackfillResult,
  ImageReplication,
  ReplicationBackfill,
  ReplicationCount,
  ReplicationKey,
  ReplicationUpload,
} from "../registry/replication/image-replication.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

/** Where a listing of backfills stands: the newest come first. */
export type BackfillPlace = Pick<ReplicationBackfill, "startedAt" | "id">;

/** A lane: what goes from one repository to one registry. */
export type ReplicationLane = Pick<ReplicationKey, "repository" | "destination">;

/** What is copied to other registries, as a narrow table of the MetadataStore: the same promises. */
export interface ReplicationReads {
  find(key: ReplicationKey): Promise<ImageReplication | undefined>;
  /** To every destination, by account and region. */
  ofImage(repository: RepositoryRef, digest: Digest): Promise<ImageReplication[]>;
  /** Of a lane, what is due at `now`: what waited longest first. */
  due(lane: ReplicationLane, now: number, limit: number): Promise<ImageReplication[]>;
  /** When the next of the lane is due. */
  nextDueAt(lane: ReplicationLane): Promise<number | undefined>;
  /** Where images of the repository wait to go, by account and region. */
  waitingFor(repository: RepositoryRef): Promise<Registry[]>;
  /** What waits and what was given up, by source and destination. */
  counts(): Promise<ReplicationCount[]>;
  /** The same of one registry. */
  countsOf(registry: Registry): Promise<ReplicationCount[]>;
  upload(key: ReplicationKey): Promise<ReplicationUpload | undefined>;
  backfill(registry: Registry, id: string): Promise<ReplicationBackfill | undefined>;
  /** The newest first. */
  backfills(registry: Registry, page: PageRequest<BackfillPlace>): Promise<ReplicationBackfill[]>;
  /** How many are under way. */
  busyBackfills(registry: Registry): Promise<number>;
  /** In the order in which they came; a position counts from 1. */
  backfillResults(
    registry: Registry,
    id: string,
    page: PageRequest<number>,
    status?: BackfillResult["status"],
  ): Promise<BackfillResult[]>;
}

export interface ReplicationWrites {
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(key: ReplicationKey): Promise<ImageReplication | undefined>;
  /** Overwrites. The image is there, else the transaction rejects. */
  put(replication: ImageReplication): Promise<void>;
  /** As if nobody had ever asked for it. */
  remove(key: ReplicationKey): Promise<void>;
  putUpload(upload: ReplicationUpload): Promise<void>;
  removeUpload(key: ReplicationKey): Promise<void>;
  /** False where another one to the same region is under way. */
  insertBackfill(backfill: ReplicationBackfill): Promise<boolean>;
  /** Like `backfill`, and nobody else changes the row until this transaction ends. */
  lockBackfill(registry: Registry, id: string): Promise<ReplicationBackfill | undefined>;
  replaceBackfill(backfill: ReplicationBackfill): Promise<void>;
  /** Overwrites those of the same positions. */
  addBackfillResults(
    of: Pick<ReplicationBackfill, "registry" | "id">,
    results: readonly BackfillResult[],
  ): Promise<void>;
  /** Removes those that ended before `at`, with their results; resolves to how many. */
  removeBackfillsBefore(at: number, limit: number): Promise<number>;
}
