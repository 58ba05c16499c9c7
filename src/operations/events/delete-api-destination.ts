import type { DeleteApiDestinationRequest } from "@aws-sdk/client-eventbridge";
import { deleteDestination } from "../../registry/events/api-destinations.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedDestination, ownRegistry } from "./event-target.ts";
import { endpointName } from "./shapes.ts";

/** Deletes an API destination with its signing secret; its targets have nowhere to go from then on. */
export const deleteApiDestination = operation("events:DeleteApiDestination", {
  input: request({ Name: endpointName } satisfies Members<DeleteApiDestinationRequest>),
  resource: namedDestination,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Record<string, never>> {
    await deleteDestination(ports, ownRegistry(caller), Name);
    return {};
  },
});
