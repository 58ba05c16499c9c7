import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { type Deployment, registryAddress } from "../../registry/deployment.ts";
import type { ClientConnection } from "./exchange.ts";

/** What the socket and the Host header say; forwarding headers are not believed. */
export function directConnection(request: IncomingMessage): ClientConnection {
  return {
    scheme: (request.socket as TLSSocket).encrypted === true ? "https" : "http",
    host: request.headers.host,
    address: request.socket.remoteAddress ?? "",
  };
}

const hostShape = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * The host as the client named it, which goes back to it in URLs; this deployment's own address where
 * the client named none, or something that is no host.
 */
export function hostOf(deployment: Deployment, { host }: ClientConnection): string {
  if (host !== undefined && hostShape.test(host)) return host;
  return registryAddress(deployment, { account: deployment.account, region: deployment.region });
}
