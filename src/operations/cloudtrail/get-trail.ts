import type { GetTrailRequest, GetTrailResponse } from "@aws-sdk/client-cloudtrail";
import { requireTrail } from "../../registry/trails/change-trails.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { trailName } from "./shapes.ts";
import { describedTrail } from "./trail-answer.ts";
import { namedTrail, trailRef } from "./trail-resource.ts";

/** The settings of a trail; of one whose home is another region by its ARN. */
export const getTrail = operation("cloudtrail:GetTrail", {
  input: request({ Name: trailName } satisfies Members<GetTrailRequest>),
  resource: namedTrail,
  access: "Read",
  errors: ["CloudTrailARNInvalid", "InvalidTrailName", "TrailNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<GetTrailResponse>> {
    return { Trail: describedTrail(await requireTrail(ports, trailRef(Name, caller))) };
  },
});
