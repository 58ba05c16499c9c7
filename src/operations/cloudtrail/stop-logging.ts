import type { StopLoggingRequest, StopLoggingResponse } from "@aws-sdk/client-cloudtrail";
import { stopLogging as stop } from "../../registry/trails/change-trails.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { trailName } from "./shapes.ts";
import { homeTrail, namedTrail } from "./trail-resource.ts";

/** From now on the trail has no records, and the next digest after StartLogging tells the gap. */
export const stopLogging = operation("cloudtrail:StopLogging", {
  input: request({ Name: trailName } satisfies Members<StopLoggingRequest>),
  resource: namedTrail,
  access: "Write",
  errors: ["CloudTrailARNInvalid", "InvalidHomeRegion", "InvalidTrailName", "TrailNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<StopLoggingResponse>> {
    await stop(ports, homeTrail(Name, caller));
    return {};
  },
});
