/**
 * Keys of KMS and who may use them, as narrow tables of the MetadataStore: the same promises. What
 * belongs to a key is removed by its own calls first; `remove` of a key removes only its row.
 */
import type {
  KmsAlias,
  KmsGrant,
  KmsKey,
  KmsKeyRef,
  KmsKeyVersion,
  KmsUse,
  KmsUseCount,
} from "../registry/kms/kms-key.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

export interface KmsReads {
  readonly keys: KmsKeyReads;
  readonly aliases: KmsAliasReads;
  readonly grants: KmsGrantReads;
  readonly uses: KmsUseReads;
}

export interface KmsChange {
  readonly keys: KmsKeyReads & KmsKeyWrites;
  readonly aliases: KmsAliasReads & KmsAliasWrites;
  readonly grants: KmsGrantReads & KmsGrantWrites;
  readonly uses: KmsUseReads & KmsUseWrites;
}

export interface KmsKeyReads {
  find(key: KmsKeyRef): Promise<KmsKey | undefined>;
  /** By id. */
  list(registry: Registry, page: PageRequest<string>): Promise<KmsKey[]>;
  /**
   * Keys whose deletion was due at `now`, and enabled ones whose next rotation was; of every registry.
   */
  due(now: number, limit: number): Promise<KmsKey[]>;
  version(key: KmsKeyRef, version: number): Promise<KmsKeyVersion | undefined>;
  /** The newest first. */
  versions(key: KmsKeyRef, page: PageRequest<number>): Promise<KmsKeyVersion[]>;
  /** Every version of every key, for whoever wraps them anew; by (account, region, key, version). */
  listVersions(page: PageRequest<KmsKeyVersion>): Promise<KmsKeyVersion[]>;
}

export interface KmsKeyWrites {
  /** The transaction fails if there is a key with that id. */
  insert(key: KmsKey): Promise<void>;
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(key: KmsKeyRef): Promise<KmsKey | undefined>;
  /** Overwrites what may change. */
  replace(key: KmsKey): Promise<void>;
  remove(key: KmsKeyRef): Promise<void>;
  insertVersion(version: KmsKeyVersion): Promise<void>;
  /** Overwrites the wrapped material. */
  rewrapVersion(version: KmsKeyVersion): Promise<void>;
  /** Destroys all key material. */
  removeVersions(key: KmsKeyRef): Promise<void>;
}

export interface KmsAliasReads {
  find(registry: Registry, name: string): Promise<KmsAlias | undefined>;
  /** By name. */
  list(registry: Registry, page: PageRequest<string>): Promise<KmsAlias[]>;
  /** Those of one key, by name. */
  of(key: KmsKeyRef, page: PageRequest<string>): Promise<KmsAlias[]>;
}

export interface KmsAliasWrites {
  /** False when the registry has an alias of that name. */
  insertIfAbsent(alias: KmsAlias): Promise<boolean>;
  /** Points it at another key; false when there is none of that name. */
  replace(alias: KmsAlias): Promise<boolean>;
  /** False when there was none. */
  remove(registry: Registry, name: string): Promise<boolean>;
  removeOf(key: KmsKeyRef): Promise<void>;
}

/** With both a grantee and a grant that they are like a listing is as quick as `applicable`. */
export interface KmsGrantFilter {
  readonly grantee?: string | undefined;
  readonly name?: string | undefined;
  /** Those of the same scope as this one (`grantScope`), and maybe of other constraints. */
  readonly like?: Pick<KmsGrant, "operations" | "constraints"> | undefined;
}

export interface KmsGrantReads {
  find(key: KmsKeyRef, id: string): Promise<KmsGrant | undefined>;
  /** By id. */
  list(key: KmsKeyRef, page: PageRequest<string>, filter?: KmsGrantFilter): Promise<KmsGrant[]>;
  /**
   * Those of one of these grantees and one of these scopes (`grantScope`), in any order. Takes time
   * for what it finds, however many grants the key has.
   */
  applicable(
    key: KmsKeyRef,
    grantees: readonly string[],
    scopes: readonly string[],
    limit: number,
  ): Promise<KmsGrant[]>;
  /** Those that the principal may retire, in the registry; by key and id. */
  retirable(
    registry: Registry,
    retiring: string,
    page: PageRequest<{ readonly key: string; readonly id: string }>,
  ): Promise<KmsGrant[]>;
  count(key: KmsKeyRef): Promise<number>;
}

export interface KmsGrantWrites {
  insert(grant: KmsGrant): Promise<void>;
  /** False when there was none. */
  remove(key: KmsKeyRef, id: string): Promise<boolean>;
  removeOf(key: KmsKeyRef): Promise<void>;
}

export interface KmsUseReads {
  /** The newest first. */
  list(key: KmsKeyRef, page: PageRequest<Pick<KmsUse, "at" | "id">>): Promise<KmsUse[]>;
  /** By month and operation. */
  counts(key: KmsKeyRef): Promise<KmsUseCount[]>;
}

export interface KmsUseWrites {
  insert(uses: readonly KmsUse[]): Promise<void>;
  /** Adds to what was counted. */
  count(counts: readonly KmsUseCount[]): Promise<void>;
  /** Removes uses from before that time; resolves to how many. Counts stay. */
  removeBefore(at: number, limit: number): Promise<number>;
}
