import type {
  DescribeApiDestinationRequest,
  DescribeApiDestinationResponse,
} from "@aws-sdk/client-eventbridge";
import { requireDestination } from "../../registry/events/api-destinations.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { destinationAnswer } from "./connection-answer.ts";
import { namedDestination, ownRegistry } from "./event-target.ts";
import { endpointName } from "./shapes.ts";

/** All of an API destination but its signing secret. */
export const describeApiDestination = operation("events:DescribeApiDestination", {
  input: request({ Name: endpointName } satisfies Members<DescribeApiDestinationRequest>),
  resource: namedDestination,
  access: "Read",
  errors: ["ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<DescribeApiDestinationResponse>> {
    const destination = await requireDestination(ports, ownRegistry(caller), Name);
    return { ...destinationAnswer(destination), Description: destination.description };
  },
});
