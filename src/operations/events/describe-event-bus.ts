import type {
  DescribeEventBusRequest,
  DescribeEventBusResponse,
} from "@aws-sdk/client-eventbridge";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { busAnswer } from "./bus-answer.ts";
import { defaultBus, ownRegistry } from "./event-target.ts";
import { busName } from "./shapes.ts";

/** The default bus, which every account has in every region, and whom it lets in. */
export const describeEventBus = operation("events:DescribeEventBus", {
  input: request({ Name: busName } satisfies Members<DescribeEventBusRequest>),
  resource: defaultBus,
  access: "Read",
  errors: ["ResourceNotFound"],
  async handle(_input, { ports, caller }): Promise<Wire<DescribeEventBusResponse>> {
    return busAnswer(ports, ownRegistry(caller));
  },
});
