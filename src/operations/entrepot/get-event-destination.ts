import { requireDestination } from "../../registry/events/api-destinations.ts";
import { request } from "../ecr/shapes.ts";
import { namedDestination, ownRegistry } from "../events/event-target.ts";
import { endpointName } from "../events/shapes.ts";
import { operation } from "../operation.ts";
import { type EventDestinationAnswer, eventDestinationAnswer } from "./event-destination-answer.ts";

/** Format of an API destination, and how old its signing secret is. */
export const getEventDestination = operation("entrepot:GetEventDestination", {
  input: request({ Name: endpointName }),
  resource: namedDestination,
  access: "Read",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<{ destination: EventDestinationAnswer }> {
    const destination = await requireDestination(ports, ownRegistry(caller), Name);
    return { destination: eventDestinationAnswer(destination) };
  },
});
