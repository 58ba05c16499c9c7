/** What was used and when, as narrow tables of the MetadataStore: the same promises. */
import type { Registry, RepositoryName } from "../registry/names.ts";
import type {
  UsageBucket,
  UsageCounts,
  UsagePeriod,
  UsagePoint,
  UsageRange,
  UsageRepository,
  UsageScope,
} from "../registry/usage/usage.ts";
import type { PageRequest } from "./page-request.ts";

/** What is to be added to what was counted in one period. */
export interface UsageAddition extends UsageScope {
  readonly period: UsagePeriod;
  /** The period's begin. */
  readonly at: number;
  readonly counts: UsageCounts;
}

/** How often an operation was asked of a registry in one period. */
export interface UsageCalls {
  readonly registry: Registry;
  /** `GetAuthorizationToken`. */
  readonly operation: string;
  readonly period: UsagePeriod;
  readonly at: number;
  readonly calls: number;
}

/** Where a repository's history begins and what was seen of it last. */
export interface UsageSeen extends UsageRepository, UsagePoint {}

export interface UsageReads {
  /** Periods in which something was counted, in their order. */
  buckets(
    scope: UsageScope,
    period: UsagePeriod,
    range: UsageRange,
    limit: number,
  ): Promise<UsageBucket[]>;
  /** The sum of the periods that begin in the range; zeros where there are none. */
  sum(scope: UsageScope, period: UsagePeriod, range: UsageRange): Promise<UsageCounts>;
  /** What held at the range's begin, if anything did, and the changes in it; in order of time. */
  points(scope: UsageScope, range: UsageRange, limit: number): Promise<UsagePoint[]>;
  /** Repositories with a history, deleted ones too, by id. */
  repositories(registry: Registry, page: PageRequest<string>): Promise<UsageRepository[]>;
  /** Those that have or had the name, by id. */
  named(
    registry: Registry,
    name: RepositoryName,
    page: PageRequest<string>,
  ): Promise<UsageRepository[]>;
  /** Calls in order of time. */
  calls(
    registry: Registry,
    operation: string,
    period: UsagePeriod,
    range: UsageRange,
    limit: number,
  ): Promise<Pick<UsageCalls, "at" | "calls">[]>;
}

export interface UsageWrites {
  /** Adds to what was counted. Give them in one order, so that replicas never wait in a circle. */
  add(additions: readonly UsageAddition[]): Promise<void>;
  addCalls(calls: readonly UsageCalls[]): Promise<void>;
  /** Makes the repositories known by their names; does nothing where they are. */
  know(repositories: readonly UsageRepository[]): Promise<void>;
}
