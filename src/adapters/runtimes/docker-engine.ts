import { type IncomingMessage, request } from "node:http";
import type {
  ContainerEngine,
  ContainerHealth,
  ContainerSpec,
  OutputSink,
  RegistryLogin,
} from "../../ports/container-engine.ts";
import { limits } from "../../registry/limits.ts";

interface Question {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long silence may last; absent: as long as it takes. */
  readonly withinMs?: number | undefined;
}

/** The head of a piece of output: stream, three zeros, length. Source: Docker Engine API, ContainerAttach. */
const headBytes = 8;
const lineCharacters = 1024 * 1024;
const pieceBytes = 16 * 1024 * 1024;

/** Docker, or podman that speaks like it, at a Unix socket. Source: Docker Engine API 1.48. */
export class DockerEngine implements ContainerEngine {
  readonly name: string;
  readonly #socket: string;
  readonly #timeoutMs: number;

  constructor(socket: string, timeoutMs: number = limits.runtimeTimeoutMs) {
    this.name = `Docker at ${socket}`;
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
  }

  async pull(image: string, login: RegistryLogin | undefined): Promise<void> {
    const { name, tag } = split(image);
    const query = new URLSearchParams({ fromImage: name, tag });
    const headers = login === undefined ? {} : { "x-registry-auth": encoded(login) };
    const response = await this.#open(`/images/create?${query}`, { method: "POST", headers });
    let line = "";
    // Status 200 comes before anything was pulled: what goes wrong is one of the lines.
    for await (const piece of response.setEncoding("utf8")) {
      const lines = `${line}${piece}`.split("\n");
      line = lines.pop() ?? "";
      if (line.length > lineCharacters) throw new Error("it answers too much");
      for (const each of lines) requireProgress(each);
    }
    requireProgress(line);
  }

  async create(spec: ContainerSpec): Promise<string> {
    const query = new URLSearchParams({ name: spec.name });
    const { Id } = await this.#json<{ Id?: string }>(`/containers/create?${query}`, {
      method: "POST",
      body: createBody(spec),
    });
    if (typeof Id !== "string" || !/^[0-9a-f]{1,128}$/.test(Id)) {
      throw new Error("it does not speak like Docker");
    }
    return Id;
  }

  async start(id: string): Promise<void> {
    await this.#done(`/containers/${id}/start`, { method: "POST" });
  }

  async follow(id: string, sink: OutputSink): Promise<void> {
    const path = `/containers/${id}/logs?follow=1&stdout=1&stderr=1`;
    let left = Buffer.alloc(0);
    for await (const piece of await this.#open(path, {})) {
      left = Buffer.concat([left, piece as Buffer]);
      left = handOn(left, sink);
    }
  }

  async wait(id: string): Promise<number> {
    const path = `/containers/${id}/wait`;
    const { StatusCode } = await this.#json<{ StatusCode?: number }>(path, {
      method: "POST",
      withinMs: undefined,
    });
    if (typeof StatusCode !== "number") throw new Error("it does not speak like Docker");
    return StatusCode;
  }

  async health(id: string): Promise<ContainerHealth> {
    interface Inspected {
      readonly State?: { readonly Health?: { readonly Status?: string } | null };
    }
    const { State } = await this.#json<Inspected>(`/containers/${id}/json`, {
      withinMs: this.#timeoutMs,
    });
    const status = State?.Health?.Status;
    return status === "healthy" || status === "unhealthy" || status === "starting"
      ? status
      : "none";
  }

  async stop(id: string, afterSeconds: number): Promise<void> {
    await this.#done(`/containers/${id}/stop?t=${afterSeconds}`, { method: "POST" });
  }

  async remove(id: string): Promise<void> {
    await this.#done(`/containers/${id}?force=1&v=1`, { method: "DELETE" });
  }

  async #done(path: string, question: Question): Promise<void> {
    (await this.#open(path, question)).resume();
  }

  async #json<Answer>(path: string, question: Question): Promise<Answer> {
    return JSON.parse(await textOf(await this.#open(path, question))) as Answer;
  }

  /** @throws with what Docker says of a refusal */
  async #open(path: string, question: Question): Promise<IncomingMessage> {
    const response = await this.#send(path, question);
    const { statusCode = 0 } = response;
    if (statusCode < 400) return response;
    const text = await textOf(response);
    let said = "";
    try {
      said = String((JSON.parse(text) as { message?: unknown }).message ?? "");
    } catch {
      // Whatever answers there does not speak JSON: the status says what there is to say.
    }
    throw new Error(said === "" ? `it answers with status ${statusCode}` : said);
  }

  #send(
    path: string,
    { method = "GET", body, headers = {}, withinMs }: Question,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const sent = request(
        {
          ...{ socketPath: this.#socket, path, method, agent: false },
          headers: {
            host: "localhost",
            ...(content && {
              "content-type": "application/json",
              "content-length": String(content.length),
            }),
            ...headers,
          },
        },
        resolve,
      );
      if (withinMs !== undefined) {
        sent.setTimeout(withinMs, () => sent.destroy(new Error("it does not answer in time")));
      }
      sent.on("error", reject).end(content);
    });
  }
}

function createBody(spec: ContainerSpec): object {
  const ports = spec.ports.map((port) => [`${port.containerPort}/${port.protocol}`, port] as const);
  const { healthCheck: check } = spec;
  return {
    Image: spec.image,
    Env: spec.environment,
    Cmd: spec.command,
    Entrypoint: spec.entryPoint,
    User: spec.user,
    WorkingDir: spec.workingDirectory,
    Hostname: spec.hostname,
    Labels: spec.labels,
    ExposedPorts: Object.fromEntries(ports.map(([name]) => [name, {}])),
    Healthcheck: check && {
      Test: check.test,
      Interval: check.intervalMs * 1_000_000,
      Timeout: check.timeoutMs * 1_000_000,
      Retries: check.retries,
      StartPeriod: check.startPeriodMs * 1_000_000,
    },
    HostConfig: {
      NetworkMode: spec.network,
      PortBindings: Object.fromEntries(
        ports.map(([name, { hostPort }]) => [name, [{ HostPort: String(hostPort) }]]),
      ),
      Memory: spec.memoryBytes,
      MemoryReservation: spec.memoryReservationBytes,
      CpuShares: spec.cpuShares,
      ReadonlyRootfs: spec.isReadOnly,
      Init: spec.hasInit,
    },
  };
}

/**
 * Base64 of URLs with its padding: without, Docker goes on as if there were no login. Source: Docker
 * Engine API, "Authentication".
 */
function encoded({ username, password, server }: RegistryLogin): string {
  const login = JSON.stringify({ username, password, serveraddress: server });
  return Buffer.from(login).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/** Name and tag; a digest stands in the place of a tag. */
function split(image: string): { readonly name: string; readonly tag: string } {
  const at = image.indexOf("@");
  if (at !== -1) return { name: image.slice(0, at), tag: image.slice(at + 1) };
  const colon = image.lastIndexOf(":");
  if (colon <= image.lastIndexOf("/")) return { name: image, tag: "latest" };
  return { name: image.slice(0, colon), tag: image.slice(colon + 1) };
}

/** @throws with what a line of progress says went wrong */
function requireProgress(line: string): void {
  if (line.trim() === "") return;
  let told: { readonly error?: unknown };
  try {
    told = JSON.parse(line) as typeof told;
  } catch {
    throw new Error("it does not speak like Docker");
  }
  if (told.error !== undefined) throw new Error(String(told.error));
}

/** Hands on every whole piece of output; the rest waits for more. */
function handOn(bytes: Buffer, sink: OutputSink): Buffer<ArrayBuffer> {
  let rest = Buffer.from(bytes);
  while (rest.length >= headBytes) {
    const end = headBytes + rest.readUInt32BE(4);
    if (end > pieceBytes) throw new Error("it answers too much");
    if (rest.length < end) return rest;
    sink(rest[0] === 2 ? "error" : "out", rest.subarray(headBytes, end));
    rest = rest.subarray(end);
  }
  return rest;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of response.setEncoding("utf8")) {
    text += piece;
    if (text.length > limits.runtimeReplyBytes) throw new Error("it answers too much");
  }
  return text;
}
