/** What is known about costs beside usage, as narrow tables of the MetadataStore: the same promises. */
import type {
  CostAssessment,
  CostSaving,
  SavingKind,
  SavingSum,
} from "../registry/cost/cost-saving.ts";
import type { Registry } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type { UsageRange } from "../registry/usage/usage.ts";
import type { PageRequest } from "./page-request.ts";

/** Ids of repositories behind `after`, up to `last` and with it. */
export interface IdRange {
  readonly after: string;
  readonly last: string;
}

/** What a repository held from a time on. */
export interface RepositoryPoint {
  readonly repository: string;
  readonly at: number;
  readonly sizeBytes: number;
  readonly archivedBytes: number;
}

/** Where a listing of findings stands: those with the most bytes come first. */
export type SavingPosition = Pick<CostSaving, "bytes" | "kind"> & { readonly repository: string };

export interface CostReads {
  /** Registries that hold something, held something or have a KMS key; by (account, region). */
  registries(page: PageRequest<Registry>): Promise<Registry[]>;
  /** Of repositories, what held at the range's begin and the changes in it; by (id, time). */
  points(registry: Registry, ids: IdRange, range: UsageRange): Promise<RepositoryPoint[]>;
  /** Of repositories that have the resource tag, its value; by id. */
  tagValues(
    registry: Registry,
    key: string,
    ids: IdRange,
  ): Promise<{ readonly repository: string; readonly value: string }[]>;
  /** By id. */
  assessments(registry: Registry, ids: IdRange): Promise<CostAssessment[]>;
  assessment(repository: RepositoryRef): Promise<CostAssessment | undefined>;
  /** Of every registry, by (account, region, id). */
  listAssessments(page: PageRequest<RepositoryRef>): Promise<CostAssessment[]>;
  /** Of those assessed after `since`, the sum of what expires until exactly then. */
  expiringBytes(registry: Registry, until: number, since: number): Promise<number>;
  savings(registry: Registry, page: PageRequest<SavingPosition>): Promise<CostSaving[]>;
  /** Of one repository. */
  savingsOf(repository: RepositoryRef): Promise<CostSaving[]>;
  /** Of all findings of a kind. */
  savingSum(registry: Registry, kind: SavingKind): Promise<SavingSum>;
}

export interface CostWrites {
  /** In the place of what was known of the repository. */
  putAssessment(
    assessment: CostAssessment,
    savings: readonly Omit<CostSaving, "repository" | "name" | "foundAt">[],
  ): Promise<void>;
  removeAssessment(repository: RepositoryRef): Promise<void>;
}
