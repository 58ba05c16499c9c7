import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly id: string;
  readonly headers: IncomingMessage["headers"];
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

type Behaviour = (received: Received, response: ServerResponse) => void;

/** A receiver of events that keeps what it took, and fails as it is told to. */
export class EventReceiver {
  /** Everything that came. */
  readonly requests: Received[] = [];
  /** What was answered with 200. */
  readonly taken: Received[] = [];
  #server: Server | undefined;
  #port = 0;
  behave: Behaviour = (received, response) => this.take(received, response);

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  take(received: Received, response: ServerResponse): void {
    this.taken.push(received);
    response.writeHead(200).end("ok");
  }

  /** Answers with the status, and takes nothing. */
  refuse(status: number, headers: Record<string, string> = {}): void {
    this.behave = (_received, response) => response.writeHead(status, headers).end();
  }

  /** From here on takes everything. */
  accept(): void {
    this.behave = (received, response) => this.take(received, response);
  }

  /** On the same port each time. */
  async start(): Promise<this> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { headers, method = "", url = "" } = request;
        const id = String(headers["webhook-id"] ?? "");
        const received = { id, headers, method, url, body: Buffer.concat(chunks).toString() };
        this.requests.push(received);
        this.behave(received, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}
