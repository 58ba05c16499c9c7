/** Quotas, as narrow tables of the MetadataStore: the same promises. */
import type { Registry } from "../registry/names.ts";
import type { Quota, QuotaPlace, QuotaUnit } from "../registry/quotas/quota.ts";
import type { PageRequest } from "./page-request.ts";

/** Quotas of one unit, counted for metrics. */
export interface QuotaCounts {
  readonly unit: QuotaUnit;
  readonly quotas: number;
  readonly counting: number;
  readonly overSoft: number;
  readonly overHard: number;
}

export interface QuotaReads {
  find(registry: Registry, id: string): Promise<Quota | undefined>;
  /** Those of the quotas that are there, in no order. */
  findMany(registry: Registry, ids: readonly string[]): Promise<Quota[]>;
  /** Those that lie at one of the prefixes, in no order. */
  at(registry: Registry, prefixes: readonly string[]): Promise<Quota[]>;
  /** By prefix and unit. */
  list(registry: Registry, page: PageRequest<QuotaPlace>): Promise<Quota[]>;
  /** Those of every registry, for `fsck` and whoever watches them; by (account, region, id). */
  listAll(page: PageRequest<Pick<Quota, "registry" | "id">>): Promise<Quota[]>;
  /** Of all registries. Looks at every quota: not for a request that somebody waits for. */
  counts(): Promise<QuotaCounts[]>;
}

export interface QuotaWrites {
  /** Like `find`, and nobody else locks or changes the quota until this transaction ends. */
  lock(registry: Registry, id: string): Promise<Quota | undefined>;
  /** False when there is one of that unit at that prefix. Nothing may be charged to it yet. */
  insertIfAbsent(quota: Quota): Promise<boolean>;
  /** Overwrites limits, state and position. */
  replace(quota: Quota): Promise<void>;
  /** What is used of it is removed already. */
  remove(registry: Registry, id: string): Promise<void>;
}

/**
 * What is used of quotas. It lies in several rows, so that pushes do not wait for one another; each has
 * a part of what may still be charged. `allow` deals that out, `charge` draws on one part alone.
 */
export interface QuotaUsageReads {
  /** By id; a quota that is not there is not in it. */
  of(registry: Registry, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
export interface QuotaUsageWrites {
  /** Adds where this transaction's part lets; false, and nothing done, where it does not. */
  charge(registry: Registry, id: string, by: number): Promise<boolean>;
  /** Adds whatever is allowed; negative gives back. Does nothing where there is no such quota. */
  add(registry: Registry, id: string, by: number): Promise<void>;
  /** What is used, and nobody charges or adds until this transaction ends. */
  lock(registry: Registry, id: string): Promise<number>;
  /**
   * From now on `charge` takes so much more in all, however it is spread; `undefined`: without end;
   * nothing where it is not positive. What is used is locked, or the quota is new.
   */
  allow(registry: Registry, id: string, more: number | undefined): Promise<void>;
  remove(registry: Registry, id: string): Promise<void>;
}

/** Where a registry's service quotas are not those that every registry has. */
export interface ServiceQuotaReads {
  /** Values by code. */
  of(registry: Registry): Promise<ReadonlyMap<string, number>>;
}
export interface ServiceQuotaWrites {
  put(registry: Registry, code: string, value: number): Promise<void>;
  /** False when it was not adjusted. */
  remove(registry: Registry, code: string): Promise<boolean>;
}
