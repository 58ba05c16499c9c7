import type { Registry } from "../registry/names.ts";
import type { CacheRule } from "../registry/pull-through-cache/cache-rule.ts";
import type {
  CacheCounts,
  CacheHealth,
  CacheUsageAddition,
} from "../registry/pull-through-cache/cache-usage.ts";
import type { PageRequest } from "./page-request.ts";

/** Rules of the pull-through cache, as a narrow table of the MetadataStore: the same promises. */
export interface CacheRuleReads {
  /** Those of the registry that have one of these keys, in no order. */
  at(registry: Registry, keys: readonly string[]): Promise<CacheRule[]>;
  /** Of one registry, by key. */
  list(registry: Registry, page: PageRequest<string>): Promise<CacheRule[]>;
  /** How the upstreams of these rules answered last, by key. */
  health(registry: Registry, keys: readonly string[]): Promise<ReadonlyMap<string, CacheHealth>>;
  /** Sums of the hours that begin at `from` or later, by key; none where nothing was counted. */
  usage(
    registry: Registry,
    keys: readonly string[],
    from: number,
  ): Promise<ReadonlyMap<string, CacheCounts>>;
}

export interface CacheRuleWrites {
  /** False when the registry has one of that key already. */
  insertIfAbsent(rule: CacheRule): Promise<boolean>;
  /** Nobody else changes it until the transaction ends. */
  lock(registry: Registry, key: string): Promise<CacheRule | undefined>;
  replace(rule: CacheRule): Promise<void>;
  /** With what was counted of it. */
  remove(registry: Registry, key: string): Promise<void>;
  /** Of what it says, what is newer than what is known; nothing where the rule is not there. */
  noteHealth(registry: Registry, key: string, health: CacheHealth): Promise<void>;
  /** Adds to what was counted. Give them in one order, so that replicas never wait in a circle. */
  addUsage(additions: readonly CacheUsageAddition[]): Promise<void>;
  /** Removes the oldest of the hours that began before that time; resolves to how many. */
  removeUsageBefore(at: number, limit: number): Promise<number>;
}
