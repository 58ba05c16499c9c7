/**
 * The rows as they are stored, the same in every database. Booleans are 0 and 1, times are
 * milliseconds since the epoch, absence is null.
 */

import type { ReclaimCandidate } from "../../../ports/metadata-store.ts";
import type { StoredObject } from "../../../registry/encryption/stored-object.ts";
import type { Image, ImageReference } from "../../../registry/images/image.ts";
import type { JobState } from "../../../registry/jobs/job.ts";
import type {
  AccountId,
  Digest,
  ObjectId,
  Region,
  RepositoryName,
  Tag,
  UploadId,
} from "../../../registry/names.ts";
import type { Encryption, TagMutabilityMode } from "../../../registry/repositories/repository.ts";
import type { ApprovalTables } from "./approval-tables.ts";
import type { AuditTables } from "./audit-tables.ts";
import type { CacheRuleTables } from "./cache-rule-tables.ts";
import type { CostTables } from "./cost-tables.ts";
import type { CreationTemplateTables } from "./creation-template-tables.ts";
import type { EventRuleTables } from "./event-rule-tables.ts";
import type { EventTables } from "./event-tables.ts";
import type { GateTables } from "./gate-tables.ts";
import type { IdentityTables } from "./identity-tables.ts";
import type { InspectorTables } from "./inspector-tables.ts";
import type { KmsTables } from "./kms-tables.ts";
import type { LifeTables } from "./life-tables.ts";
import type { PrivateGalleryTables } from "./private-gallery-tables.ts";
import type { PublicTables } from "./public-tables.ts";
import type { ReplicationTables } from "./replication-tables.ts";
import type { ScanTables } from "./scan-tables.ts";
import type { SecretTables } from "./secret-tables.ts";
import type { SigningTables } from "./signing-tables.ts";
import type { SuppressionTables } from "./suppression-tables.ts";
import type { TrailTables } from "./trail-tables.ts";
import type { UsageTables } from "./usage-tables.ts";

export type {
  LifecyclePolicyTable,
  LifecyclePreviewTable,
  LifecycleRunImageTable,
  LifecycleRunTable,
  TrashedImageTable,
  TrashedRepositoryTable,
} from "./life-tables.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface OfRepository extends OfRegistry {
  /** The repository's id. */
  repository: string;
}

/**
 * The counters of a registry, which are the sums of its rows: where several transactions write at
 * once, each adds to a slot of its own and waits for no other.
 */
export interface RegistryCounterTable extends OfRegistry {
  slot: number;
  repository_count: number;
  image_count: number;
  size_bytes: number;
  object_count: number;
  object_sealed_bytes: number;
}

export interface RepositoryTable extends OfRegistry {
  name: RepositoryName;
  id: string;
  created_at: number;
  tag_mutability: TagMutabilityMode;
  /** A JSON array of wildcard patterns. */
  exclusion_filters: string;
  scan_on_push: number;
  encryption_type: Encryption["type"];
  /** The ARN of the KMS key. */
  encryption_key: string | null;
  image_count: number;
  size_bytes: number;
  /** When its lifecycle policy is to be looked at; null where it has none. */
  lifecycle_due_at: number | null;
  /** A JSON array of ids: the quotas that it is counted in. */
  quotas: string | null;
  /** Moves with the images that are inserted, never back; null where none was. */
  last_pushed_at: number | null;
  /** Of images that can be pulled. */
  worst_basic: number;
  worst_enhanced: number;
}

export interface RepositoryResourceTagTable extends OfRepository {
  key: string;
  value: string;
}

export interface AccountSettingTable extends OfRegistry {
  name: string;
  value: string;
}

export interface ServiceKeyTable extends OfRegistry {
  version: number;
  wrapped: Uint8Array;
  created_at: number;
}

export interface ObjectTable extends OfRegistry {
  id: ObjectId;
  domain: string;
  digest: Digest;
  size_bytes: number;
  sealed_bytes: number;
  wrapped_key: Uint8Array;
  state: StoredObject["state"];
  placement: StoredObject["placement"];
  /** The blob store's own word for where. */
  place: string;
  layout: string;
  created_at: number;
}

export interface ObjectContentTable extends OfRegistry {
  object: ObjectId;
  content: Uint8Array;
}

export interface LayerTable extends OfRepository {
  digest: Digest;
  object: ObjectId;
  size_bytes: number;
  media_type: string | null;
  linked_at: number;
  leased_until: number;
}

export interface ImageTable extends OfRepository {
  digest: Digest;
  media_type: string;
  artifact_type: string | null;
  config_media_type: string | null;
  manifest_bytes: number;
  size_bytes: number;
  subject: Digest | null;
  pushed_at: number;
  pulled_at: number | null;
  state: Image["state"] | "TRASHED";
  object: ObjectId;
  archived_at: number | null;
  activated_at: number | null;
  /** Of a copy: since when it is where it comes from. */
  alive_at: number | null;
  /** What its verdict holds back; null where it can be pulled. */
  hold: "PENDING" | "QUARANTINED" | null;
  /** A JSON array of ARNs: who pushed it, or gave it a tag. */
  pushers: string | null;
  /** Kept with the tags, so that untagged images are found without looking at the others. */
  tag_count: number;
  /** Of scans of a type, what was found in it and in what it lists: see `worst-findings.ts`. */
  worst_basic: number;
  worst_enhanced: number;
}

export interface ManifestReferenceTable extends OfRepository {
  image: Digest;
  position: number;
  kind: ImageReference["kind"];
  digest: Digest;
  media_type: string;
  size_bytes: number;
}

export interface TagTable extends OfRepository {
  tag: Tag;
  digest: Digest;
  moved_at: number;
  /** Of a tag that the pull-through cache has put there. */
  fresh_until: number | null;
}

export interface TagHistoryTable extends OfRepository {
  tag: Tag;
  /** Counts the moves of the tag, from 1. */
  sequence: number;
  /** Null where the tag was removed. */
  digest: Digest | null;
  at: number;
}

export interface UploadTable extends OfRepository {
  id: UploadId;
  object: ObjectId;
  wrapped_key: Uint8Array;
  offset_bytes: number;
  kept: Uint8Array | null;
  sealed_bytes: number;
  place: string;
  frames: number;
  layout: string;
  parts: number;
  small_part: number;
  digest_so_far: Digest | null;
  revision: number;
  created_at: number;
  expires_at: number;
}

export interface ReclaimTable extends OfRegistry {
  kind: ReclaimCandidate["kind"];
  /** The layer's repository; empty for the other kinds, as no part of a key may be null. */
  repository: string;
  /** The layer's digest, or the id of the object or upload. */
  target: string;
  due_at: number;
}

export interface RepositoryPolicyTable extends OfRepository {
  document: string;
  put_at: number;
}

export interface RegistryPolicyTable extends OfRegistry {
  document: string;
  put_at: number;
}

export interface LeaseTable {
  name: string;
  holder: string;
  expires_at: number;
}

export interface JobTable {
  id: string;
  /** Empty, as is the region, for a job of the whole deployment: no part of a key may be null. */
  account: AccountId | "";
  region: Region | "";
  kind: string;
  key: string;
  /** Empty where the kind is not done in turns. */
  turn: string;
  payload: string;
  state: JobState;
  due_at: number;
  again_at: number | null;
  attempts: number;
  holder: string;
  last_error: string | null;
  created_at: number;
}

/** The transaction that a connection committed last. */
export interface LastCommitTable {
  connection: string;
  transaction_id: string;
  at: number;
}

export interface SchemaVersionTable {
  version: number;
  name: string;
  applied_at: number;
}

/** One row, written to find out whether writing works. */
export interface ProbeTable {
  id: number;
  at: number;
}

export interface Tables
  extends ApprovalTables,
    AuditTables,
    CostTables,
    CreationTemplateTables,
    CacheRuleTables,
    EventTables,
    EventRuleTables,
    GateTables,
    IdentityTables,
    KmsTables,
    LifeTables,
    InspectorTables,
    PrivateGalleryTables,
    PublicTables,
    ReplicationTables,
    ScanTables,
    SuppressionTables,
    SecretTables,
    SigningTables,
    TrailTables,
    UsageTables {
  registry_counter: RegistryCounterTable;
  repository: RepositoryTable;
  repository_resource_tag: RepositoryResourceTagTable;
  account_setting: AccountSettingTable;
  service_key: ServiceKeyTable;
  object: ObjectTable;
  object_content: ObjectContentTable;
  layer: LayerTable;
  image: ImageTable;
  manifest_reference: ManifestReferenceTable;
  tag: TagTable;
  tag_history: TagHistoryTable;
  upload: UploadTable;
  reclaim: ReclaimTable;
  repository_policy: RepositoryPolicyTable;
  registry_policy: RegistryPolicyTable;
  lease: LeaseTable;
  job: JobTable;
  last_commit: LastCommitTable;
  schema_version: SchemaVersionTable;
  probe: ProbeTable;
}
