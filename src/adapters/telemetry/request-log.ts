import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Caller } from "../../registry/identity/principal.ts";
import type { AnsweredCall } from "../../registry/usage/count-request.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

interface Entry {
  readonly id: string;
  readonly response: ServerResponse;
  readonly startedAt: number;
  operation: string | undefined;
  caller: Caller | undefined;
}

export interface RequestLogOptions {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "answered">;
  /** Where the request came from, as far as a proxy in between can be believed. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** When the head of the answer went out, by `performance.now()`. */
  readonly headAt?: (response: ServerResponse) => number | undefined;
  /** Told of each request that an operation answered, when it has ended. */
  readonly ended?: (call: AnsweredCall) => void;
}

/**
 * One line and one count for each request. The line holds no header, no query and no path that could
 * be a secret (D18). What every pull does, a GET or HEAD that succeeds, is a line at level debug:
 * those lines would cost throughput where it is wanted most and tell little that metrics do not.
 */
export class RequestLog {
  readonly #options: RequestLogOptions;
  readonly #open = new Map<string, Entry>();
  readonly #counted = new WeakMap<Socket, { received: number; sent: number }>();

  constructor(options: RequestLogOptions) {
    this.#options = options;
  }

  /** Watches the request to its end. Returns its id, a UUID. */
  begin(request: IncomingMessage, response: ServerResponse): string {
    const entry: Entry = {
      id: randomUUID(),
      response,
      startedAt: performance.now(),
      operation: undefined,
      caller: undefined,
    };
    this.#open.set(entry.id, entry);
    response.once("close", () => this.#end(request, entry));
    return entry.id;
  }

  /** Who asked for what, once a door knows. Fits the observer of operations. */
  began(event: { operation: string; caller: Caller }): void {
    const entry = this.#open.get(event.caller.requestId);
    if (entry === undefined) return;
    entry.operation = event.operation;
    entry.caller = event.caller;
  }

  /** Answers that are still to be finished. */
  *unfinished(): Iterable<ServerResponse> {
    for (const { response } of this.#open.values()) yield response;
  }

  #end(request: IncomingMessage, entry: Entry): void {
    this.#open.delete(entry.id);
    const { response } = entry;
    const { log, metrics, addressOf } = this.#options;
    const { method = "", url = "" } = request;
    const route = routeOf(url);
    const status = response.headersSent ? response.statusCode : 0; // Cut before any answer.
    const { received: receivedBytes, sent: sentBytes } = this.#bytesOf(request.socket);
    const aborted = !response.writableFinished;
    const elapsedMs = performance.now() - entry.startedAt;
    const headAt = this.#options.headAt?.(response);
    const firstByteMs = headAt === undefined ? undefined : headAt - entry.startedAt;
    metrics.answered({ route, status, receivedBytes, sentBytes, elapsedMs, firstByteMs });
    const { caller, operation } = entry;
    if (caller !== undefined && operation !== undefined) {
      const isDownload = route === "layers";
      this.#options.ended?.({ caller, operation, isDownload, receivedBytes, sentBytes });
    }
    const level = levelOf(method, route, status, aborted);
    if (!log.isLevelEnabled(level)) return;
    log[level]({
      event: "request",
      id: entry.id,
      method,
      route,
      path: route.startsWith("v2") ? pathOf(url) : undefined,
      operation: entry.operation,
      status,
      ms: Math.round(elapsedMs * 10) / 10,
      received: receivedBytes,
      sent: sentBytes,
      principal: entry.caller?.principal.arn,
      address: addressOf(request),
      ...(aborted ? { aborted } : {}),
    });
  }

  /** What a connection carried since the last request on it ended. */
  #bytesOf(socket: Socket): { received: number; sent: number } {
    const { bytesRead, bytesWritten } = socket;
    let counted = this.#counted.get(socket);
    if (counted === undefined) {
      counted = { received: 0, sent: 0 };
      this.#counted.set(socket, counted);
    }
    const bytes = { received: bytesRead - counted.received, sent: bytesWritten - counted.sent };
    counted.received = bytesRead;
    counted.sent = bytesWritten;
    return bytes;
  }
}

function levelOf(method: string, route: string, status: number, aborted: boolean) {
  if (route === "health") return "debug";
  if (status >= 500) return "warn";
  const isRead = method === "GET" || method === "HEAD";
  return isRead && status < 400 && !aborted ? "debug" : "info";
}

const loggedPathCharacters = 400;

/** Without the query, which can be signed. */
function pathOf(url: string): string {
  const mark = url.indexOf("?");
  const end = mark === -1 ? url.length : mark;
  return url.slice(0, Math.min(end, loggedPathCharacters));
}

const markers = ["manifests", "blobs/uploads", "blobs", "tags", "referrers"].map((name) => ({
  ...{ route: `v2 ${name}`, within: `/${name}/`, atEnd: `/${name}` },
}));

/** One of a few names for what a URL is about. */
export function routeOf(url: string): string {
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  if (path === "/") return "aws";
  if (path === "/v2" || path === "/v2/") return "v2";
  if (path.startsWith("/v2/")) {
    for (const { route, within, atEnd } of markers) {
      if (path.includes(within) || path.endsWith(atEnd)) return route;
    }
    return "v2 other";
  }
  if (path.startsWith("/layers/")) return "layers";
  return path === "/healthz" || path === "/readyz" || path === "/metrics" ? "health" : "other";
}
