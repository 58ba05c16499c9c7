/** Repositories and the policies of resources, as narrow tables of the MetadataStore: the same promises. */
import type { Registry, RepositoryName } from "../registry/names.ts";
import type {
  Encryption,
  Repository,
  RepositoryRef,
  TagMutability,
} from "../registry/repositories/repository.ts";
import type { PageRequest } from "./page-request.ts";

export interface RepositoryReads {
  find(registry: Registry, name: RepositoryName): Promise<Repository | undefined>;
  /** By what rows refer to, wherever it is: in the trash it has another name than it had. */
  findById(repository: RepositoryRef): Promise<Repository | undefined>;
  /** By name, in code point order. Those in the trash are in no listing but `listAll`. */
  list(registry: Registry, page: PageRequest<RepositoryName>): Promise<Repository[]>;
  /** Resource tags, by key. */
  resourceTags(repository: RepositoryRef): Promise<{ key: string; value: string }[]>;
  /** How many repositories the registry has (a counter, not a scan). */
  count(registry: Registry): Promise<number>;
  /** Every repository of every registry, for `fsck` and metrics; by (account, region, name). */
  listAll(page: PageRequest<{ registry: Registry; name: RepositoryName }>): Promise<Repository[]>;
  /** Those that the KMS key seals, by name. */
  sealedBy(
    registry: Registry,
    keyArn: string,
    page: PageRequest<RepositoryName>,
  ): Promise<Repository[]>;
  /** KMS keys that seal repositories of the registry, by ARN. */
  encryptionKeys(registry: Registry, page: PageRequest<string>): Promise<string[]>;
  /** Sums over all registries, from counters. */
  totals(): Promise<{ repositories: number; images: number; sizeBytes: number }>;
}

export interface RepositoryWrites {
  /** False when the registry has that name already. Counts. */
  insertIfAbsent(repository: Repository): Promise<boolean>;
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(registry: Registry, name: RepositoryName): Promise<Repository | undefined>;
  /** The same by what rows refer to. */
  lockById(repository: RepositoryRef): Promise<Repository | undefined>;
  setScanOnPush(repository: RepositoryRef, scanOnPush: boolean): Promise<void>;
  setTagMutability(repository: RepositoryRef, mutability: TagMutability): Promise<void>;
  /** What seals new content. What is there stays as it is sealed. */
  setEncryption(repository: RepositoryRef, encryption: Encryption): Promise<void>;
  putResourceTag(repository: RepositoryRef, key: string, value: string): Promise<void>;
  removeResourceTag(repository: RepositoryRef, key: string): Promise<void>;
  /** The quotas that it is counted in. Charges nothing. */
  setQuotas(repository: RepositoryRef, quotaIds: readonly string[]): Promise<void>;
  /**
   * No repository of the registry is counted until this transaction ends, and whoever counted one before
   * has ended: what is read from here on knows of it.
   */
  lockCount(registry: Registry): Promise<void>;
  /** Adds to the counters; negative takes away. Quotas are charged by who calls: see `charge`. */
  adjust(repository: RepositoryRef, by: { imageCount?: number; sizeBytes?: number }): Promise<void>;
  /** Overwrites the counters (`fsck --repair`). */
  setCounters(
    repository: RepositoryRef,
    to: { imageCount: number; sizeBytes: number },
  ): Promise<void>;
  /**
   * Removes the repository with its resource tags, tags, tag history, images, references and layers,
   * and queues every object and upload session that it held for reclaiming at `at`. Set by set, not
   * row by row. Upload sessions keep their rows until they are reclaimed, since those name files.
   */
  remove(repository: RepositoryRef, at: number): Promise<void>;
}

/** What decides about access to a repository, beside the rights of who asks. */
export interface RepositoryAccess {
  /** The repository policy's document; principals stand in it by their unique ids. */
  readonly policy: string | undefined;
  readonly resourceTags: ReadonlyMap<string, string>;
}

export interface ResourcePolicyReads {
  ofRepository(repository: RepositoryRef): Promise<string | undefined>;
  ofRegistry(registry: Registry): Promise<string | undefined>;
  /** In one read; `undefined` where the registry has no repository of that name. */
  access(registry: Registry, name: RepositoryName): Promise<RepositoryAccess | undefined>;
}

export interface ResourcePolicyWrites {
  putOfRepository(repository: RepositoryRef, document: string, at: number): Promise<void>;
  putOfRegistry(registry: Registry, document: string, at: number): Promise<void>;
  /** False when there was none. */
  removeOfRepository(repository: RepositoryRef): Promise<boolean>;
  removeOfRegistry(registry: Registry): Promise<boolean>;
}
