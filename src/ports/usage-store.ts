/** What was used and when, as narrow tables of the MetadataStore: the same promises. */
import type { Registry, RepositoryName } from "../registry/names.ts";
import type {
  UsageBucket,
  UsageCounts,
  UsageLevels,
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

/** What is there now of a repository, and what was seen of it last. */
export interface UsageSample extends UsageRepository {
  readonly levels: Pick<UsageLevels, "sizeBytes" | "images">;
  /** `undefined` where it was never looked at. */
  readonly seen: Pick<UsageLevels, "sizeBytes" | "images" | "archivedBytes"> | undefined;
}

/** A change of what is there. */
export interface UsageChange extends UsageScope, UsagePoint {}

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
  /** The same of each repository that was used in the range, by id. */
  sums(
    registry: Registry,
    period: UsagePeriod,
    range: UsageRange,
    page: PageRequest<string>,
  ): Promise<(UsageScope & { readonly counts: UsageCounts })[]>;
  /** What held at the range's begin, if anything did, and the changes in it; in order of time. */
  points(scope: UsageScope, range: UsageRange, limit: number): Promise<UsagePoint[]>;
  findRepository(scope: UsageScope): Promise<UsageRepository | undefined>;
  /** Repositories with a history, deleted ones too, by id. */
  repositories(registry: Registry, page: PageRequest<string>): Promise<UsageRepository[]>;
  /** Those that have or had the name, by id. */
  named(
    registry: Registry,
    name: RepositoryName,
    page: PageRequest<string>,
  ): Promise<UsageRepository[]>;
  /** In order of time. */
  calls(
    registry: Registry,
    operation: string,
    period: UsagePeriod,
    range: UsageRange,
    limit: number,
  ): Promise<Pick<UsageCalls, "at" | "calls">[]>;
  /** Every repository of every registry that is there now; by (account, region, id). */
  samples(page: PageRequest<UsageScope>): Promise<UsageSample[]>;
  /** Repositories that archived images are in, of every registry; by (account, region, id). */
  withArchive(page: PageRequest<UsageScope>): Promise<UsageScope[]>;
  /** Bytes of the repository's archived manifests, and of layers that no image in use needs. */
  archivedBytes(scope: UsageScope): Promise<number>;
  /** What every registry holds now, from counters; `archivedBytes` is 0. */
  registries(): Promise<{ readonly registry: Registry; readonly levels: UsageLevels }[]>;
  /** What was seen of it last. */
  lastPoint(scope: UsageScope): Promise<UsagePoint | undefined>;
  /** Known repositories that are not there any more and not noted as gone; by (account, region, id). */
  vanished(page: PageRequest<UsageScope>): Promise<UsageRepository[]>;
  /** Whose points of a day before that time are still those of hours; by time. */
  unthinned(before: number, limit: number): Promise<(UsageScope & { readonly day: number })[]>;
}

export interface UsageWrites {
  /** Adds to what was counted. Give them in one order, so that replicas never wait in a circle. */
  add(additions: readonly UsageAddition[]): Promise<void>;
  addCalls(calls: readonly UsageCalls[]): Promise<void>;
  /** Makes the repositories known by their names; does nothing where they are. */
  know(repositories: readonly UsageRepository[]): Promise<void>;
  /** Notes what changed. A repository must be known. */
  see(changes: readonly UsageChange[]): Promise<void>;
  /** Notes that the repositories are not there from that time on. */
  vanish(repositories: readonly UsageScope[], at: number): Promise<void>;
  /** Puts these points in the place of all that the scope has in the range. */
  thin(scope: UsageScope, range: UsageRange, points: readonly UsagePoint[]): Promise<void>;
  /** Removes counts of such periods from before that time; resolves to how many at most `limit`. */
  removeCounts(period: UsagePeriod, before: number, limit: number): Promise<number>;
  removeCalls(period: UsagePeriod, before: number, limit: number): Promise<number>;
  /** Removes points that say nothing of the time from `before` on. */
  removePoints(before: number, limit: number): Promise<number>;
  /** Forgets repositories that were gone before that time. Their counts and points go by themselves. */
  forget(goneBefore: number, limit: number): Promise<number>;
}
