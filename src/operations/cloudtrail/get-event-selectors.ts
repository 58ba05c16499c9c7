import type {
  GetEventSelectorsRequest,
  GetEventSelectorsResponse,
} from "@aws-sdk/client-cloudtrail";
import { requireTrail } from "../../registry/trails/change-trails.ts";
import { trailArn } from "../../registry/trails/trail.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { trailName } from "./shapes.ts";
import { toSelectors } from "./trail-answer.ts";
import { selectedTrail, trailRef } from "./trail-resource.ts";

/** Which records a trail has. */
export const getEventSelectors = operation("cloudtrail:GetEventSelectors", {
  input: request({ TrailName: trailName } satisfies Members<GetEventSelectorsRequest>),
  resource: selectedTrail,
  access: "Read",
  errors: ["CloudTrailARNInvalid", "InvalidTrailName", "TrailNotFound"],
  async handle({ TrailName }, { ports, caller }): Promise<Wire<GetEventSelectorsResponse>> {
    const trail = await requireTrail(ports, trailRef(TrailName, caller));
    return { TrailARN: trailArn(trail), EventSelectors: toSelectors(trail.settings.selectors) };
  },
});
