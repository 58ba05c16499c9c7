import type { Registry, RepositoryName } from "../names.ts";

/** What is counted as it happens, of a repository and of its registry as a whole. */
export const usageCounters = [
  /** Manifests that were given to somebody who pulls. Neither a HEAD nor a 304 is one. */
  "pulls",
  /** Manifests that were put. */
  "pushes",
  /** Requests by what they were for, refused ones too. */
  "manifestReads",
  "manifestWrites",
  "layerReads",
  "layerWrites",
  "lists",
  "deletes",
  "otherRequests",
  /** Bytes of answers by where they went, heads and what an aborted one had sent among them. */
  "sentRegionBytes",
  "sentOtherRegionBytes",
  "sentInternetBytes",
  /** Bytes of requests. */
  "receivedBytes",
  /** Uses of KMS keys; of registries alone. */
  "keyOperations",
] as const;
export type UsageCounter = (typeof usageCounters)[number];
export type UsageCounts = Readonly<Record<UsageCounter, number>>;

/** What is there at a time, and looked at every hour. */
export const usageLevels = [
  /** Bytes as repositories count them. */
  "sizeBytes",
  "images",
  /** Of `sizeBytes`, what only archived images need. */
  "archivedBytes",
  /** Unique sealed bytes in the store; of registries alone. */
  "storedBytes",
  /** Of registries alone. */
  "repositories",
] as const;
export type UsageLevel = (typeof usageLevels)[number];
export type UsageLevels = Readonly<Record<UsageLevel, number>>;

/** Minutes are of pulls alone. All are of UTC. */
export const usagePeriods = ["minute", "hour", "day"] as const;
export type UsagePeriod = (typeof usagePeriods)[number];

export const usagePeriodMs: Readonly<Record<UsagePeriod, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Where an answer went, as far as the deployment's networks tell. */
export const destinations = ["region", "other-region", "internet"] as const;
export type Destination = (typeof destinations)[number];

/** A repository in one life, or its registry as a whole. */
export interface UsageScope {
  readonly registry: Registry;
  /** A repository's id; `wholeRegistry` for all of the registry, requests of no repository too. */
  readonly repository: string;
}

export const wholeRegistry = "";

/** A repository that was used or held something once, be it deleted since. */
export interface UsageRepository extends UsageScope {
  /** The name that it has or had. */
  readonly name: RepositoryName;
}

/** What was counted in one period. */
export interface UsageBucket {
  /** The period's begin. Milliseconds since the epoch. */
  readonly at: number;
  readonly counts: UsageCounts;
}

/** What was there from that time on, until the next point. Equal ones are not written twice. */
export interface UsagePoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly levels: UsageLevels;
}

/** From `from` until before `to`. Milliseconds since the epoch. */
export interface UsageRange {
  readonly from: number;
  readonly to: number;
}

export const noCounts: UsageCounts = {
  ...{ pulls: 0, pushes: 0 },
  ...{ manifestReads: 0, manifestWrites: 0, layerReads: 0, layerWrites: 0 },
  ...{ lists: 0, deletes: 0, otherRequests: 0 },
  ...{ sentRegionBytes: 0, sentOtherRegionBytes: 0, sentInternetBytes: 0 },
  ...{ receivedBytes: 0, keyOperations: 0 },
};

export const noLevels: UsageLevels = {
  ...{ sizeBytes: 0, images: 0, archivedBytes: 0 },
  ...{ storedBytes: 0, repositories: 0 },
};

/** When the period began in which that time lies. */
export function periodStart(period: UsagePeriod, at: number): number {
  const lengthMs = usagePeriodMs[period];
  return Math.floor(at / lengthMs) * lengthMs;
}
