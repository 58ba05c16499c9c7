import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyPluginCallback } from "fastify";
import { inStep } from "../../operations/perform.ts";
import { RegistryError } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import { repositoryArn } from "../../registry/names.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { directConnection, hostOf } from "./connection.ts";
import { serveDownload } from "./downloads.ts";
import { allowedMethods, type Endpoint, findEndpoint } from "./endpoints.ts";
import {
  actionIn,
  type DistributionDoorOptions,
  type Exchange,
  mayDo,
  requireAction,
} from "./exchange.ts";
import type { Arrival, Front, Place } from "./front.ts";
import { type ParsedPath, parsePath } from "./parse-path.ts";
import { PrivateFront } from "./private-front.ts";
import { type BodyRate, ClientGone, HeldBytes, lingerOverBody } from "./request-body.ts";
import { beginRequest, endRequest } from "./tell-audit.ts";
import { uploadRange } from "./uploads.ts";
import { BadRequest, sendError, type Wire, wire } from "./wire-errors.ts";

// What Fastify routes; the table of endpoints says which of them a path takes.
const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/**
 * OCI Distribution 1.1 at `/v2`, and the downloads that GetDownloadUrlForLayer leads to at `/layers/`,
 * as a Fastify plugin. Answers are written on the raw response; Fastify's hooks still see them. A
 * handler's promise lasts as long as its work does, also when the client has left.
 */
export function distributionDoor(options: DistributionDoorOptions): FastifyPluginCallback {
  const door = new DistributionDoor(options, new PrivateFront(options));
  return (server, _options, done) => {
    // Bodies stay with the request, for the handlers to stream.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    serveOn(server, ["/v2", "/v2/*"], (...arrived) => door.serve(...arrived));
    serveOn(server, ["/layers/*"], (...arrived) => door.serveLayer(...arrived));
    done();
  };
}

type Serve = (
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
) => Promise<void>;

/** Has requests for these paths answered on the raw response. */
export function serveOn(server: FastifyInstance, urls: readonly string[], serve: Serve): void {
  for (const url of urls) {
    server.route({
      method: methods,
      url,
      handler(request, reply) {
        reply.hijack();
        // Fastify, and a server that stops, wait for it.
        return serve(request.raw, reply.raw, request.id);
      },
    });
  }
}

/** The endpoints, whoever is let in to them. */
export class DistributionDoor {
  readonly #options: DistributionDoorOptions;
  readonly #front: Front;
  readonly #bodyRate: BodyRate;
  readonly #held = new HeldBytes();

  constructor(options: DistributionDoorOptions, front: Front) {
    this.#options = options;
    this.#front = front;
    this.#bodyRate = options.bodyRate ?? {
      bytesPerSecond: limits.bodyBytesPerSecond,
      windowMs: limits.bodyRateWindowMs,
    };
  }

  /** Answers a request. Never rejects. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const arrival = this.#arrival(request, response, requestId);
    const url = splitUrl(request.url ?? "");
    const parsed = parsePath(url.path);
    const afterwards: Promise<unknown>[] = [];
    const endpoint = parsed && findEndpoint(parsed.shape, request.method ?? "");
    try {
      const { observer } = this.#options;
      const caller = await inStep(observer, "authenticate", () => this.#front.callerOf(arrival));
      if (parsed === undefined) throw nothingHere();
      if (endpoint === undefined) throw unsupportedMethod(parsed);
      const place = await this.#front.placeOf(arrival, caller, parsed);
      await this.#perform(endpoint, this.#exchange(arrival, place, parsed, url, afterwards));
    } catch (error) {
      this.#fail(arrival, error, parsed, endpoint);
    }
    lingerOverBody(request, this.#bodyRate);
    if (afterwards.length > 0) await Promise.allSettled(afterwards);
  }

  /** Answers a request for a layer by a URL that GetDownloadUrlForLayer has given out. Never rejects. */
  async serveLayer(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const arrival = this.#arrival(request, response, requestId);
    try {
      await serveDownload({ ...arrival, options: this.#options });
    } catch (error) {
      this.#fail(arrival, error, undefined, undefined);
    }
    lingerOverBody(request, this.#bodyRate);
  }

  #arrival(request: IncomingMessage, response: ServerResponse, requestId: string): Arrival {
    const connection = (this.#options.connectionOf ?? directConnection)(request);
    const host = hostOf(this.#options.environment.deployment, connection);
    const origin = `${connection.scheme}://${host}`;
    return { request, response, connection, host, origin, requestId };
  }

  #exchange(
    { request, response }: Arrival,
    { caller, registry, name, servedName, sourceOf }: Place,
    parsed: ParsedPath,
    { path, query }: ReturnType<typeof splitUrl>,
    afterwards: Promise<unknown>[],
  ): Exchange {
    const { environment } = this.#options;
    const method = request.method ?? "";
    const named = { ...parsed, name };
    const audit = beginRequest({ environment, caller, registry, parsed: named, query, method });
    const { ports } = environment;
    const metadata = audit?.over(ports.metadata) ?? ports.metadata;
    return {
      environment: { ...environment, ports: { ...ports, metadata, onBehalfOf: caller } },
      audit,
      unrecorded: ports.metadata,
      request,
      response,
      caller,
      context: new RequestContext(caller, environment.ports.clock.now()),
      registry,
      name,
      servedName,
      sourceOf,
      reference: parsed.reference,
      path,
      query,
      bodyRate: this.#bodyRate,
      held: this.#held,
      afterwards,
    };
  }

  /** The guard, then the handler; the observer hears of both. */
  async #perform(endpoint: Endpoint, exchange: Exchange): Promise<void> {
    const { actions } = endpoint;
    const needed = typeof actions === "function" ? actions(exchange) : (actions ?? []);
    const [first] = needed;
    if (first === undefined) {
      await endpoint.handle(exchange);
      endRequest(exchange, endpoint.shape, undefined, this.#options.nameError);
      return;
    }
    const { observer } = this.#options;
    const { caller } = exchange;
    const operation = actionIn(exchange.registry, first);
    observer.began?.({ operation, caller });
    const startedAt = this.#options.environment.ports.clock.now();
    let error: unknown;
    try {
      if (endpoint.isGuardedByHandler !== true) {
        const either = endpoint.either === true;
        await inStep(observer, "authorize", () => guard(exchange, needed, either));
      }
      await inStep(observer, operation, () => endpoint.handle(exchange));
    } catch (failure) {
      error = failure;
      throw failure;
    } finally {
      const resource = repositoryArn(exchange.registry, exchange.name);
      endRequest(exchange, endpoint.shape, error, this.#options.nameError);
      observer.performed({ operation, caller, resource, startedAt, error });
    }
  }

  #fail(
    arrival: Arrival,
    error: unknown,
    parsed: ParsedPath | undefined,
    endpoint: Endpoint | undefined,
  ): void {
    const { request, response, origin, requestId } = arrival;
    if (error instanceof ClientGone) {
      response.destroy(); // Nobody is left to be told.
    } else if (error instanceof BadRequest && !response.headersSent) {
      sendError(response, error.wire, error.message, error.headers);
    } else if (error instanceof RegistryError && !response.headersSent) {
      const [status, code] = endpoint?.wire?.(error) ?? wire[error.kind];
      if (status === 401) {
        this.#front.challenge(arrival, parsed, error.message);
      } else {
        const url = `${origin}${request.url ?? ""}`;
        sendError(response, [status, code], error.message, hints(error, status, url, parsed));
      }
    } else {
      this.#options.log.error({ err: error, requestId }, "a registry request failed");
      if (response.headersSent) response.destroy();
      else sendError(response, unknown, `The request failed; its id is '${requestId}'`);
    }
  }
}

const unknown: Wire = [500, "UNKNOWN"];

/** @throws AccessDenied before anything is looked up, so that absent and forbidden look alike */
async function guard(
  exchange: Exchange,
  actions: readonly string[],
  either: boolean,
): Promise<void> {
  if (either) {
    for (const action of actions) if (await mayDo(exchange, action, exchange.name)) return;
  }
  for (const action of actions) await requireAction(exchange, action);
}

/** Headers that tell the client how to go on after a refusal. */
function hints(
  error: RegistryError,
  status: number,
  url: string,
  parsed: ParsedPath | undefined,
): string[] {
  const last = error.details.lastValidByteReceived;
  if (error.kind === "InvalidLayerPart") {
    const offset = typeof last === "number" ? last + 1 : 0;
    return ["Location", url.replace(/\?.*$/, ""), "Range", uploadRange(offset)];
  }
  if (status === 429 || status === 503) return ["Retry-After", "1"];
  if (status === 405 && parsed !== undefined) return ["Allow", allowedMethods(parsed.shape)];
  return [];
}

const noQuery = new URLSearchParams();

function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf("?");
  if (mark < 0) return { path: url, query: noQuery };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

function nothingHere(): BadRequest {
  return new BadRequest([404, "UNSUPPORTED"], "There is nothing at this path");
}

function unsupportedMethod({ shape }: ParsedPath): BadRequest {
  const allow = ["Allow", allowedMethods(shape)];
  return new BadRequest([405, "UNSUPPORTED"], "The method is not supported here", allow);
}
