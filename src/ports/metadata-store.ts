/**
 * What Entrepot remembers, as narrow tables, one per noun. A table never judges: absence is
 * `undefined`, and an insert that meets an existing row says so. Outside a transaction every read
 * sees committed rows; inside one it sees the transaction's own writes.
 *
 * Timestamps are milliseconds since the epoch.
 */

import type {
  Image,
  ImageReference,
  ImageWithTags,
  TagEvent,
  TagMove,
} from "../registry/images/image.ts";
import type { Upload } from "../registry/layers/upload.ts";
import type {
  Digest,
  ObjectId,
  Registry,
  RepositoryName,
  Tag,
  UploadId,
} from "../registry/names.ts";
import type { Repository, RepositoryRef } from "../registry/repositories/repository.ts";
import type { AdvisoryPartReads, AdvisoryPartWrites } from "./advisory-part-store.ts";
import type { ApprovalReads, ApprovalWrites } from "./approval-store.ts";
import type { AuditReads, AuditWrites } from "./audit-store.ts";
import type { CacheRuleReads, CacheRuleWrites } from "./cache-rule-store.ts";
import type { CostReads, CostWrites } from "./cost-store.ts";
import type { CreationTemplateReads, CreationTemplateWrites } from "./creation-template-store.ts";
import type { EventsChange, EventsReads } from "./events-store.ts";
import type { FindingFilterReads, FindingFilterWrites } from "./finding-filter-store.ts";
import type { GateReads, GateWrites } from "./gate-store.ts";
import type { IdentityChange, IdentityReads } from "./identity-store.ts";
import type { ImageUseReads, ImageUseWrites } from "./image-use-store.ts";
import type { JobReads, JobWrites } from "./job-store.ts";
import type { KmsChange, KmsReads } from "./kms-store.ts";
import type { LayerReads, LayerWrites } from "./layer-store.ts";
import type { LeaseReads, LeaseWrites } from "./lease-store.ts";
import type { LifecycleReads, LifecycleWrites } from "./lifecycle-store.ts";
import type { Otherwise } from "./otherwise.ts";
import type { PageRequest } from "./page-request.ts";
import type { PrivateGalleryReads, PrivateGalleryWrites } from "./private-gallery-store.ts";
import type { PublicReads, PublicWrites } from "./public-store.ts";
import type {
  PullTimeExclusionReads,
  PullTimeExclusionWrites,
} from "./pull-time-exclusion-store.ts";
import type {
  QuotaReads,
  QuotaUsageReads,
  QuotaUsageWrites,
  QuotaWrites,
  ServiceQuotaReads,
  ServiceQuotaWrites,
} from "./quota-store.ts";
import type { ReclaimReads, ReclaimWrites } from "./reclaim-store.ts";
import type { RekeyReads, RekeyWrites } from "./rekey-store.ts";
import type {
  ReplicationChangeReads,
  ReplicationChangeWrites,
} from "./replication-change-store.ts";
import type { ReplicationReads, ReplicationWrites } from "./replication-store.ts";
import type {
  RepositoryReads,
  RepositoryWrites,
  ResourcePolicyReads,
  ResourcePolicyWrites,
} from "./repository-store.ts";
import type { SbomExportReads, SbomExportWrites } from "./sbom-export-store.ts";
import type { ScanReads, ScanWrites } from "./scan-store.ts";
import type { SearchReads } from "./search-store.ts";
import type { SecretsChange, SecretsReads } from "./secret-store.ts";
import type { ServiceKeyReads, ServiceKeyWrites } from "./service-key-store.ts";
import type { SigningReads, SigningWrites } from "./signing-store.ts";
import type { ObjectReads, ObjectWrites } from "./stored-object-store.ts";
import type { SuppressionReads, SuppressionWrites } from "./suppression-store.ts";
import type { TrailsChange, TrailsReads } from "./trail-store.ts";
import type { TrashReads, TrashWrites } from "./trash-store.ts";
import type { UsageChange, UsageReads } from "./usage-store.ts";

export type { JobPosition, JobReads, JobWrites } from "./job-store.ts";
export type { LayerReads, LayerWrites } from "./layer-store.ts";
export type { Otherwise } from "./otherwise.ts";
export type { PageRequest } from "./page-request.ts";
export type { ReclaimCandidate, ReclaimReads, ReclaimWrites } from "./reclaim-store.ts";
export type {
  RepositoryAccess,
  RepositoryReads,
  RepositoryWrites,
  ResourcePolicyReads,
  ResourcePolicyWrites,
} from "./repository-store.ts";

export interface MetadataStore extends MetadataReads {
  /**
   * Runs `work` so that all of its writes are durable when this resolves and none happened when it
   * rejects. `work` may run more than once (serialization failures), so it does SQL and nothing else.
   */
  transaction<T>(work: (change: MetadataChange) => Promise<T>): Promise<T>;
  /** @throws when the database takes no writes or its schema is not this program's. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** How busy the way to a database is. */
export interface DatabaseLoad {
  /** What waits for its turn. */
  readonly waiting: number;
  /** Connections, where there is a pool of them. */
  readonly inUse: number | undefined;
  readonly size: number | undefined;
}

export interface MetadataReads extends EventsReads, SecretsReads {
  readonly repositories: RepositoryReads;
  readonly images: ImageReads;
  readonly tags: TagReads;
  readonly layers: LayerReads;
  readonly objects: ObjectReads;
  readonly uploads: UploadReads;
  readonly resourcePolicies: ResourcePolicyReads;
  readonly identity: IdentityReads;
  readonly kms: KmsReads;
  readonly settings: SettingReads;
  readonly serviceKeys: ServiceKeyReads;
  readonly reclaim: ReclaimReads;
  readonly leases: LeaseReads;
  readonly jobs: JobReads;
  readonly rekeys: RekeyReads;
  readonly trash: TrashReads;
  readonly lifecycle: LifecycleReads;
  readonly creationTemplates: CreationTemplateReads;
  readonly cacheRules: CacheRuleReads;
  readonly approvals: ApprovalReads;
  readonly privateGallery: PrivateGalleryReads;
  readonly publicRegistries: PublicReads;
  readonly pullTimeExclusions: PullTimeExclusionReads;
  readonly inUse: ImageUseReads;
  readonly quotas: QuotaReads;
  readonly quotaUsage: QuotaUsageReads;
  readonly serviceQuotas: ServiceQuotaReads;
  readonly usage: UsageReads;
  readonly audit: AuditReads;
  readonly costs: CostReads;
  readonly scans: ScanReads;
  readonly search: SearchReads;
  readonly gates: GateReads;
  readonly findingFilters: FindingFilterReads;
  readonly sbomExports: SbomExportReads;
  readonly suppressions: SuppressionReads;
  readonly replications: ReplicationReads;
  readonly replicationChanges: ReplicationChangeReads;
  readonly signings: SigningReads;
  readonly advisoryParts: AdvisoryPartReads;
  readonly trails: TrailsReads;
}

export interface MetadataChange extends EventsChange, SecretsChange {
  readonly repositories: RepositoryReads & RepositoryWrites;
  readonly images: ImageReads & ImageWrites;
  readonly tags: TagReads & TagWrites;
  readonly layers: LayerReads & LayerWrites;
  readonly objects: ObjectReads & ObjectWrites;
  readonly uploads: UploadReads & UploadWrites;
  readonly resourcePolicies: ResourcePolicyReads & ResourcePolicyWrites;
  readonly identity: IdentityChange;
  readonly kms: KmsChange;
  readonly settings: SettingReads & SettingWrites;
  readonly serviceKeys: ServiceKeyReads & ServiceKeyWrites;
  readonly reclaim: ReclaimReads & ReclaimWrites;
  readonly leases: LeaseReads & LeaseWrites;
  readonly jobs: JobReads & JobWrites;
  readonly rekeys: RekeyReads & RekeyWrites;
  readonly trash: TrashReads & TrashWrites;
  readonly lifecycle: LifecycleReads & LifecycleWrites;
  readonly creationTemplates: CreationTemplateReads & CreationTemplateWrites;
  readonly cacheRules: CacheRuleReads & CacheRuleWrites;
  readonly approvals: ApprovalReads & ApprovalWrites;
  readonly privateGallery: PrivateGalleryReads & PrivateGalleryWrites;
  readonly publicRegistries: PublicReads & PublicWrites;
  readonly pullTimeExclusions: PullTimeExclusionReads & PullTimeExclusionWrites;
  readonly inUse: ImageUseReads & ImageUseWrites;
  readonly quotas: QuotaReads & QuotaWrites;
  readonly quotaUsage: QuotaUsageReads & QuotaUsageWrites;
  readonly serviceQuotas: ServiceQuotaReads & ServiceQuotaWrites;
  readonly usage: UsageChange;
  readonly audit: AuditReads & AuditWrites;
  readonly costs: CostReads & CostWrites;
  readonly scans: ScanReads & ScanWrites;
  readonly search: SearchReads;
  readonly gates: GateReads & GateWrites;
  readonly findingFilters: FindingFilterReads & FindingFilterWrites;
  readonly sbomExports: SbomExportReads & SbomExportWrites;
  readonly suppressions: SuppressionReads & SuppressionWrites;
  readonly replications: ReplicationReads & ReplicationWrites;
  readonly replicationChanges: ReplicationChangeReads & ReplicationChangeWrites;
  readonly signings: SigningReads & SigningWrites;
  readonly advisoryParts: AdvisoryPartReads & AdvisoryPartWrites;
  readonly trails: TrailsChange;
}

/** One look at what a pull needs: any part may be absent. */
export interface ResolvedImage {
  readonly repository: Repository;
  readonly image: Image | undefined;
  /** Of a tag that the pull-through cache has put there: until when its upstream need not be asked. */
  readonly freshUntil?: number | undefined;
}

/** Content of a repository, and what it stands on. */
export interface ObjectLink {
  readonly digest: Digest;
  readonly object: ObjectId;
}

/** Images in the trash are in none of these but where it is said. */
export interface ImageReads {
  /** The repository and, in the same read, the image that the tag or digest names. */
  resolve(
    registry: Registry,
    name: RepositoryName,
    reference: { tag: Tag } | { digest: Digest },
  ): Promise<ResolvedImage | undefined>;
  find(repository: RepositoryRef, digest: Digest): Promise<Image | undefined>;
  /** Also where it lies in the trash: its state is what `TrashReads` says then. */
  findStored(
    repository: RepositoryRef,
    digest: Digest,
  ): Promise<{ image: Image; isTrashed: boolean } | undefined>;
  /** By digest, each with its tags in order; without `states` in whatever state. */
  list(
    repository: RepositoryRef,
    page: PageRequest<Digest>,
    filter?: { tagged?: boolean | undefined; states?: readonly Image["state"][] | undefined },
  ): Promise<ImageWithTags[]>;
  /** Which objects images stand on, those in the trash as well; by digest. */
  links(repository: RepositoryRef, page: PageRequest<Digest>): Promise<ObjectLink[]>;
  /** The same of the images that are named. */
  linksOf(repository: RepositoryRef, digests: readonly Digest[]): Promise<ObjectLink[]>;
  /** What the manifest refers to, in the manifest's order. */
  references(repository: RepositoryRef, digest: Digest): Promise<ImageReference[]>;
  /** Manifests of this repository that list `digest` as a child. By digest from `after` on, at most `limit`. */
  parents(
    repository: RepositoryRef,
    digest: Digest,
    limit: number,
    after?: Digest | undefined,
  ): Promise<Digest[]>;
  /** Those of them that other manifests list themselves. At most `limit`, in no order. */
  listedParents(repository: RepositoryRef, digest: Digest, limit: number): Promise<Digest[]>;
  /** Whether one of them can be pulled, or is about to be. */
  hasActiveParent(repository: RepositoryRef, digest: Digest): Promise<boolean>;
  /** Manifests of this repository whose subject is `digest`. By digest. */
  referrers(
    repository: RepositoryRef,
    subject: Digest,
    page: PageRequest<Digest>,
    filter?: {
      artifactTypes?: readonly string[] | undefined;
      states?: readonly Image["state"][] | undefined;
    },
  ): Promise<Image[]>;
}

/** What an image becomes. */
export type StateChange = Pick<Image, "state" | "archivedAt" | "activatedAt">;

export interface ImageWrites {
  /** The transaction fails if the repository has that digest already. Does not count: see `adjust`. */
  insert(
    image: Image,
    references: readonly ImageReference[],
    pushers?: readonly string[],
  ): Promise<void>;
  /** Of an index that was put without some of what it lists: these are there now, after `position`. */
  addReferences(
    repository: RepositoryRef,
    digest: Digest,
    references: readonly ImageReference[],
    position: number,
  ): Promise<void>;
  /** Removes the row and its references; its tags are gone already. */
  remove(repository: RepositoryRef, digest: Digest): Promise<void>;
  /** Moves the time of the last pull, never back; false where it was later, or the image is gone. */
  setPulledAt(repository: RepositoryRef, digest: Digest, at: number): Promise<boolean>;
  /** Of a copy: since when it is where it comes from. */
  setAliveAt(repository: RepositoryRef, digest: Digest, at: number): Promise<void>;
  setState(repository: RepositoryRef, digest: Digest, to: StateChange): Promise<void>;
  /** Has the image stand on another object of the same content. */
  relink(repository: RepositoryRef, digest: Digest, object: ObjectId): Promise<void>;
}

export interface TagReads {
  find(repository: RepositoryRef, tag: Tag): Promise<Digest | undefined>;
  /** By tag, in code point order; without `states` whatever the state of their images. */
  list(
    repository: RepositoryRef,
    page: PageRequest<Tag>,
    filter?: { states?: readonly Image["state"][] | undefined },
  ): Promise<{ tag: Tag; digest: Digest }[]>;
  /** What became of the tag, the newest first; a position is a sequence number. */
  history(repository: RepositoryRef, tag: Tag, page: PageRequest<number>): Promise<TagEvent[]>;
  /** The tags of one image, in code point order, at most `limit`. */
  of(repository: RepositoryRef, digest: Digest, limit: number): Promise<Tag[]>;
  /** The tags of manifests that list `digest` as a child, at most `limit`, in no order. */
  ofParents(repository: RepositoryRef, digest: Digest, limit: number): Promise<Tag[]>;
  count(repository: RepositoryRef, digest: Digest): Promise<number>;
}

export interface TagWrites {
  /** Points the tag at the digest, wherever it pointed before, and records the move in the history. */
  put(repository: RepositoryRef, move: TagMove): Promise<void>;
  /** The same of a tag that still points at the digest and that the cache has put there. */
  setFresh(repository: RepositoryRef, tag: Tag, digest: Digest, until: number): Promise<void>;
  /** Removes the tag and records that in the history. */
  remove(repository: RepositoryRef, tag: Tag, at: number): Promise<void>;
}

export interface UploadReads {
  find(registry: Registry, id: UploadId): Promise<Upload | undefined>;
  /** Sessions of a repository that are open. */
  count(repository: RepositoryRef): Promise<number>;
  /** By id; all sessions of a repository. */
  list(repository: RepositoryRef, page: PageRequest<UploadId>): Promise<Upload[]>;
  /** By id, every registry, for `fsck`. */
  listAll(page: PageRequest<UploadId>): Promise<Upload[]>;
}

export interface UploadWrites {
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(registry: Registry, id: UploadId): Promise<Upload | undefined>;
  insert(upload: Upload): Promise<void>;
  /** Replaces the row if its `revision` is still `expected.revision`; else see `Otherwise`. */
  replace(expected: Upload, next: Upload, otherwise: Otherwise): Promise<void>;
  /** Removes the row if its `revision` is still `expected.revision`; else see `Otherwise`. */
  end(expected: Upload, otherwise: Otherwise): Promise<void>;
  remove(registry: Registry, id: UploadId): Promise<void>;
}

/** Names and values of GetAccountSetting, and what the replicas of a deployment agreed on. */
export interface SettingReads {
  find(registry: Registry, name: string): Promise<string | undefined>;
}
export interface SettingWrites {
  /** False when the setting has a value already. */
  putIfAbsent(registry: Registry, name: string, value: string): Promise<boolean>;
  put(registry: Registry, name: string, value: string): Promise<void>;
  /** False when the setting has another value than `from` by now, or none. */
  replace(registry: Registry, name: string, from: string, to: string): Promise<boolean>;
  /** False when the setting had no value. */
  remove(registry: Registry, name: string): Promise<boolean>;
}
