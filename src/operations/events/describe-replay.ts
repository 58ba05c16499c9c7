import type { DescribeReplayRequest, DescribeReplayResponse } from "@aws-sdk/client-eventbridge";
import { replayArn } from "../../registry/events/archive.ts";
import { noSuchReplay } from "../../registry/events/replays.ts";
import { busArn } from "../../registry/events/rule.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedReplay, replayAnswer } from "./archive-answer.ts";
import { ownRegistry } from "./event-target.ts";
import { replayName } from "./shapes.ts";

/** A replay, and how far it is. */
export const describeReplay = operation("events:DescribeReplay", {
  input: request({ ReplayName: replayName } satisfies Members<DescribeReplayRequest>),
  resource: namedReplay,
  access: "Read",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<DescribeReplayResponse>> {
    const registry = ownRegistry(caller);
    const replay = await ports.metadata.eventReplays.find(registry, input.ReplayName);
    if (replay === undefined) throw noSuchReplay(input.ReplayName);
    const { description, rules } = replay;
    return {
      ...replayAnswer(replay),
      ReplayArn: replayArn(replay),
      ...(description === undefined ? {} : { Description: description }),
      Destination: { Arn: busArn(registry), ...(rules.length > 0 ? { FilterArns: rules } : {}) },
    };
  },
});
