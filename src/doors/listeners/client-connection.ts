import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";

/** How a client reached this server. */
export interface ClientConnection {
  readonly scheme: "http" | "https";
  /** Host and port, as the client named them. */
  readonly host: string | undefined;
  readonly address: string;
}

/**
 * What the socket says; from a trusted proxy, what its X-Forwarded-For and X-Forwarded-Proto say. Of
 * several addresses the last counts that is no trusted proxy: those before it are anybody's claim.
 */
export function clientConnection(
  request: IncomingMessage,
  isTrustedProxy: (address: string) => boolean,
): ClientConnection {
  const { headers, socket } = request;
  const peer = plainAddress(socket.remoteAddress ?? "");
  const direct = {
    scheme: (socket as TLSSocket).encrypted === true ? "https" : "http",
    host: headers.host,
    address: peer,
  } as const;
  if (!isTrustedProxy(peer)) return direct;
  const chain = listOf(headers["x-forwarded-for"]).map(plainAddress);
  const address = chain.findLast((hop) => !isTrustedProxy(hop)) ?? peer;
  const scheme = listOf(headers["x-forwarded-proto"]).at(-1)?.toLowerCase();
  return {
    host: headers.host,
    address: isIP(address) === 0 ? peer : address,
    scheme: scheme === "https" || scheme === "http" ? scheme : direct.scheme,
  };
}

/** An IPv4 address that came over an IPv6 socket, in its own form. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}

function listOf(header: string | string[] | undefined): string[] {
  return String(header ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
