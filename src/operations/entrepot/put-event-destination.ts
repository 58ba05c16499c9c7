import { z } from "zod";
import { configureDestination } from "../../registry/events/api-destinations.ts";
import { eventFormats } from "../../registry/events/endpoint.ts";
import { request } from "../ecr/shapes.ts";
import { namedDestination, ownRegistry } from "../events/event-target.ts";
import { endpointName } from "../events/shapes.ts";
import { operation } from "../operation.ts";
import { type EventDestinationAnswer, eventDestinationAnswer } from "./event-destination-answer.ts";

/**
 * Of an API destination of EventBridge, what that has no words for: the format of what is sent, and a
 * new signing secret. The secret is said in this answer and never again; the one before goes on signing
 * as well for a day.
 */
export const putEventDestination = operation("entrepot:PutEventDestination", {
  input: request({
    Name: endpointName,
    format: z.enum(eventFormats).optional(),
    newSigningSecret: z.boolean().default(false),
  }),
  resource: namedDestination,
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle(
    { Name, format, newSigningSecret },
    { ports, caller },
  ): Promise<{ destination: EventDestinationAnswer; signingSecret?: string }> {
    const wanted = { format, newSecret: newSigningSecret };
    const done = await configureDestination(ports, ownRegistry(caller), Name, wanted);
    const destination = eventDestinationAnswer(done.destination);
    return done.secret === undefined
      ? { destination }
      : { destination, signingSecret: done.secret };
  },
});
