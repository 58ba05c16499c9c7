import type { Registry } from "../registry/names.ts";
import type { ReplicationCount } from "../registry/replication/image-replication.ts";
import type {
  ReplicationChange,
  ReplicationChangeKey,
  Tombstone,
  TombstoneKind,
} from "../registry/replication/replication-change.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { ReplicationLane } from "./replication-store.ts";

/** What goes along with images to other registries, as a narrow table of the MetadataStore. */
export interface ReplicationChangeReads {
  find(key: ReplicationChangeKey): Promise<ReplicationChange | undefined>;
  /** Of a lane, what is due at `now`: what waited longest first. */
  due(lane: ReplicationLane, now: number, limit: number): Promise<ReplicationChange[]>;
  /** When the next of the lane is due. */
  nextDueAt(lane: ReplicationLane): Promise<number | undefined>;
  /** Where changes of the repository wait to go, by account and region. */
  waitingFor(repository: RepositoryRef): Promise<Registry[]>;
  /** What waits and what was given up, by source and destination; `images` counts changes. */
  counts(): Promise<ReplicationCount[]>;
  /** The same of one registry. */
  countsOf(registry: Registry): Promise<ReplicationCount[]>;
  /** When it was removed last, if that is remembered. */
  removedAt(
    repository: RepositoryRef,
    kind: TombstoneKind,
    target: string,
  ): Promise<number | undefined>;
  /** Whether an image of the repository is alive, or a tag points where it points, only since after `at`. */
  hasLater(repository: RepositoryRef, at: number): Promise<boolean>;
}

export interface ReplicationChangeWrites {
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(key: ReplicationChangeKey): Promise<ReplicationChange | undefined>;
  /** Overwrites. */
  put(change: ReplicationChange): Promise<void>;
  remove(key: ReplicationChangeKey): Promise<void>;
  /** Of two removals of the same thing the later one is remembered. */
  bury(tombstone: Tombstone): Promise<void>;
  /** Forgets tombstones and given-up changes whose time is over at `now`; resolves to how many. */
  removeExpired(now: number, limit: number): Promise<number>;
}
