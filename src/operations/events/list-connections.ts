import type { ListConnectionsRequest, ListConnectionsResponse } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Connection } from "../../registry/events/endpoint.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { connectionEntry } from "./connection-answer.ts";
import { anyResource, ownRegistry } from "./event-target.ts";
import { eventPage, fitting } from "./page.ts";
import { namePrefix, nextToken, pageLimit } from "./shapes.ts";

/** The connections of the caller by name. */
export const listConnections = operation("events:ListConnections", {
  input: request({
    NamePrefix: namePrefix,
    ConnectionState: z
      .enum([
        ...(["ACTIVE", "AUTHORIZED", "AUTHORIZING", "CREATING", "DEAUTHORIZED"] as const),
        ...(["DEAUTHORIZING", "DELETING", "FAILED_CONNECTIVITY", "UPDATING"] as const),
      ])
      .optional(),
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListConnectionsRequest>),
  resource: anyResource,
  access: "List",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListConnectionsResponse>> {
    const registry = ownRegistry(caller);
    const { NamePrefix = "", ConnectionState } = input;
    const all = {
      fetch: (page: PageRequest<string>) => ports.metadata.connections.list(registry, page),
      key: ({ name }: Connection) => name,
    };
    const fits = ({ name }: Connection) =>
      name.startsWith(NamePrefix) && (ConnectionState ?? "AUTHORIZED") === "AUTHORIZED";
    const listing = {
      ...{ operation: "ListConnections", registry, narrowedBy: [NamePrefix, ConnectionState] },
      ...fitting(all, fits),
    };
    const { items, end } = await eventPage(ports, listing, input);
    return { Connections: items.map(connectionEntry), ...end };
  },
});
