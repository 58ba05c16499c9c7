import type {
  DescribeEventBusRequest,
  DescribeEventBusResponse,
} from "@aws-sdk/client-eventbridge";
import { busArn } from "../../registry/events/rule.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { defaultBus, ownRegistry } from "./event-target.ts";
import { busName } from "./shapes.ts";

/** The default bus, which every account has in every region. */
export const describeEventBus = operation("events:DescribeEventBus", {
  input: request({ Name: busName } satisfies Members<DescribeEventBusRequest>),
  resource: defaultBus,
  access: "Read",
  errors: ["ResourceNotFound"],
  async handle(_input, { caller }): Promise<Wire<DescribeEventBusResponse>> {
    return { Name: "default", Arn: busArn(ownRegistry(caller)) };
  },
});
