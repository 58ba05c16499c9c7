import type { StartLoggingRequest, StartLoggingResponse } from "@aws-sdk/client-cloudtrail";
import { startLogging as start } from "../../registry/trails/change-trails.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { trailName } from "./shapes.ts";
import { homeTrail, namedTrail } from "./trail-resource.ts";

/** From now on the trail has records. */
export const startLogging = operation("cloudtrail:StartLogging", {
  input: request({ Name: trailName } satisfies Members<StartLoggingRequest>),
  resource: namedTrail,
  access: "Write",
  errors: ["CloudTrailARNInvalid", "InvalidHomeRegion", "InvalidTrailName", "TrailNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<StartLoggingResponse>> {
    await start(ports, homeTrail(Name, caller));
    return {};
  },
});
