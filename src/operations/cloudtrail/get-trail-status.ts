import type { GetTrailStatusRequest, GetTrailStatusResponse } from "@aws-sdk/client-cloudtrail";
import { requireTrail } from "../../registry/trails/change-trails.ts";
import { isoSeconds } from "../../registry/trails/file-names.ts";
import { isLogging } from "../../registry/trails/trail.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { trailName } from "./shapes.ts";
import { namedTrail, trailRef } from "./trail-resource.ts";

/** Whether a trail has records, and how writing them went last. */
export const getTrailStatus = operation("cloudtrail:GetTrailStatus", {
  input: request({ Name: trailName } satisfies Members<GetTrailStatusRequest>),
  resource: namedTrail,
  access: "Read",
  errors: ["CloudTrailARNInvalid", "InvalidTrailName", "TrailNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<GetTrailStatusResponse>> {
    const trail = await requireTrail(ports, trailRef(Name, caller));
    const { status } = trail;
    const time = <Member extends string>(member: Member, at: number | undefined) =>
      (at === undefined ? {} : { [member]: epochSeconds(at) }) as {
        readonly [M in Member]?: number;
      };
    const text = (at: number | undefined) => (at === undefined ? "" : isoSeconds(at));
    return {
      IsLogging: isLogging(trail),
      ...(status.deliveryError === undefined ? {} : { LatestDeliveryError: status.deliveryError }),
      ...(status.digestError === undefined
        ? {}
        : { LatestDigestDeliveryError: status.digestError }),
      ...time("LatestDeliveryTime", status.deliveredAt),
      ...time("LatestDigestDeliveryTime", status.digestAt),
      ...time("StartLoggingTime", status.startedAt),
      ...time("StopLoggingTime", status.stoppedAt),
      LatestDeliveryAttemptTime: text(status.attemptedAt),
      LatestNotificationAttemptTime: "",
      LatestNotificationAttemptSucceeded: "",
      LatestDeliveryAttemptSucceeded: text(status.deliveredAt),
      TimeLoggingStarted: text(status.startedAt),
      TimeLoggingStopped: text(status.stoppedAt),
    };
  },
});
