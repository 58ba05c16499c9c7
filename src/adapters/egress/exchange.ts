import { randomUUID } from "node:crypto";
import { type Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import { EgressError } from "../../ports/egress.ts";
import { limits } from "../../registry/limits.ts";
import { connectOptions } from "./connections.ts";
import type { Destination } from "./destination.ts";
import type { Hop } from "./redirect.ts";
import type { RequestWatch } from "./request-watch.ts";

export interface Patience {
  readonly connectMs: number;
  readonly idleMs: number;
}

/** An answer of which the head is there. */
export interface Answer {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/** Methods that may be repeated without asking whether the first try had an effect. */
const idempotent = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PUT"]);

/**
 * Sends one request to a checked destination. A kept connection that the other side has just closed
 * is replaced by a new one, once, where repeating the request does no harm.
 * @throws EgressError
 */
export async function exchange(
  destination: Destination,
  hop: Hop,
  agent: Agent,
  patience: Patience,
  watch: RequestWatch,
): Promise<Answer> {
  const pool = [...destination.addresses].sort().join();
  const first = open(destination, hop, agent, pool);
  try {
    return await ask(first, hop, patience, watch);
  } catch (error) {
    const isRepeatable = idempotent.has(hop.method) && !(hop.body instanceof Readable);
    if (!first.reusedSocket || !isRepeatable || watch.signal.aborted || !isReset(error))
      throw error;
  }
  return ask(open(destination, hop, agent, randomUUID()), hop, patience, watch);
}

function open(destination: Destination, hop: Hop, agent: Agent, pool: string): ClientRequest {
  const { url } = destination;
  const options = {
    ...connectOptions(destination),
    agent,
    pool,
    method: hop.method,
    path: `${url.pathname}${url.search}`,
    headers: hop.headers,
    maxHeaderSize: limits.egressHeaderBytes,
    insecureHTTPParser: false,
  };
  return url.protocol === "https:" ? tlsRequest(options) : request(options);
}

async function ask(
  request: ClientRequest,
  hop: Hop,
  patience: Patience,
  watch: RequestWatch,
): Promise<Answer> {
  const stop = () => request.destroy();
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve).on("error", reject);
    request.once("close", () => reject(new Error("the connection ended without an answer")));
  });
  answered.catch(() => undefined); // Until somebody waits for it.
  watch.signal.addEventListener("abort", stop, { once: true });
  try {
    const connection = Promise.race([connected(request), answered.then(unasked)]);
    const socket = await watch.within(patience.connectMs, "did not connect in time", connection);
    watchIdle(socket, request, hop.body, patience.idleMs, watch);
    send(request, hop.body);
    return { request, response: await watch.orEnd(answered) };
  } catch (error) {
    request.destroy();
    throw untrusted(request, watch) ?? watch.explain(error);
  } finally {
    // From here on the body's reader is to be told, before the connection is cut.
    watch.signal.removeEventListener("abort", stop);
  }
}

/** The connection, with its handshake done and, unless it was used before, nothing sent on it. */
function connected(request: ClientRequest): Promise<Socket> {
  const isTls = request.protocol === "https:";
  return new Promise((resolve) => {
    request.once("socket", (socket) => {
      if (request.reusedSocket) resolve(socket);
      else socket.once(isTls ? "secureConnect" : "connect", () => resolve(socket));
    });
  });
}

/** Fails when the connection does; an answer before anything was asked is none. */
function unasked(): never {
  throw new Error("an answer came before the request was sent");
}

function send(request: ClientRequest, body: Hop["body"]): void {
  if (!(body instanceof Readable)) {
    request.end(body);
    return;
  }
  const stop = () => {
    body.unpipe(request);
    body.destroy();
  };
  request.once("response", ({ statusCode = 0 }) => {
    if (statusCode >= 300) stop(); // RFC 9112, section 9.5: it does not want the rest.
  });
  request.once("close", stop);
  body.pipe(request);
}

/** Ends the request when nothing moves although it is the other side's turn to take or send bytes. */
function watchIdle(
  socket: Socket,
  request: ClientRequest,
  body: Hop["body"],
  idleMs: number,
  watch: RequestWatch,
): void {
  let response: IncomingMessage | undefined;
  const isTheirTurn = () => {
    const isSending = body instanceof Readable && !body.destroyed && !request.writableEnded;
    if (isSending) return request.writableNeedDrain;
    if (response === undefined) return true;
    return !response.complete && response.readableLength < response.readableHighWaterMark;
  };
  const idle = () => {
    if (isTheirTurn()) watch.silent();
    else socket.setTimeout(idleMs);
  };
  request.once("response", (given) => {
    response = given;
  });
  socket.setTimeout(idleMs).on("timeout", idle);
  // The connection may go on to serve another request, which watches it anew.
  request.once("close", () => socket.off("timeout", idle));
}

function untrusted(request: ClientRequest, watch: RequestWatch): EgressError | undefined {
  const { socket } = request;
  if (watch.signal.aborted || !(socket instanceof TLSSocket) || !socket.authorizationError) {
    return undefined;
  }
  const cause = socket.authorizationError;
  return new EgressError("Untrusted", `the certificate of ${watch.origin} is not trusted`, cause);
}

function isReset(error: unknown): boolean {
  const cause = error instanceof EgressError ? (error.cause as NodeJS.ErrnoException) : undefined;
  return cause?.code === "ECONNRESET" || cause?.code === "EPIPE";
}
