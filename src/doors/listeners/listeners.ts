import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../ports/clock.ts";
import { limits } from "../../registry/limits.ts";
import type { PrivateEndpoint } from "../../registry/private-endpoint.ts";
import { type Purpose, ReceivedRequest } from "./received-request.ts";
import { TimedResponse } from "./timed-response.ts";

type Handler = (request: ReceivedRequest, response: ServerResponse) => void;

export interface ListenersOptions {
  /** Answers what keeps to the limits. */
  readonly handler: Handler;
  readonly clock: Clock;
  /** The proxy brings everybody's connections, so it has no limit of its own. */
  readonly isTrustedProxy: (address: string) => boolean;
  /** Told when a connection could not be taken, for example for want of file descriptors. */
  readonly failed: (error: Error) => void;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const idleCheckMs = 50;
const tlsOptions = { minVersion: "TLSv1.2", handshakeTimeout: limits.headersTimeoutMs } as const;
const httpOptions = {
  headersTimeout: limits.headersTimeoutMs,
  requestTimeout: 0, // Would cut slow layers; the doors cut what is really too slow (D9).
  keepAliveTimeout: limits.keepAliveMs,
  maxHeaderSize: limits.headerBytes,
  connectionsCheckingInterval: 1_000,
  insecureHTTPParser: false,
  noDelay: true,
  IncomingMessage: ReceivedRequest,
  ServerResponse: TimedResponse,
} as const;

const plainWords = "Client sent an HTTP request to an HTTPS server.\n";
const plainRefusal = [
  "HTTP/1.1 400 Bad Request",
  "Content-Type: text/plain",
  `Content-Length: ${plainWords.length}`,
  "Connection: close",
  `\r\n${plainWords}`,
].join("\r\n");

/** The sockets that requests come in by, plain and TLS, with the limits that hold for both. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #perAddress = new Map<string, number>();
  readonly #tls: TlsServer[] = [];
  #closing = false;

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the port, which is a free one where 0 was asked for. What comes in there came by the
   * endpoint, where one is given.
   */
  listenHttp(address: Address, endpoint?: PrivateEndpoint): Promise<number> {
    return this.#listen(createServer(httpOptions, this.#handlerFor(endpoint)), address);
  }

  /** The same; what comes in there is for that alone, whatever it calls itself. */
  listenFor(purpose: Purpose, address: Address): Promise<number> {
    const server = createServer(httpOptions, (request, response) => {
      request.purpose = purpose;
      this.#handle(request, response);
    });
    return this.#listen(server, address);
  }

  /** Like `listenHttp`, for TLS 1.2 and later. */
  listenHttps(
    address: Address,
    certificate: Certificate,
    endpoint?: PrivateEndpoint,
  ): Promise<number> {
    const options = { ...httpOptions, ...tlsOptions, ...certificate };
    const server = createTlsServer(options, this.#handlerFor(endpoint));
    server.on("tlsClientError", (error, socket) => this.#answerPlain(error, socket));
    this.#tls.push(server);
    return this.#listen(server, address);
  }

  /** By which private endpoint the request came: the listener's word, never the request's. */
  endpointOf(request: IncomingMessage): PrivateEndpoint | undefined {
    return request instanceof ReceivedRequest ? request.endpoint : undefined;
  }

  /** What alone is where it came in; `undefined`: everything else. */
  purposeOf(request: IncomingMessage): Purpose | undefined {
    return request instanceof ReceivedRequest ? request.purpose : undefined;
  }

  /** New connections see this certificate; those that are open stay. */
  setCertificate(certificate: Certificate): void {
    for (const server of this.#tls) server.setSecureContext({ ...tlsOptions, ...certificate });
  }

  /** How many are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** No new connections; those that are open end after the answer that they wait for. */
  stopAccepting(): void {
    this.#closing = true;
    for (const server of this.#servers) server.close();
  }

  /** Resolves when every connection has ended; those that have not after `withinMs` are cut. */
  async drain(withinMs: number): Promise<void> {
    const deadline = this.#options.clock.now() + withinMs;
    while (this.#sockets.size > 0 && this.#options.clock.now() < deadline) {
      for (const server of this.#servers) server.closeIdleConnections();
      await new Promise((resolve) => setTimeout(resolve, idleCheckMs));
    }
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(server: Server, address: Address): Promise<number> {
    server.maxHeadersCount = limits.headerCount + 1; // One more, so that too many can be seen.
    server.on("connection", (socket) => this.#admit(socket));
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ ...address, backlog: 1_024 }, () => {
        server.off("error", reject).on("error", this.#options.failed);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  #admit(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const open = this.#perAddress.get(address) ?? 0;
    const isTooMany =
      this.#sockets.size >= limits.connections ||
      (open >= limits.connectionsPerAddress && !this.#options.isTrustedProxy(address));
    if (isTooMany || this.#closing) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    this.#perAddress.set(address, open + 1);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    });
  }

  /** Somebody who forgot the `s` of `https` is told so, in what he speaks. The handshake has failed by then. */
  #answerPlain({ code }: NodeJS.ErrnoException, { remoteAddress, remotePort }: Socket): void {
    if (code !== "ERR_SSL_HTTP_REQUEST") return;
    for (const socket of this.#sockets) {
      const isIt = socket.remotePort === remotePort && socket.remoteAddress === remoteAddress;
      if (isIt) socket.end(plainRefusal);
    }
  }

  #handlerFor(endpoint: PrivateEndpoint | undefined): Handler {
    if (endpoint === undefined) return this.#handle;
    return (request, response) => {
      request.endpoint = endpoint;
      this.#handle(request, response);
    };
  }

  readonly #handle = (request: ReceivedRequest, response: ServerResponse): void => {
    if (this.#closing) response.shouldKeepAlive = false;
    const isAmbiguous = namesTwoHosts(request) || isForAnotherHost(request);
    const refused = excess(request) ?? (isAmbiguous ? 400 : undefined);
    if (refused === undefined) this.#options.handler(request, response);
    else refuse(request, response, refused);
  };
}

/** The status for a request whose head is larger than a limit of ours that Node has none for. */
function excess(request: IncomingMessage): 414 | 431 | undefined {
  if ((request.url?.length ?? 0) > limits.urlCharacters) return 414;
  return request.rawHeaders.length > 2 * limits.headerCount ? 431 : undefined;
}

/**
 * Node takes the first; a proxy in between may have judged by the last, and a Host is what selects a
 * registry here. Source: RFC 9112, section 3.2.
 */
function namesTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1;
}

/**
 * Of `GET http://host/path`: a proxy in between goes by that host, and by Host nobody but us. Source: RFC
 * 9112, section 3.2.2.
 */
function isForAnotherHost({ url = "", headers }: IncomingMessage): boolean {
  if (url.startsWith("/") || url === "*") return false;
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  return authority === undefined || authority.toLowerCase() !== headers.host?.toLowerCase();
}

/** Closes too: what the client sends on is not worth reading. */
function refuse(request: IncomingMessage, response: ServerResponse, status: 400 | 414 | 431): void {
  response.writeHead(status, { connection: "close", "content-length": 0 }).end();
  response.once("finish", () => request.destroy());
}
