import type { Statistic } from "@aws-sdk/client-cloudwatch";
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { MetricDatapoint, MetricName } from "../../registry/usage/published-metrics.ts";
import type { UsageRange } from "../../registry/usage/usage.ts";
import { usageLimits } from "../../registry/usage/usage-limits.ts";

/** Metrics are the caller's own account's, in the region that it asks. */
export function ownRegistry(caller: Caller): Registry {
  return { account: caller.principal.account, region: caller.region };
}

/** Source: CloudWatch, "Actions, resources, and condition keys": none names a resource. */
export function metricsResource(_input: unknown, caller: Caller): Resource {
  return { arn: "*", account: caller.principal.account, grants: "identity-only" };
}

export function invalid(message: string): RegistryError {
  return new RegistryError("Validation", message);
}

interface GivenMetric {
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[] | undefined;
}

export function metricOf({
  Namespace = "",
  MetricName = "",
  Dimensions = [],
}: GivenMetric): MetricName {
  const dimensions = Dimensions.map(({ Name, Value }) => ({ name: Name, value: Value }));
  return { namespace: Namespace, name: MetricName, dimensions };
}

export function statisticOf(statistic: Statistic, point: MetricDatapoint): number {
  switch (statistic) {
    case "SampleCount":
      return point.sampleCount;
    case "Average":
      return point.sum / point.sampleCount;
    case "Sum":
      return point.sum;
    case "Minimum":
      return point.minimum;
    case "Maximum":
      return point.maximum;
  }
}

/**
 * The periods that hold the times, whole ones.
 * @throws Validation for times in the wrong order, or more periods than one answer holds
 */
export function periodsOf(from: number, to: number, periodMs: number): UsageRange {
  if (to <= from) throw invalid("The parameter StartTime must be less than the parameter EndTime.");
  const start = Math.floor(from / periodMs) * periodMs;
  const end = Math.ceil(to / periodMs) * periodMs;
  const periods = (end - start) / periodMs;
  if (periods > usageLimits.pointsPerAnswer) {
    throw invalid(
      `You have requested up to ${periods} datapoints, which exceeds the limit of ` +
        `${usageLimits.pointsPerAnswer} of one metric. Use a longer Period or a shorter time range.`,
    );
  }
  return { from: start, to: end };
}
