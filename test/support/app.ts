/** The whole program in this process, for what can not be seen from outside of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { SystemClock } from "../../src/adapters/clock/system.ts";
import { createLog } from "../../src/adapters/telemetry/log.ts";
import { type Server, startServer } from "../../src/app.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { openStore } from "../../src/store.ts";

const rootKey = {
  accessKeyId: "AKIAENTREPOTROOT0000",
  secretAccessKey: "a-secret-of-root-that-is-long",
};

function fatal(error: unknown): never {
  throw error;
}

export interface AppAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** A server, and a client that knows how many bytes its connections carried. */
export class App {
  readonly config: Config;
  readonly #directory: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #authorization = "";

  private constructor(directory: string, config: Config, server: Server) {
    this.#directory = directory;
    this.config = config;
    this.#server = server;
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<App> {
    const directory = await mkdtemp(join(tmpdir(), "entrepot-app-"));
    const environment = {
      ENTREPOT_DATA: directory,
      ENTREPOT_HTTP: "127.0.0.1:0",
      ENTREPOT_HTTPS: "off",
      ENTREPOT_PUBLIC_HTTP: "off",
      ENTREPOT_ROOT_ACCESS_KEY_ID: rootKey.accessKeyId,
      ENTREPOT_ROOT_SECRET_ACCESS_KEY: rootKey.secretAccessKey,
      ...settings,
    };
    const config = loadConfig({ environment, directory });
    const log = createLog("fatal", { write: () => undefined });
    const server = await startServer(config, { clock: new SystemClock(), log, onFatal: fatal });
    return new App(directory, config, server);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.listening.ports.httpPort}`;
  }

  /** What an SDK's client is given. */
  get clientSettings() {
    return {
      ...{ region: "us-east-1", endpoint: this.origin, maxAttempts: 1, credentials: rootKey },
      requestHandler: { httpAgent: this.#agent },
    };
  }

  async login(): Promise<void> {
    const { authorizationData } = await new ECRClient(this.clientSettings).send(
      new GetAuthorizationTokenCommand({}),
    );
    this.#authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  }

  /** @param cutAfter bytes of the answer after which the client leaves */
  send(
    method: string,
    path: string,
    {
      headers = {},
      body,
      cutAfter = Number.POSITIVE_INFINITY,
    }: {
      headers?: Readonly<Record<string, string>>;
      body?: Uint8Array | string;
      cutAfter?: number;
    } = {},
  ): Promise<AppAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<AppAnswer>();
    const outgoing = httpRequest(new URL(path, this.origin), {
      method,
      agent: this.#agent,
      headers: { authorization: this.#authorization, ...headers },
    });
    outgoing.on("socket", (socket) => this.#sockets.add(socket));
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const pieces: Buffer[] = [];
      let received = 0;
      const done = () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(pieces),
        });
      incoming.on("data", (piece: Buffer) => {
        pieces.push(piece);
        received += piece.length;
        if (received < cutAfter) return;
        incoming.off("error", reject).on("error", () => undefined);
        outgoing.off("error", reject).on("error", () => undefined);
        incoming.destroy();
        done();
      });
      incoming.on("error", reject);
      incoming.on("end", done);
    });
    outgoing.end(body);
    return promise;
  }

  /** Bytes that this client's connections carried, those of SDKs apart. */
  get carried(): { readonly receivedBytes: number; readonly sentBytes: number } {
    let receivedBytes = 0;
    let sentBytes = 0;
    for (const socket of this.#sockets) {
      receivedBytes += socket.bytesRead;
      sentBytes += socket.bytesWritten;
    }
    return { receivedBytes, sentBytes };
  }

  /** Ends the server as SIGTERM does, and looks at what is kept then. */
  async stop(look: (ports: Ports) => Promise<void> = async () => undefined): Promise<void> {
    this.#agent.destroy();
    await this.#server.stop();
    const options = { clock: new SystemClock(), onFatal: fatal, warn: () => undefined };
    const store = await openStore(this.config, options);
    try {
      await look(store.ports);
    } finally {
      await store.close();
      await rm(this.#directory, { recursive: true, force: true });
    }
  }
}
