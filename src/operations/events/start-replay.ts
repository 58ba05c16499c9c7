import type { StartReplayRequest, StartReplayResponse } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { replayArn } from "../../registry/events/archive.ts";
import { eventLimits } from "../../registry/events/event-limits.ts";
import { startReplay as start } from "../../registry/events/replays.ts";
import { ruleArn } from "../../registry/events/rule.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { archiveOfArn, namedReplay } from "./archive-answer.ts";
import { ownRegistry, requireDefaultBus, ruleOfArn } from "./event-target.ts";
import { arn, description, eventTime, replayName } from "./shapes.ts";

/** Tells events of an archive again. */
export const startReplay = operation("events:StartReplay", {
  input: request({
    ReplayName: replayName,
    Description: description,
    EventSourceArn: arn,
    EventStartTime: eventTime,
    EventEndTime: eventTime,
    Destination: z.object({
      Arn: arn,
      FilterArns: z.array(arn).max(eventLimits.replayRules).default([]),
    }),
  } satisfies Members<StartReplayRequest>),
  resource: namedReplay,
  access: "Write",
  errors: ["LimitExceeded", "ResourceAlreadyExists", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<StartReplayResponse>> {
    const { Destination, EventStartTime, EventEndTime } = input;
    requireDefaultBus(Destination.Arn, caller);
    // A name that is no rule's would make a replay to nobody.
    for (const each of Destination.FilterArns) {
      if ((await ports.metadata.eventRules.find(ruleOfArn(each, caller))) === undefined) {
        throw new RegistryError("ResourceNotFound", `Rule ${each} does not exist.`);
      }
    }
    const replay = await start(ports, {
      registry: ownRegistry(caller),
      name: input.ReplayName,
      description: input.Description,
      archive: archiveOfArn(input.EventSourceArn, caller),
      rules: Destination.FilterArns.map((each) => ruleArn(ruleOfArn(each, caller))),
      fromAt: Math.round(EventStartTime * 1000),
      toAt: Math.round(EventEndTime * 1000),
    });
    return {
      ReplayArn: replayArn(replay),
      State: replay.state,
      ReplayStartTime: epochSeconds(replay.startedAt),
    };
  },
});
