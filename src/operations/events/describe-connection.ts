import type {
  DescribeConnectionRequest,
  DescribeConnectionResponse,
} from "@aws-sdk/client-eventbridge";
import { requireConnection } from "../../registry/events/connections.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { authAnswer, connectionEntry } from "./connection-answer.ts";
import { namedConnection, ownRegistry } from "./event-target.ts";
import { endpointName } from "./shapes.ts";

/** All of a connection but what is secret. */
export const describeConnection = operation("events:DescribeConnection", {
  input: request({ Name: endpointName } satisfies Members<DescribeConnectionRequest>),
  resource: namedConnection,
  access: "Read",
  errors: ["ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<DescribeConnectionResponse>> {
    const connection = await requireConnection(ports, ownRegistry(caller), Name);
    const { description: Description } = connection;
    return { ...connectionEntry(connection), Description, AuthParameters: authAnswer(connection) };
  },
});
