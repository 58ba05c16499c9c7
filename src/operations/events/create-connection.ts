import type {
  CreateConnectionRequest,
  CreateConnectionResponse,
} from "@aws-sdk/client-eventbridge";
import { createConnection as create } from "../../registry/events/connections.ts";
import { connectionArn } from "../../registry/events/endpoint.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { connectionTimes } from "./connection-answer.ts";
import { namedConnection, ownRegistry } from "./event-target.ts";
import { connectionShape } from "./shapes.ts";
import { wantedConnection } from "./wanted-connection.ts";

/** Keeps how a receiver knows who calls; what is secret of it is never said again. */
export const createConnection = operation("events:CreateConnection", {
  input: request(connectionShape satisfies Members<CreateConnectionRequest>),
  resource: namedConnection,
  access: "Write",
  errors: ["LimitExceeded", "ResourceAlreadyExists", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<CreateConnectionResponse>> {
    const registry = ownRegistry(caller);
    const connection = await create(ports, registry, input.Name, wantedConnection(input));
    const { CreationTime, LastModifiedTime } = connectionTimes(connection);
    const state = { ConnectionState: "AUTHORIZED", CreationTime, LastModifiedTime } as const;
    return { ConnectionArn: connectionArn(connection), ...state };
  },
});
