import type { PullTimeExclusion } from "../registry/images/pull-time-exclusion.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

/** Whose pulls do not count as such, as a narrow table of the MetadataStore: the same promises. */
export interface PullTimeExclusionReads {
  /** Of one registry, by the principal's ARN. */
  list(registry: Registry, page: PageRequest<string>): Promise<PullTimeExclusion[]>;
}

export interface PullTimeExclusionWrites {
  /** False when the registry has one of that principal already. */
  insertIfAbsent(exclusion: PullTimeExclusion): Promise<boolean>;
  /** False when the registry had none of that principal. */
  remove(registry: Registry, principalArn: string): Promise<boolean>;
}
