/** Docker's API at a Unix socket, as far as `run-task` asks it: containers end as they are told to. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export interface MadeContainer {
  readonly name: string;
  readonly body: {
    readonly Image: string;
    readonly Env: readonly string[];
    readonly HostConfig: Readonly<Record<string, unknown>>;
    readonly [member: string]: unknown;
  };
}

/** How a container ends, by its name in the task definition. */
export interface Ending {
  readonly exitCode: number;
  readonly out?: string;
  readonly error?: string;
  /** It does not end before it is stopped. */
  readonly stays?: boolean;
  readonly health?: readonly string[];
}

export class DockerEngineDouble {
  readonly socket: string;
  /** What was asked, in order: `create app`, `start app`, `stop app` and the like. */
  readonly steps: string[] = [];
  readonly made: MadeContainer[] = [];
  readonly logins = new Map<string, unknown>();
  endings: Readonly<Record<string, Ending>> = {};
  /** What pulls answer instead of progress. */
  pullError: string | undefined;
  readonly #waiting = new Map<string, () => void>();
  readonly #looks = new Map<string, number>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error) => response.destroy(error as Error));
  });

  private constructor(socket: string) {
    this.socket = socket;
  }

  static async open(): Promise<DockerEngineDouble> {
    const directory = await mkdtemp(join(tmpdir(), "entrepot-docker-"));
    const double = new DockerEngineDouble(join(directory, "docker.sock"));
    await new Promise<void>((resolve) => double.#server.listen(double.socket, resolve));
    return double;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(join(this.socket, ".."), { recursive: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://localhost");
    const [, , id = "", action = ""] = url.pathname.split("/");
    const body = await text(request);
    const json = (status: number, answer: object) =>
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify(answer));
    if (url.pathname === "/images/create") return this.#pull(request, response, url);
    if (url.pathname === "/containers/create") {
      this.made.push({ name: url.searchParams.get("name") ?? "", body: JSON.parse(body) });
      this.steps.push(`create ${this.#named(`${this.made.length}`)}`);
      return void json(201, { Id: `${this.made.length}` });
    }
    const name = this.#named(id);
    const {
      exitCode,
      stays,
      out = "",
      error = "",
      health = [],
    } = this.endings[name] ?? {
      exitCode: 0,
    };
    if (request.method === "DELETE" || action === "start" || action === "stop") {
      this.steps.push(`${request.method === "DELETE" ? "remove" : action} ${name}`);
      if (action === "stop") this.#waiting.get(name)?.();
      return void response.writeHead(204).end();
    }
    if (action === "wait") {
      if (stays) await new Promise<void>((resolve) => this.#waiting.set(name, resolve));
      return void json(200, { StatusCode: exitCode });
    }
    if (action === "logs") {
      response.writeHead(200);
      return void response.end(Buffer.concat([piece(1, out), piece(2, error)]));
    }
    const looks = this.#looks.get(name) ?? 0;
    this.#looks.set(name, looks + 1);
    json(200, { State: { Health: { Status: health[Math.min(looks, health.length - 1)] } } });
  }

  #pull(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const image = `${url.searchParams.get("fromImage")}:${url.searchParams.get("tag")}`;
    const login = String(request.headers["x-registry-auth"] ?? "");
    this.steps.push(`pull ${image}`);
    // As Docker: what has not its padding is no login.
    const isPadded = login.length % 4 === 0 && /^[A-Za-z0-9_-]+={0,2}$/.test(login);
    const text = isPadded ? Buffer.from(login, "base64url").toString() : '""';
    this.logins.set(image, JSON.parse(text));
    const last = this.pullError === undefined ? { status: "done" } : { error: this.pullError };
    response
      .writeHead(200)
      .end(`${JSON.stringify({ status: "pulling" })}\n${JSON.stringify(last)}`);
  }

  #named(id: string): string {
    return (this.made[Number(id) - 1]?.name ?? "").split("-").at(-1) ?? "";
  }
}

function piece(stream: number, content: string): Buffer {
  const bytes = Buffer.from(content);
  if (bytes.length === 0) return bytes;
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}
