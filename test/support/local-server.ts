/** A server on a free port of this machine that does what a test says, and tells what it saw. */
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { ServerCertificate } from "./certificate-authority.ts";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** The name that the TLS handshake asked for; `false` for none, `undefined` without TLS. */
  readonly serverName: string | false | undefined;
}

export class LocalServer {
  /** What is done with requests. Can be replaced at any time. */
  handle: RequestListener;
  /** Every request, once its head is here. */
  readonly requests: SeenRequest[] = [];
  /** Connections that were ever made. */
  connections = 0;
  readonly port: number;
  readonly #server: Server;
  readonly #scheme: string;
  readonly #host: string;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, scheme: string, host: string, handle: RequestListener) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port is free");
    this.port = address.port;
    this.#server = server;
    this.#scheme = scheme;
    this.#host = host;
    this.handle = handle;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const { method = "", url = "", headers } = request;
      const { servername } = request.socket as { servername?: string | false };
      this.requests.push({ method, url, headers, serverName: servername });
      this.handle(request, response);
    });
    server.on("connection", (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on("error", () => undefined); // Clients that leave are what some tests are about.
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(
    handle: RequestListener = (_request, response) => response.end("here"),
    {
      certificate,
      host = "127.0.0.1",
      port = 0,
    }: { certificate?: ServerCertificate; host?: string; port?: number } = {},
  ): Promise<LocalServer> {
    const server = certificate === undefined ? createServer() : createTlsServer(certificate);
    server.listen(port, host);
    await once(server, "listening");
    return new LocalServer(server, certificate === undefined ? "http" : "https", host, handle);
  }

  get origin(): string {
    return this.at(this.#host);
  }

  /** The origin under another name of this machine. */
  at(hostname: string): string {
    return `${this.#scheme}://${hostname}:${this.port}`;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}
