import type {
  DeleteConnectionRequest,
  DeleteConnectionResponse,
} from "@aws-sdk/client-eventbridge";
import { deleteConnection as remove } from "../../registry/events/connections.ts";
import { connectionArn } from "../../registry/events/endpoint.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { connectionTimes } from "./connection-answer.ts";
import { namedConnection, ownRegistry } from "./event-target.ts";
import { endpointName } from "./shapes.ts";

/** Deletes a connection and its secrets. API destinations that use it deliver nothing from then on. */
export const deleteConnection = operation("events:DeleteConnection", {
  input: request({ Name: endpointName } satisfies Members<DeleteConnectionRequest>),
  resource: namedConnection,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<DeleteConnectionResponse>> {
    const gone = await remove(ports, ownRegistry(caller), Name);
    const times = connectionTimes(gone);
    return { ConnectionArn: connectionArn(gone), ConnectionState: "DELETING", ...times };
  },
});
