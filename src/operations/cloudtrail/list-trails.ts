import type { ListTrailsRequest, ListTrailsResponse } from "@aws-sdk/client-cloudtrail";
import { trailArn } from "../../registry/trails/trail.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireNoToken } from "./page.ts";
import { nextToken } from "./shapes.ts";
import { anyTrail } from "./trail-resource.ts";

/** All trails of the account, whatever their region: they fit on one page. */
export const listTrails = operation("cloudtrail:ListTrails", {
  input: request({ NextToken: nextToken } satisfies Members<ListTrailsRequest>),
  resource: anyTrail,
  access: "List",
  errors: ["InvalidNextToken"],
  async handle({ NextToken }, { ports, caller }): Promise<Wire<ListTrailsResponse>> {
    requireNoToken(NextToken);
    const trails = await ports.metadata.trails.trails.ofAccount(caller.principal.account);
    return {
      Trails: trails.map((trail) => ({
        ...{ TrailARN: trailArn(trail), Name: trail.name, HomeRegion: trail.registry.region },
      })),
    };
  },
});
