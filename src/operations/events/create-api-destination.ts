import type {
  CreateApiDestinationRequest,
  CreateApiDestinationResponse,
} from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { createDestination } from "../../registry/events/api-destinations.ts";
import { httpMethods } from "../../registry/events/endpoint.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { destinationAnswer } from "./connection-answer.ts";
import { namedDestination, ownRegistry } from "./event-target.ts";
import {
  connectionArn,
  description,
  endpointName,
  invocationEndpoint,
  ratePerSecond,
} from "./shapes.ts";

/** An endpoint of HTTP that events can be sent to, by a connection of the same account and region. */
export const createApiDestination = operation("events:CreateApiDestination", {
  input: request({
    Name: endpointName,
    Description: description,
    ConnectionArn: connectionArn,
    InvocationEndpoint: invocationEndpoint,
    HttpMethod: z.enum(httpMethods),
    InvocationRateLimitPerSecond: ratePerSecond.default(300),
  } satisfies Members<CreateApiDestinationRequest>),
  resource: namedDestination,
  access: "Write",
  errors: ["LimitExceeded", "ResourceAlreadyExists", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<CreateApiDestinationResponse>> {
    const destination = await createDestination(ports, ownRegistry(caller), input.Name, {
      description: input.Description,
      connectionArn: input.ConnectionArn,
      endpoint: input.InvocationEndpoint,
      method: input.HttpMethod,
      ratePerSecond: input.InvocationRateLimitPerSecond,
    });
    const { ApiDestinationArn, ApiDestinationState, CreationTime, LastModifiedTime } =
      destinationAnswer(destination);
    return { ApiDestinationArn, ApiDestinationState, CreationTime, LastModifiedTime };
  },
});
