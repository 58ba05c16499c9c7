import type { FindingFilter } from "../registry/inspector/finding-filter.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

/** Filters of findings, as a narrow table of the MetadataStore: the same promises. */
export interface FindingFilterReads {
  find(registry: Registry, id: string): Promise<FindingFilter | undefined>;
  named(registry: Registry, name: string): Promise<FindingFilter | undefined>;
  /** By id. */
  list(registry: Registry, page: PageRequest<string>): Promise<FindingFilter[]>;
  /** Those that suppress, by id. */
  suppressing(registry: Registry, limit: number): Promise<FindingFilter[]>;
}

export interface FindingFilterWrites {
  /** False where the registry has one of that name. */
  insertIfAbsent(filter: FindingFilter): Promise<boolean>;
  /** Overwrites all but its key and when it was made. The transaction fails where another has the name. */
  replace(filter: FindingFilter): Promise<void>;
  remove(registry: Registry, id: string): Promise<void>;
}
