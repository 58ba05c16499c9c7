import type {
  UpdateConnectionRequest,
  UpdateConnectionResponse,
} from "@aws-sdk/client-eventbridge";
import { updateConnection as update } from "../../registry/events/connections.ts";
import { connectionArn } from "../../registry/events/endpoint.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { connectionTimes } from "./connection-answer.ts";
import { namedConnection, ownRegistry } from "./event-target.ts";
import { connectionShape } from "./shapes.ts";
import { wantedConnection } from "./wanted-connection.ts";

/** Changes a connection; what is left out stays. */
export const updateConnection = operation("events:UpdateConnection", {
  input: request({
    ...connectionShape,
    AuthorizationType: connectionShape.AuthorizationType.optional(),
    AuthParameters: connectionShape.AuthParameters.optional(),
  } satisfies Members<UpdateConnectionRequest>),
  resource: namedConnection,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<UpdateConnectionResponse>> {
    const registry = ownRegistry(caller);
    const connection = await update(ports, registry, input.Name, (known, secrets) =>
      wantedConnection(input, { connection: known, secrets }),
    );
    const times = connectionTimes(connection);
    return { ConnectionArn: connectionArn(connection), ConnectionState: "AUTHORIZED", ...times };
  },
});
