import type { Ports } from "../../ports/ports.ts";
import type { RegistryCounts, ScanCount } from "../../ports/search-store.ts";
import { parseKmsKeyArn } from "../kms/kms-key.ts";
import type { Registry } from "../names.ts";
import { newestOf } from "../scanning/scan-image.ts";
import type { ScanType } from "../scanning/scan-type.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import type { ImageAgeCounts, ImageCensus } from "../usage/image-census.ts";
import { imageAgeCounts, worstCounts } from "../usage/take-census.ts";
import {
  noCounts,
  noLevels,
  periodStart,
  type UsageCounts,
  type UsageLevels,
  usagePeriodMs,
  wholeRegistry,
} from "../usage/usage.ts";
import { usageHistory } from "../usage/usage-history.ts";
import { searchLimits } from "./search-limits.ts";

/** One thing that somebody should see to. */
export interface Attention {
  readonly kind:
    | "ADVISORIES_MISSING"
    | "EVENTS_UNDELIVERED"
    | "IMAGES_QUARANTINED"
    | "KEY_DISABLED"
    | "KEY_MISSING"
    | "KEY_PENDING_DELETION"
    | "REPLICATION_FAILED"
    | "REVIEWS_PENDING"
    | "SCANS_FAILED";
  readonly count: number;
  /** There are more than were counted. */
  readonly isCut: boolean;
  /** Which key or destination it is about, where it is about one. */
  readonly subject?: string;
}

/** What happened on one day of UTC, and what was there on average. */
export interface OverviewDay {
  /** The day's begin. Milliseconds since the epoch. */
  readonly at: number;
  readonly counts: UsageCounts;
  readonly levels: UsageLevels;
  /** As it was noted last on that day; `undefined` where nobody has looked. */
  readonly census: ImageCensus | undefined;
}

export interface RegistryOverview {
  readonly counts: RegistryCounts;
  readonly archivedBytes: number;
  /** The last ones, today among them, the oldest first. */
  readonly days: readonly OverviewDay[];
  readonly scanType: ScanType;
  readonly scans: readonly ScanCount[];
  readonly ages: ImageAgeCounts;
  /** When the advisories changed last; `undefined` where there are none. */
  readonly advisoriesUpdatedAt: number | undefined;
  readonly attention: readonly Attention[];
}

/** A registry at a glance. Reads counters and indexes alone: its size hardly matters. */
export async function registryOverview(
  ports: Ports,
  registry: Registry,
): Promise<RegistryOverview> {
  const { search, usage } = ports.metadata;
  const { type } = await scanningConfiguration(ports, registry);
  const scope = { registry, repository: wholeRegistry };
  const [counts, last, scans, ages, days, index] = await Promise.all([
    search.registryCounts(registry),
    usage.levels.last(scope),
    search.scanCounts(registry, type),
    imageAgeCounts(ports, registry),
    lastDays(ports, registry),
    // One that can not be had is told as none.
    ports.vulnerabilities.current().catch(() => undefined),
  ]);
  const failed = sumOf(scans.filter(({ status }) => status === "FAILED"));
  const attention = [
    ...(index === undefined ? [whole("ADVISORIES_MISSING", 1)] : []),
    ...(failed > 0 ? [whole("SCANS_FAILED", failed)] : []),
    ...(await unusableKeys(ports, registry)),
    ...(await failedReplications(ports, registry)),
    ...(await heldImages(ports, registry)),
    ...(await undelivered(ports, registry)),
  ];
  return {
    ...{ counts, archivedBytes: last?.levels.archivedBytes ?? 0, scanType: type, scans, ages },
    days: days.map((day, place) =>
      place === days.length - 1 ? today(day, { counts, scans, ages }) : day,
    ),
    ...{ advisoriesUpdatedAt: index && newestOf(index), attention },
  };
}

/** As things are now: the hour's look, if there was one, may know less. */
function today(
  day: OverviewDay,
  { counts, scans, ages }: Pick<RegistryOverview, "counts" | "scans" | "ages">,
): OverviewDay {
  if (counts.images === 0) return day;
  const { levels } = day;
  const isUnknown = levels.images === 0 && levels.sizeBytes === 0;
  return {
    ...day,
    levels: isUnknown ? { ...levels, ...counts } : levels,
    census: { at: day.at, worst: worstCounts(scans), ages },
  };
}

function sumOf(scans: readonly ScanCount[]): number {
  return scans.reduce((sum, { images }) => sum + images, 0);
}

function whole(kind: Attention["kind"], count: number, subject?: string): Attention {
  return { kind, count, isCut: false, ...(subject !== undefined && { subject }) };
}

/** Of what was listed up to one more than is counted. */
function counted(kind: Attention["kind"], found: number): Attention[] {
  const { countedAttention } = searchLimits;
  if (found === 0) return [];
  return [{ kind, count: Math.min(found, countedAttention), isCut: found > countedAttention }];
}

async function lastDays(ports: Ports, registry: Registry): Promise<OverviewDay[]> {
  const { day } = usagePeriodMs;
  const to = periodStart("day", ports.clock.now()) + day;
  const range = { from: to - searchLimits.overviewDays * day, to };
  const scope = { registry, repository: wholeRegistry };
  const { buckets, averages } = await usageHistory(ports, scope, "day", range);
  const { census } = ports.metadata.usage;
  const noted = await census.list(registry, range, searchLimits.overviewDays);
  const looks = new Map(noted.map((each) => [each.at, each]));
  const counts = new Map(buckets.map((each) => [each.at, each.counts]));
  const levels = new Map(averages.map((each) => [each.at, each.levels]));
  return Array.from({ length: searchLimits.overviewDays }, (_, place) => {
    const at = range.from + place * day;
    return {
      ...{ at, counts: counts.get(at) ?? noCounts, levels: levels.get(at) ?? noLevels },
      census: looks.get(at),
    };
  });
}

/** Of those that repositories are under. */
async function unusableKeys(ports: Ports, registry: Registry): Promise<Attention[]> {
  const limit = searchLimits.countedAttention;
  const arns = await ports.metadata.repositories.encryptionKeys(registry, { limit });
  const found: Attention[] = [];
  for (const arn of arns) {
    const key = await ports.metadata.kms.keys.find(parseKmsKeyArn(arn));
    if (key === undefined) found.push(whole("KEY_MISSING", 1, arn));
    else if (key.state === "Disabled") found.push(whole("KEY_DISABLED", 1, arn));
    else if (key.state === "PendingDeletion") found.push(whole("KEY_PENDING_DELETION", 1, arn));
  }
  return found;
}

async function failedReplications(ports: Ports, registry: Registry): Promise<Attention[]> {
  const counts = await ports.metadata.replications.countsOf(registry);
  return counts
    .filter(({ status }) => status === "FAILED")
    .map(({ images, destination: { account, region } }) =>
      whole("REPLICATION_FAILED", images, `${account}/${region}`),
    );
}

async function heldImages(ports: Ports, registry: Registry): Promise<Attention[]> {
  const page = { limit: searchLimits.countedAttention + 1 };
  const { gates } = ports.metadata;
  const reviews = await gates.verdicts(registry, page, { review: "PENDING" });
  const quarantined = await gates.verdicts(registry, page, { state: "QUARANTINED" });
  return [
    ...counted("REVIEWS_PENDING", reviews.length),
    ...counted("IMAGES_QUARANTINED", quarantined.length),
  ];
}

async function undelivered(ports: Ports, registry: Registry): Promise<Attention[]> {
  const page = { limit: searchLimits.countedAttention + 1 };
  const letters = await ports.metadata.deadLetters.list(registry, page);
  return counted("EVENTS_UNDELIVERED", letters.length);
}
