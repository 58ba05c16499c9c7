import type { IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import type { PrivateEndpoint } from "../../registry/private-endpoint.ts";
import type { Arrival } from "./login.ts";
import { requestHead } from "./request-head.ts";

/** By which private endpoint a request came; by default there are none. */
export type EndpointOf = (request: IncomingMessage) => PrivateEndpoint | undefined;

/** @throws Serialization when the query is not well-formed */
export function arrivalOf(request: FastifyRequest, endpointOf: EndpointOf | undefined): Arrival {
  return {
    head: requestHead(request.method, request.raw.url ?? "/", request.raw.rawHeaders),
    requestId: request.id,
    // A connection that is gone already has no address any more.
    sourceIp: (request.ip ?? "").replace(/^::ffff:(?=\d+\.)/, ""),
    endpoint: endpointOf?.(request.raw),
    scheme: request.protocol,
  };
}
