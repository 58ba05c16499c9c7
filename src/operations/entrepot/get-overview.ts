import { registryOf } from "../../registry/identity/principal.ts";
import {
  type OverviewDay,
  type RegistryOverview,
  registryOverview,
} from "../../registry/search/registry-overview.ts";
import type { ImageAgeCounts } from "../../registry/usage/image-census.ts";
import { worstCounts } from "../../registry/usage/take-census.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

interface Day {
  /** The begin of a day of UTC. */
  readonly timestamp: number;
  readonly pulls: number;
  readonly pushes: number;
  /** On average. */
  readonly sizeInBytes: number;
  readonly storedSizeInBytes: number;
  /** How images stood at the end of the day, or at the last hour; absent where nobody has looked. */
  readonly worstSeverityCounts?: Readonly<Record<string, number>>;
  readonly imageAgeCounts?: ImageAgeCounts;
}

interface Answer {
  readonly registryId: string;
  readonly repositoryCount: number;
  readonly imageCount: number;
  /** As repositories count them. */
  readonly sizeInBytes: number;
  /** What the store holds, each content once. */
  readonly storedSizeInBytes: number;
  /** Of `sizeInBytes`, what only archived images need; as of the last hour. */
  readonly archivedSizeInBytes: number;
  /** The last 30, today among them. */
  readonly days: readonly Day[];
  readonly scans: {
    readonly scanType: string;
    /** Images that can be pulled and were asked to be scanned, by status. */
    readonly statusCounts: Readonly<Record<string, number>>;
    /** The same by the worst that was found; NONE where nothing was. */
    readonly worstSeverityCounts: Readonly<Record<string, number>>;
    /** Absent without advisories. */
    readonly advisoriesUpdatedAt?: number;
  };
  /** Images that can be pulled, by the time since they were pushed: 7, 30, 90, 180, 365 days, more. */
  readonly imageAgeCounts: ImageAgeCounts;
  /** What somebody should see to. */
  readonly attention: readonly {
    readonly kind: string;
    readonly count: number;
    /** There are more than were counted. */
    readonly truncated?: boolean;
    /** The key's ARN, or account and region of a destination. */
    readonly subject?: string;
  }[];
}

/** The caller's registry at a glance: what it holds, what happens in it, and what somebody should see to. */
export const getOverview = operation("entrepot:GetOverview", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: [],
  async handle(_, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller);
    const found = await registryOverview(ports, registry);
    const { repositories, images, sizeBytes, storedBytes } = found.counts;
    return {
      ...{ registryId: registry.account, repositoryCount: repositories, imageCount: images },
      ...{ sizeInBytes: sizeBytes, storedSizeInBytes: storedBytes },
      archivedSizeInBytes: found.archivedBytes,
      days: found.days.map(dayAnswer),
      ...{ scans: scansAnswer(found), imageAgeCounts: found.ages },
      attention: found.attention.map(({ kind, count, isCut, subject }) => ({
        ...{ kind, count },
        ...(isCut && { truncated: true }),
        ...(subject !== undefined && { subject }),
      })),
    };
  },
});

function dayAnswer({ at, counts, levels, census }: OverviewDay): Day {
  return {
    ...{ timestamp: epochSeconds(at), pulls: counts.pulls, pushes: counts.pushes },
    ...{ sizeInBytes: levels.sizeBytes, storedSizeInBytes: levels.storedBytes },
    ...(census && { worstSeverityCounts: census.worst, imageAgeCounts: census.ages }),
  };
}

function scansAnswer({ scanType, scans, advisoriesUpdatedAt }: RegistryOverview) {
  const statusCounts: Record<string, number> = {};
  for (const { status, images } of scans) {
    statusCounts[status] = (statusCounts[status] ?? 0) + images;
  }
  return {
    ...{ scanType, statusCounts, worstSeverityCounts: worstCounts(scans) },
    ...(advisoriesUpdatedAt !== undefined && {
      advisoriesUpdatedAt: epochSeconds(advisoriesUpdatedAt),
    }),
  };
}
