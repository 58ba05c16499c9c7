/** The rows of rules of the pull-through cache, as they are stored: see `tables.ts`. */
import type { AccountId, Region } from "../../../registry/names.ts";

export interface CacheRuleTable {
  account: AccountId;
  region: Region;
  /** The prefix without a slash at its end, or `ROOT`. */
  prefix: string;
  /** JSON. */
  settings: string;
  created_at: number;
  updated_at: number;
  fetched_at: number | null;
  failed_at: number | null;
  /** JSON. */
  failure: string | null;
}

export interface CacheUsageTable {
  account: AccountId;
  region: Region;
  /** The rule's. */
  prefix: string;
  /** An hour's begin. */
  at: number;
  pulls: number;
  misses: number;
  sent_bytes: number;
  fetched_bytes: number;
}

export interface CacheRuleTables {
  cache_rule: CacheRuleTable;
  cache_usage: CacheUsageTable;
}
