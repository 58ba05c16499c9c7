import type { DeleteTrailRequest, DeleteTrailResponse } from "@aws-sdk/client-cloudtrail";
import { deleteTrail as remove } from "../../registry/trails/change-trails.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { trailName } from "./shapes.ts";
import { homeTrail, namedTrail } from "./trail-resource.ts";

/** Removes a trail; what it wrote stays. Differs from CloudTrail: what it did not write yet is not written. */
export const deleteTrail = operation("cloudtrail:DeleteTrail", {
  input: request({ Name: trailName } satisfies Members<DeleteTrailRequest>),
  resource: namedTrail,
  access: "Write",
  errors: ["CloudTrailARNInvalid", "InvalidHomeRegion", "InvalidTrailName", "TrailNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<DeleteTrailResponse>> {
    await remove(ports, homeTrail(Name, caller));
    return {};
  },
});
