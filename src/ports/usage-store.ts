/** What was used and when, as narrow tables of the MetadataStore: the same promises. */
import type { Registry, RepositoryName } from "../registry/names.ts";
import type { ImageCensus } from "../registry/usage/image-census.ts";
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

export interface UsageReads {
  readonly counts: UsageCountReads;
  readonly calls: UsageCallReads;
  readonly levels: UsageLevelReads;
  readonly repositories: UsageRepositoryReads;
  readonly standing: UsageStandingReads;
  readonly census: ImageCensusReads;
}

export interface UsageChange {
  readonly counts: UsageCountReads & UsageCountWrites;
  readonly calls: UsageCallReads & UsageCallWrites;
  readonly levels: UsageLevelReads & UsageLevelWrites;
  readonly repositories: UsageRepositoryReads & UsageRepositoryWrites;
  readonly standing: UsageStandingReads;
  readonly census: ImageCensusReads & ImageCensusWrites;
}

export interface ImageCensusReads {
  /** In order of time. */
  list(registry: Registry, range: UsageRange, limit: number): Promise<ImageCensus[]>;
}

export interface ImageCensusWrites {
  /** Puts it in the place of what was noted of that day. */
  put(registry: Registry, census: ImageCensus): Promise<void>;
  /** Removes those of the oldest days before that time; resolves to how many. */
  removeBefore(at: number, limit: number): Promise<number>;
}

/** What is to be added to what was counted in one period. */
export interface UsageAddition extends UsageScope {
  readonly period: UsagePeriod;
  /** The period's begin. */
  readonly at: number;
  readonly counts: UsageCounts;
}

export interface UsageCountReads {
  /** Periods in which something was counted, in their order. */
  buckets(
    scope: UsageScope,
    period: UsagePeriod,
    range: UsageRange,
    limit: number,
  ): Promise<UsageBucket[]>;
  /** The sum of the periods that begin in the range; zeros where there are none. */
  sum(scope: UsageScope, period: UsagePeriod, range: UsageRange): Promise<UsageCounts>;
  /** The same of each of these repositories that was used in the range, by id. */
  sums(
    registry: Registry,
    period: UsagePeriod,
    range: UsageRange,
    repositories: readonly string[],
  ): Promise<(UsageScope & { readonly counts: UsageCounts })[]>;
}

export interface UsageCountWrites {
  /** Adds to what was counted. Give them in one order, so that replicas never wait in a circle. */
  add(additions: readonly UsageAddition[]): Promise<void>;
  /** Removes the oldest of such periods that began before that time; resolves to how many. */
  removeBefore(period: UsagePeriod, at: number, limit: number): Promise<number>;
}

/** How often an operation was asked of a registry in one period. */
export interface UsageCalls {
  readonly registry: Registry;
  /** `GetAuthorizationToken`. */
  readonly operation: string;
  readonly period: UsagePeriod;
  /** The period's begin. */
  readonly at: number;
  readonly calls: number;
}

export interface UsageCallReads {
  /** In order of time. */
  list(
    registry: Registry,
    operation: string,
    period: UsagePeriod,
    range: UsageRange,
    limit: number,
  ): Promise<Pick<UsageCalls, "at" | "calls">[]>;
}

export interface UsageCallWrites {
  /** Like `add` of counts. */
  add(calls: readonly UsageCalls[]): Promise<void>;
  removeBefore(period: UsagePeriod, at: number, limit: number): Promise<number>;
}

export interface ArchivedUsage extends UsageScope {
  readonly bytes: number;
}

export interface UsageLevelReads {
  /** What held at the range's begin, if anything did, and the changes in it; in order of time. */
  points(scope: UsageScope, range: UsageRange, limit: number): Promise<UsagePoint[]>;
  /** What was seen last. */
  last(scope: UsageScope): Promise<UsagePoint | undefined>;
  /** What every registry holds now, from counters; `archivedBytes` is 0. */
  registries(): Promise<{ readonly registry: Registry; readonly levels: UsageLevels }[]>;
  /**
   * Repositories that archived images are in, of every registry, each with the bytes of its archived
   * manifests and of layers that no image in use needs; by (account, region, id).
   */
  archived(page: PageRequest<UsageScope>): Promise<ArchivedUsage[]>;
  /** Days before that time that have points of hours, the oldest first; a day's begin. */
  unthinned(before: number, limit: number): Promise<(UsageScope & { readonly day: number })[]>;
}

export interface UsageLevelWrites {
  /** Notes what there is from a time on. */
  see(points: readonly (UsageScope & UsagePoint)[]): Promise<void>;
  /** Puts these points of days in the place of all that the scope has from that day on, for a day. */
  thin(scope: UsageScope, day: number, points: readonly UsagePoint[]): Promise<void>;
  /** Removes points that say nothing of the time from `at` on; resolves to how many. */
  removeBefore(at: number, limit: number): Promise<number>;
}

/** What is there now of a repository, and what was seen of it last. */
export interface UsageSample extends UsageRepository {
  readonly now: SampledLevels;
  /** `undefined` where it is not known yet. */
  readonly seen: (SampledLevels & Pick<UsageLevels, "archivedBytes">) | undefined;
}

type SampledLevels = Pick<UsageLevels, "sizeBytes" | "images">;

export interface LargeRepository extends UsageRepository, SampledLevels {}

export interface KnownUsage extends UsageRepository {
  readonly isThere: boolean;
}

export interface UsageRepositoryReads {
  find(scope: UsageScope): Promise<UsageRepository | undefined>;
  /** Repositories with a history, deleted ones too, by id. */
  list(registry: Registry, page: PageRequest<string>): Promise<UsageRepository[]>;
  /** Those that have or had the name, by id. */
  named(
    registry: Registry,
    name: RepositoryName,
    page: PageRequest<string>,
  ): Promise<UsageRepository[]>;
  /** Of all registries, those that were the largest when they were looked at last. */
  largest(limit: number): Promise<LargeRepository[]>;
  /** Every repository of every registry that is there now; by (account, region, id). */
  samples(page: PageRequest<UsageScope>): Promise<UsageSample[]>;
  /** Those that are not noted as gone; by (account, region, id). */
  known(page: PageRequest<UsageScope>): Promise<KnownUsage[]>;
}

/** What there is of all registries beside what counters know, for metrics. */
export interface Standing {
  readonly uploads: number;
  /** Names that a replica holds. */
  readonly leases: number;
  readonly trashedRepositories: number;
  readonly trashedImages: number;
  /** Of those images, as DescribeImages says it: layers that several share count for each. */
  readonly trashedImageBytes: number;
  /** What waits for garbage collection, by kind. */
  readonly reclaim: readonly { readonly kind: string; readonly waiting: number }[];
}

export interface UsageStandingReads {
  /** Looks at an entry of an index for each: not for a request that somebody waits for. */
  now(): Promise<Standing>;
}

export interface UsageRepositoryWrites {
  /** Makes them known by their names; does nothing where they are. */
  know(repositories: readonly UsageRepository[]): Promise<void>;
  /** Remembers what was seen of known ones, to compare. */
  setSeen(repositories: readonly (UsageScope & Pick<UsagePoint, "levels">)[]): Promise<void>;
  /** Notes that they are not there from that time on. */
  setGone(repositories: readonly UsageScope[], at: number): Promise<void>;
  /** Forgets those that were gone before that time. Counts and points go by themselves. */
  removeGone(before: number, limit: number): Promise<number>;
}
