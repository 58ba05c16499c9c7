import type {
  CreateTrailResponse,
  EventSelector,
  Trail as SdkTrail,
} from "@aws-sdk/client-cloudtrail";
import { type Trail, type TrailSelector, trailArn } from "../../registry/trails/trail.ts";
import type { Wire } from "../ecr/wire.ts";

/** What CreateTrail and UpdateTrail answer. */
export function changedTrail(trail: Trail): Wire<CreateTrailResponse> {
  const { target, prefix, includesGlobalEvents, validatedSince } = trail.settings;
  return {
    ...{ Name: trail.name, S3BucketName: target, TrailARN: trailArn(trail) },
    ...(prefix === "" ? {} : { S3KeyPrefix: prefix }),
    IncludeGlobalServiceEvents: includesGlobalEvents,
    IsMultiRegionTrail: trail.isMultiRegion,
    LogFileValidationEnabled: validatedSince !== undefined,
    IsOrganizationTrail: trail.isOrganization,
  };
}

/** What GetTrail and DescribeTrails answer. */
export function describedTrail(trail: Trail): Wire<SdkTrail> {
  return {
    ...changedTrail(trail),
    HomeRegion: trail.registry.region,
    HasCustomEventSelectors: trail.settings.selectors !== undefined,
    HasInsightSelectors: false,
  };
}

export function toSelectors(
  selectors: readonly TrailSelector[] | undefined,
): readonly Wire<EventSelector>[] {
  const all = {
    readWriteType: "All",
    includesManagementEvents: true,
    excludedSources: [],
  } as const;
  return (selectors ?? [all]).map((selector) => ({
    ReadWriteType: selector.readWriteType,
    IncludeManagementEvents: selector.includesManagementEvents,
    DataResources: [],
    ExcludeManagementEventSources: selector.excludedSources,
  }));
}
