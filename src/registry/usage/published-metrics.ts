/** What is published under the names that CloudWatch has for it, and under our own. */
import type { Ports } from "../../ports/ports.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { countedCalls } from "./count-request.ts";
import {
  noLevels,
  type UsageLevel,
  type UsagePeriod,
  type UsageRange,
  type UsageScope,
  usagePeriodMs,
  wholeRegistry,
} from "./usage.ts";
import { usageLimits } from "./usage-limits.ts";

export interface MetricDimension {
  readonly name: string;
  readonly value: string;
}

export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly MetricDimension[];
}

/** Several samples of a metric, as one number for each statistic. */
export interface MetricDatapoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly sum: number;
  readonly sampleCount: number;
  readonly minimum: number;
  readonly maximum: number;
}

export type MetricUnit = "Count" | "Bytes" | "None";

/** Where a metric's values come from. */
type Source =
  | { readonly kind: "pulls"; readonly repository: RepositoryName }
  | { readonly kind: "calls"; readonly operation: string }
  | {
      readonly kind: "level";
      readonly level: UsageLevel;
      /** `undefined`: of the registry as a whole. */
      readonly repository: RepositoryName | undefined;
    };

export interface PublishedMetric {
  readonly metric: MetricName;
  readonly unit: MetricUnit;
  readonly source: Source;
}

const usage = "AWS/Usage";

function dimension(name: string, value: string): MetricDimension {
  return { name, value };
}

/** Source: ECR, "CloudWatch usage metrics". */
function callCount(operation: string): PublishedMetric {
  const dimensions = [
    ...[dimension("Service", "ECR"), dimension("Type", "API")],
    ...[dimension("Resource", operation), dimension("Class", "None")],
  ];
  const metric = { namespace: usage, name: "CallCount", dimensions };
  return { metric, unit: "None", source: { kind: "calls", operation } };
}

function resourceCount(
  resource: string,
  level: UsageLevel,
  repository: RepositoryName | undefined,
): PublishedMetric {
  const dimensions = [
    ...[dimension("Service", "ECR"), dimension("Type", "RESOURCE")],
    ...[dimension("Resource", resource), dimension("Class", "None")],
    ...(repository === undefined ? [] : [dimension("ResourceId", `repository/${repository}`)]),
  ];
  const metric = { namespace: usage, name: "ResourceCount", dimensions };
  return { metric, unit: "None", source: { kind: "level", level, repository } };
}

function own(
  name: string,
  level: UsageLevel,
  repository: RepositoryName | undefined,
): PublishedMetric {
  const dimensions = repository === undefined ? [] : [dimension("RepositoryName", repository)];
  const metric = { namespace: "Entrepot", name, dimensions };
  const unit = name.endsWith("Bytes") ? "Bytes" : "Count";
  return { metric, unit, source: { kind: "level", level, repository } };
}

/** Of the registry as a whole. */
export const registryMetrics: readonly PublishedMetric[] = [
  ...countedCalls.map(callCount),
  resourceCount("RepositoryCount", "repositories", undefined),
  own("StorageBytes", "sizeBytes", undefined),
  own("ArchivedBytes", "archivedBytes", undefined),
  own("StoredBytes", "storedBytes", undefined),
  own("ImageCount", "images", undefined),
  own("RepositoryCount", "repositories", undefined),
];

/** Of one repository. Source of the first: ECR, "Repository metrics". */
export function repositoryMetrics(repository: RepositoryName): PublishedMetric[] {
  return [
    {
      metric: {
        ...{ namespace: "AWS/ECR", name: "RepositoryPullCount" },
        dimensions: [dimension("RepositoryName", repository)],
      },
      unit: "Count",
      source: { kind: "pulls", repository },
    },
    resourceCount("ImagesPerRepositoryCount", "images", repository),
    own("StorageBytes", "sizeBytes", repository),
    own("ArchivedBytes", "archivedBytes", repository),
    own("ImageCount", "images", repository),
  ];
}

/** The metric of that name and of exactly these dimensions, whether or not the repository is there. */
export function findMetric({
  namespace,
  name,
  dimensions,
}: MetricName): PublishedMetric | undefined {
  const given = new Map(dimensions.map((each) => [each.name, each.value]));
  const resource = /^repository\/(.*)$/s.exec(given.get("ResourceId") ?? "")?.[1];
  const repository = given.get("RepositoryName") ?? resource;
  const candidates =
    repository === undefined ? registryMetrics : repositoryMetrics(repository as RepositoryName);
  return candidates.find(
    ({ metric }) =>
      metric.namespace === namespace &&
      metric.name === name &&
      metric.dimensions.length === dimensions.length &&
      metric.dimensions.every((each) => given.get(each.name) === each.value),
  );
}

/**
 * Datapoints of whole periods, in order of time; periods without a sample have none. What is asked by
 * periods of whole days is known for 800 days, by whole hours for 14, and by less for one.
 * @param range of at most `usageLimits.pointsPerAnswer` periods; begins where a period does
 */
export async function datapoints(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  { source }: PublishedMetric,
  periodMs: number,
  range: UsageRange,
): Promise<MetricDatapoint[]> {
  const samples = await samplesOf(ports, registry, source, periodMs, range);
  const points = new Map<number, MetricDatapoint>();
  for (const { at: sampledAt, value } of samples) {
    const at = range.from + Math.floor((sampledAt - range.from) / periodMs) * periodMs;
    const known = points.get(at);
    points.set(at, {
      at,
      sum: (known?.sum ?? 0) + value,
      sampleCount: (known?.sampleCount ?? 0) + 1,
      minimum: Math.min(known?.minimum ?? value, value),
      maximum: Math.max(known?.maximum ?? value, value),
    });
  }
  return [...points.values()].sort((one, other) => one.at - other.at);
}

interface Sample {
  readonly at: number;
  readonly value: number;
}

async function samplesOf(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  source: Source,
  periodMs: number,
  range: UsageRange,
): Promise<Sample[]> {
  const { counts, calls } = ports.metadata.usage;
  const period = granularity(periodMs);
  // As many as the whole range can have.
  const limit = Math.ceil((range.to - range.from) / usagePeriodMs[period]);
  if (source.kind === "calls") {
    const found = await calls.list(registry, source.operation, period, range, limit);
    return found.map(({ at, calls: value }) => ({ at, value }));
  }
  const samples: Sample[] = [];
  for (const scope of await scopesOf(ports, registry, source.repository)) {
    if (source.kind === "level") {
      samples.push(...(await levelSamples(ports, scope, source.level, periodMs, range)));
    } else {
      const buckets = await counts.buckets(scope, period, range, limit);
      samples.push(...buckets.map(({ at, counts: { pulls } }) => ({ at, value: pulls })));
    }
  }
  return samples.filter(({ value }) => source.kind === "level" || value > 0);
}

function granularity(periodMs: number): UsagePeriod {
  if (periodMs % usagePeriodMs.day === 0) return "day";
  return periodMs % usagePeriodMs.hour === 0 ? "hour" : "minute";
}

/** All that have or had the name: to CloudWatch they are one. */
async function scopesOf(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  name: RepositoryName | undefined,
): Promise<readonly UsageScope[]> {
  if (name === undefined) return [{ registry, repository: wholeRegistry }];
  const limit = usageLimits.historiesPerAnswer;
  const [live, named] = await Promise.all([
    metadata.repositories.find(registry, name),
    metadata.usage.repositories.named(registry, name, { limit }),
  ]);
  // Of a name that was used often, the repository that has it now is one of those that count.
  if (live === undefined || named.some(({ repository }) => repository === live.id)) return named;
  return [{ registry, repository: live.id }, ...named.slice(0, limit - 1)];
}

/** One sample an hour, or one a period where that is shorter: what held at its begin. */
async function levelSamples(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  scope: UsageScope,
  level: UsageLevel,
  periodMs: number,
  range: UsageRange,
): Promise<Sample[]> {
  const points = await metadata.usage.levels.points(scope, range, usageLimits.pointsRead);
  const samples: Sample[] = [];
  const end = Math.min(range.to, clock.now() + 1);
  const stepMs = Math.min(periodMs, usagePeriodMs.hour);
  // Nothing is known of the time before the first point, however long that is.
  const known = Math.max(0, (points[0]?.at ?? end) - range.from);
  const begin = range.from + Math.floor(known / stepMs) * stepMs;
  let index = -1;
  for (let at = begin; at < end; at += stepMs) {
    // Within a period, what was found since its begin is better than nothing.
    while ((points[index + 1]?.at ?? end) < Math.min(at + stepMs, end)) index += 1;
    if (index < 0) continue;
    const { [level]: value } = points[index]?.levels ?? noLevels;
    // A repository that is gone has no sample.
    if (value > 0 || scope.repository === wholeRegistry) samples.push({ at, value });
  }
  return samples;
}
