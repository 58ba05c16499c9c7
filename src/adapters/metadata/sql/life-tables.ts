/** The rows of what keeps a store small, as they are stored: see `tables.ts`. */
import type { Image } from "../../../registry/images/image.ts";
import type { AccountId, Digest, Region, RepositoryName } from "../../../registry/names.ts";
import type { TrashReason } from "../../../registry/trash/trash.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface OfRepository extends OfRegistry {
  /** The repository's id. */
  repository: string;
}

export interface TrashedImageTable extends OfRepository {
  digest: Digest;
  /** Its state before. */
  was: Image["state"];
  /** A JSON array: its tags before. */
  tags: string;
  reason: TrashReason["kind"];
  /** The subject that went before, or the number of a lifecycle rule; else empty. */
  cause: string;
  /** An ARN; empty where nobody asked. */
  deleted_by: string;
  deleted_at: number;
  expires_at: number;
}

export interface TrashedRepositoryTable extends OfRepository {
  /** The name that it had. */
  name: RepositoryName;
  deleted_by: string;
  deleted_at: number;
  expires_at: number;
}

export interface LifecyclePolicyTable extends OfRepository {
  /** ECR's text, as it was put. */
  policy: string | null;
  /** What ECR has no words for, as it was put. */
  extension: string | null;
  /** Counts the puts, from 1. */
  version: number;
  put_at: number;
  evaluated_at: number | null;
  changes: number;
}

export interface LifecyclePreviewTable extends OfRepository {
  id: string;
  policy: string | null;
  extension: string | null;
  status: "IN_PROGRESS" | "COMPLETE" | "FAILED";
  started_at: number;
  finished_at: number | null;
  /** JSON. */
  summary: string | null;
}

export interface LifecyclePreviewResultTable extends OfRepository {
  position: number;
  digest: Digest;
  tag_count: number;
  /** JSON. */
  result: string;
}

export interface LifecycleRunTable extends OfRepository {
  at: number;
  id: string;
  /** The repository's. */
  name: RepositoryName;
  policy_version: number;
  /** The rules, as JSON. */
  policy: string;
  previous_at: number | null;
  expired: number;
  archived: number;
  untagged: number;
  failed: number;
  size_bytes: number;
  finished_at: number | null;
}

export interface LifecycleRunImageTable extends OfRepository {
  run: string;
  position: number;
  digest: Digest;
  /** A JSON array. */
  tags: string;
  pushed_at: number;
  rule: number;
  action: string;
  size_bytes: number;
  failure_code: string | null;
  failure_reason: string | null;
}

export interface ImageInUseTable extends OfRepository {
  digest: Digest;
  reporter: string;
  reported_at: number;
  expires_at: number;
}

export interface ServiceQuotaTable extends OfRegistry {
  code: string;
  value: number;
}

export interface QuotaTable extends OfRegistry {
  id: string;
  prefix: string;
  unit: "BYTES" | "IMAGES";
  soft: number | null;
  hard: number | null;
  /** COUNTING while repositories that were there before are counted in. */
  state: "COUNTING" | "ACTIVE";
  /** How far the counting is: the name of a repository. */
  position: string;
  created_at: number;
}

export interface QuotaUsageTable extends OfRegistry {
  quota: string;
  slot: number;
  used: number;
  allowance: number;
}

export interface PullTimeExclusionTable extends OfRegistry {
  principal_arn: string;
  created_at: number;
}

export interface LifeTables {
  trashed_image: TrashedImageTable;
  trashed_repository: TrashedRepositoryTable;
  lifecycle_policy: LifecyclePolicyTable;
  lifecycle_preview: LifecyclePreviewTable;
  lifecycle_preview_result: LifecyclePreviewResultTable;
  lifecycle_run: LifecycleRunTable;
  lifecycle_run_image: LifecycleRunImageTable;
  image_in_use: ImageInUseTable;
  service_quota: ServiceQuotaTable;
  quota: QuotaTable;
  quota_usage: QuotaUsageTable;
  pull_time_exclusion: PullTimeExclusionTable;
}
