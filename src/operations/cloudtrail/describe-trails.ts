import type { DescribeTrailsRequest, DescribeTrailsResponse } from "@aws-sdk/client-cloudtrail";
import { z } from "zod";
import { trailArn } from "../../registry/trails/trail.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { trailName, yesOrNo } from "./shapes.ts";
import { describedTrail } from "./trail-answer.ts";
import { anyTrail, trailRef } from "./trail-resource.ts";

/**
 * Trails of the account in the region, and unless it is said otherwise those of other regions that have
 * records of this one. Names that are of no trail are passed over.
 */
export const describeTrails = operation("cloudtrail:DescribeTrails", {
  input: request({
    trailNameList: z.array(trailName).max(trailLimits.trailsPerAccount).optional(),
    includeShadowTrails: yesOrNo,
  } satisfies Members<DescribeTrailsRequest>),
  resource: anyTrail,
  access: "Read",
  errors: ["CloudTrailARNInvalid", "InvalidTrailName"],
  async handle(input, { ports, caller }): Promise<Wire<DescribeTrailsResponse>> {
    const { trailNameList: names = [], includeShadowTrails: withShadows = true } = input;
    const wanted = new Set(names.map((name) => trailArn(trailRef(name, caller))));
    const trails = await ports.metadata.trails.trails.ofAccount(caller.principal.account);
    return {
      trailList: trails
        .filter(({ registry: { region }, isMultiRegion }) =>
          region === caller.region ? true : withShadows && isMultiRegion,
        )
        .filter((trail) => wanted.size === 0 || wanted.has(trailArn(trail)))
        .map(describedTrail),
    };
  },
});
