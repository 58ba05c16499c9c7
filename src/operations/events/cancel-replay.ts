import type { CancelReplayRequest, CancelReplayResponse } from "@aws-sdk/client-eventbridge";
import { replayArn } from "../../registry/events/archive.ts";
import { cancelReplay as cancel } from "../../registry/events/replays.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedReplay } from "./archive-answer.ts";
import { ownRegistry } from "./event-target.ts";
import { replayName } from "./shapes.ts";

/** Ends a replay at once: what was told stays told. */
export const cancelReplay = operation("events:CancelReplay", {
  input: request({ ReplayName: replayName } satisfies Members<CancelReplayRequest>),
  resource: namedReplay,
  access: "Write",
  errors: ["IllegalStatus", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<CancelReplayResponse>> {
    const replay = await cancel(ports, ownRegistry(caller), input.ReplayName);
    return { ReplayArn: replayArn(replay), State: replay.state };
  },
});
