/** The rows of replication, as they are stored: see `tables.ts`. */
import type { AccountId, Digest, Region, RepositoryName, Tag } from "../../../registry/names.ts";
import type {
  BackfillResult,
  BackfillStatus,
  ImageReplication,
} from "../../../registry/replication/image-replication.ts";
import type {
  ReplicationChange,
  TombstoneKind,
} from "../../../registry/replication/replication-change.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface ToRegistry {
  to_account: AccountId;
  to_region: Region;
}

interface OfImage extends OfRegistry, ToRegistry {
  /** The repository's id. */
  repository: string;
  digest: Digest;
}

export interface ImageReplicationTable extends OfImage {
  status: ImageReplication["status"];
  failure_code: string | null;
  failure: string | null;
  /** A JSON array. */
  tags: string;
  revision: number;
  attempts: number;
  due_at: number | null;
  requested_at: number;
  ended_at: number | null;
}

/** The digest is a layer's. */
export interface ReplicationUploadTable extends OfImage {
  upload_id: string;
  size_bytes: number;
}

export interface ReplicationBackfillTable extends OfRegistry, ToRegistry {
  id: string;
  status: BackfillStatus;
  failure_code: string | null;
  total: number | null;
  completed: number;
  failed: number;
  /** A JSON array. */
  failure_codes: string;
  /** JSON. */
  position: string | null;
  started_at: number;
  ended_at: number | null;
  /** The region of the destination while it is under way: there may be one of each. */
  busy_region: Region | null;
}

export interface ReplicationResultTable extends OfRegistry {
  backfill: string;
  position: number;
  name: RepositoryName;
  digest: Digest;
  tag: Tag | null;
  status: BackfillResult["status"];
  failure_code: string | null;
  /** A JSON array. */
  sub_codes: string;
}

export interface ReplicationChangeTable extends OfRegistry, ToRegistry {
  /** The repository's id. */
  repository: string;
  kind: ReplicationChange["kind"];
  /** A digest, a tag, or the name of a setting. */
  target: string;
  at: number;
  status: ReplicationChange["status"];
  failure_code: string | null;
  failure: string | null;
  revision: number;
  attempts: number;
  due_at: number | null;
  requested_at: number;
  expires_at: number | null;
}

export interface TombstoneTable extends OfRegistry {
  /** The repository's id; empty where it is a repository that was removed. */
  repository: string;
  kind: TombstoneKind;
  /** A digest, a tag, or a repository's name. */
  target: string;
  at: number;
  expires_at: number;
}

export interface ReplicationTables {
  image_replication: ImageReplicationTable;
  replication_upload: ReplicationUploadTable;
  replication_backfill: ReplicationBackfillTable;
  replication_result: ReplicationResultTable;
  replication_change: ReplicationChangeTable;
  replication_tombstone: TombstoneTable;
}
