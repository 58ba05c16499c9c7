import type {
  PutEventSelectorsRequest,
  PutEventSelectorsResponse,
} from "@aws-sdk/client-cloudtrail";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { changeTrail } from "../../registry/trails/change-trails.ts";
import { type TrailSelector, trailArn } from "../../registry/trails/trail.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { eventSelectors, trailName } from "./shapes.ts";
import { toSelectors } from "./trail-answer.ts";
import { homeTrail, selectedTrail } from "./trail-resource.ts";

/** Says which records a trail has. All are management events: ECR has no data events. */
export const putEventSelectors = operation("cloudtrail:PutEventSelectors", {
  input: request({
    TrailName: trailName,
    EventSelectors: eventSelectors.optional(),
    AdvancedEventSelectors: z.array(z.looseObject({})).optional(),
  } satisfies Members<PutEventSelectorsRequest>),
  resource: selectedTrail,
  access: "Write",
  errors: [
    ...(["CloudTrailARNInvalid", "InvalidEventSelectors", "InvalidHomeRegion"] as const),
    ...(["InvalidTrailName", "TrailNotFound"] as const),
  ],
  async handle(input, { ports, caller }): Promise<Wire<PutEventSelectorsResponse>> {
    if ((input.AdvancedEventSelectors?.length ?? 0) > 0) {
      throw invalid("Advanced event selectors are not supported; give EventSelectors.");
    }
    const selectors = selectorsOf(input.EventSelectors ?? []);
    const trail = await changeTrail(ports, homeTrail(input.TrailName, caller), (known) => ({
      ...known,
      settings: { ...known.settings, selectors },
    }));
    return { TrailARN: trailArn(trail), EventSelectors: toSelectors(selectors) };
  },
});

function invalid(message: string): RegistryError {
  return new RegistryError("InvalidEventSelectors", message);
}

type Asked = z.output<typeof eventSelectors>;

function selectorsOf(asked: Asked): TrailSelector[] {
  if (asked.length === 0 || asked.length > trailLimits.selectors) {
    throw invalid(`There must be from 1 to ${trailLimits.selectors} event selectors.`);
  }
  return asked.map((selector) => {
    const { DataResources = [], ExcludeManagementEventSources: excludedSources = [] } = selector;
    if (DataResources.length > 0) {
      throw invalid(
        "There are no data events: pulls and pushes are management events, as ECR's are.",
      );
    }
    if (excludedSources.length > trailLimits.excludedSources) {
      throw invalid(`At most ${trailLimits.excludedSources} sources can be excluded.`);
    }
    const includesManagementEvents = selector.IncludeManagementEvents !== false;
    return {
      readWriteType: selector.ReadWriteType ?? "All",
      includesManagementEvents,
      excludedSources,
    };
  });
}
