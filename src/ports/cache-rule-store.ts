import type { Registry } from "../registry/names.ts";
import type { CacheRule } from "../registry/pull-through-cache/cache-rule.ts";
import type { PageRequest } from "./page-request.ts";

/** Rules of the pull-through cache, as a narrow table of the MetadataStore: the same promises. */
export interface CacheRuleReads {
  /** Those of the registry that have one of these keys, in no order. */
  at(registry: Registry, keys: readonly string[]): Promise<CacheRule[]>;
  /** Of one registry, by key. */
  list(registry: Registry, page: PageRequest<string>): Promise<CacheRule[]>;
}

export interface CacheRuleWrites {
  /** False when the registry has one of that key already. */
  insertIfAbsent(rule: CacheRule): Promise<boolean>;
  /** Nobody else changes it until the transaction ends. */
  lock(registry: Registry, key: string): Promise<CacheRule | undefined>;
  replace(rule: CacheRule): Promise<void>;
  remove(registry: Registry, key: string): Promise<void>;
}
