/** A syslog server over TCP or TLS that takes messages in frames, or fails as a test says. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ServerCertificate } from "./certificate-authority.ts";

export class SyslogServer {
  /** Of connections that were read to their end. */
  readonly messages: string[] = [];
  /** Connections are reset after so many bytes. */
  cutAfter = Number.POSITIVE_INFINITY;
  connections = 0;
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(certificate?: ServerCertificate): Promise<SyslogServer> {
    const server = certificate === undefined ? createServer() : createTlsServer(certificate);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port is free");
    const syslog = new SyslogServer(server, address.port);
    const event = certificate === undefined ? "connection" : "secureConnection";
    server.on(event, (socket: Socket) => syslog.#take(socket));
    return syslog;
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }

  #take(socket: Socket): void {
    this.connections += 1;
    const pieces: Buffer[] = [];
    let bytes = 0;
    socket.on("error", () => undefined); // Cut connections are what some tests are about.
    socket.on("data", (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > this.cutAfter) socket.resetAndDestroy();
    });
    socket.on("end", () => this.messages.push(...framesOf(Buffer.concat(pieces))));
  }
}

/** Source: RFC 6587, "Octet Counting". */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(" ", at);
    const length = Number(bytes.subarray(at, space).toString());
    frames.push(bytes.subarray(space + 1, space + 1 + length).toString());
    at = space + 1 + length;
  }
  return frames;
}
