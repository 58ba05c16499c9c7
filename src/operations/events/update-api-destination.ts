import type {
  UpdateApiDestinationRequest,
  UpdateApiDestinationResponse,
} from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { updateDestination } from "../../registry/events/api-destinations.ts";
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

/** Changes an API destination; what is left out stays. */
export const updateApiDestination = operation("events:UpdateApiDestination", {
  input: request({
    Name: endpointName,
    Description: description,
    ConnectionArn: connectionArn.optional(),
    InvocationEndpoint: invocationEndpoint.optional(),
    HttpMethod: z.enum(httpMethods).optional(),
    InvocationRateLimitPerSecond: ratePerSecond.optional(),
  } satisfies Members<UpdateApiDestinationRequest>),
  resource: namedDestination,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<UpdateApiDestinationResponse>> {
    const { Description, ConnectionArn, InvocationEndpoint, HttpMethod } = input;
    const { InvocationRateLimitPerSecond: rate } = input;
    const destination = await updateDestination(ports, ownRegistry(caller), input.Name, {
      ...(Description === undefined ? {} : { description: Description }),
      ...(ConnectionArn === undefined ? {} : { connectionArn: ConnectionArn }),
      ...(InvocationEndpoint === undefined ? {} : { endpoint: InvocationEndpoint }),
      ...(HttpMethod === undefined ? {} : { method: HttpMethod }),
      ...(rate === undefined ? {} : { ratePerSecond: rate }),
    });
    const { ApiDestinationArn, ApiDestinationState, CreationTime, LastModifiedTime } =
      destinationAnswer(destination);
    return { ApiDestinationArn, ApiDestinationState, CreationTime, LastModifiedTime };
  },
});
