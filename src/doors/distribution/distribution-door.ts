import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyPluginCallback } from "fastify";
import { inStep } from "../../operations/perform.ts";
import { registryOfHost } from "../../registry/deployment.ts";
import { RegistryError } from "../../registry/errors.ts";
import { anonymousPrincipal, type Caller } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { isRepositoryName, type RepositoryName, repositoryArn } from "../../registry/names.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { newSubject } from "../../registry/usage/request-subject.ts";
import { Authenticator } from "./authenticate.ts";
import { directConnection, hostOf } from "./connection.ts";
import { serveDownload } from "./downloads.ts";
import { allowedMethods, type Endpoint, findEndpoint } from "./endpoints.ts";
import {
  type ClientConnection,
  type DistributionDoorOptions,
  type Exchange,
  mayDo,
  requireAction,
} from "./exchange.ts";
import { type ParsedPath, parsePath } from "./parse-path.ts";
import { type BodyRate, ClientGone, HeldBytes, lingerOverBody } from "./request-body.ts";
import { beginRequest, endRequest, tellRefusedSignIn } from "./tell-audit.ts";
import { uploadRange } from "./uploads.ts";
import { BadRequest, sendChallenge, sendError, type Wire, wire } from "./wire-errors.ts";

// What Fastify routes; the table of endpoints says which of them a path takes.
const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/**
 * OCI Distribution 1.1 at `/v2`, and the downloads that GetDownloadUrlForLayer leads to at `/layers/`,
 * as a Fastify plugin. Answers are written on the raw response; Fastify's hooks still see them. A
 * handler's promise lasts as long as its work does, also when the client has left.
 */
export function distributionDoor(options: DistributionDoorOptions): FastifyPluginCallback {
  const door = new DistributionDoor(options);
  return (server, _options, done) => {
    // Bodies stay with the request, for the handlers to stream.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    for (const url of ["/v2", "/v2/*", "/layers/*"]) {
      server.route({
        method: methods,
        url,
        handler(request, reply) {
          reply.hijack();
          // Fastify, and a server that stops, wait for it.
          return door.serve(request.raw, reply.raw, request.id);
        },
      });
    }
    done();
  };
}

/** One request from before it is known whose it is. */
interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: ClientConnection;
  readonly host: string;
  /** Scheme and host. */
  readonly origin: string;
  readonly requestId: string;
}

class DistributionDoor {
  readonly #options: DistributionDoorOptions;
  readonly #authenticator: Authenticator;
  readonly #bodyRate: BodyRate;
  readonly #held = new HeldBytes();

  constructor(options: DistributionDoorOptions) {
    this.#options = options;
    this.#authenticator = new Authenticator({ ...options, ports: options.environment.ports });
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
    const connection = (this.#options.connectionOf ?? directConnection)(request);
    const host = hostOf(this.#options.environment.deployment, connection);
    const origin = `${connection.scheme}://${host}`;
    const arrival: Arrival = { request, response, connection, host, origin, requestId };
    const { path, query } = splitUrl(request.url ?? "");
    const parsed = parsePath(path);
    const endpoint = parsed && findEndpoint(parsed.shape, request.method ?? "");
    try {
      if (path.startsWith("/layers/")) {
        await serveDownload({ ...arrival, options: this.#options });
      } else {
        const { observer } = this.#options;
        const caller = await inStep(observer, "authenticate", () => this.#callerOf(arrival));
        if (parsed === undefined) throw nothingHere();
        if (endpoint === undefined) throw unsupportedMethod(parsed);
        await this.#perform(endpoint, this.#exchange(arrival, caller, parsed, path, query));
      }
    } catch (error) {
      this.#fail(arrival, error, parsed, endpoint);
    }
    lingerOverBody(request, this.#bodyRate);
  }

  /** Who asks, before anything that was asked is looked at. */
  async #callerOf({ request, connection, host, origin, requestId }: Arrival): Promise<Caller> {
    const { deployment } = this.#options.environment;
    const registry = registryOfHost(deployment, host);
    const from = {
      requestId,
      sourceIp: connection.address,
      endpoint: connection.endpoint,
      userAgent: request.headers["user-agent"] ?? "",
      origin,
      subject: newSubject(),
    };
    const { account, region } = registry ?? deployment;
    try {
      const principal = await this.#authenticator.authenticate(
        request.headers.authorization,
        registry?.region,
        connection.address,
      );
      if (registry === undefined) throw new RegistryError("UnrecognizedClient", "Not Authorized");
      return { principal, region, account, ...from };
    } catch (error) {
      // Who brings no token is told how to get in; that is no sign-in yet.
      if (request.headers.authorization !== undefined) {
        const caller = { principal: anonymousPrincipal(account), region, account, ...from };
        const { environment, nameError } = this.#options;
        tellRefusedSignIn(environment, caller, "RegistrySignIn", error, nameError);
      }
      throw error;
    }
  }

  #exchange(
    { request, response }: Arrival,
    caller: Caller,
    parsed: ParsedPath,
    path: string,
    query: URLSearchParams,
  ): Exchange {
    const { environment } = this.#options;
    const registry = { account: caller.account, region: caller.region };
    const name = requireName(parsed);
    const method = request.method ?? "";
    const audit = beginRequest({ environment, caller, registry, parsed, query, method });
    const { ports } = environment;
    const metadata = audit?.over(ports.metadata) ?? ports.metadata;
    return {
      environment: { ...environment, ports: { ...ports, metadata, onBehalfOf: caller } },
      audit,
      request,
      response,
      caller,
      context: new RequestContext(caller, environment.ports.clock.now()),
      registry,
      name,
      reference: parsed.reference,
      path,
      query,
      bodyRate: this.#bodyRate,
      held: this.#held,
    };
  }

  /** The guard, then the handler; the observer hears of both. */
  async #perform(endpoint: Endpoint, exchange: Exchange): Promise<void> {
    const { actions } = endpoint;
    const needed = typeof actions === "function" ? actions(exchange) : (actions ?? []);
    const [operation] = needed;
    if (operation === undefined) {
      await endpoint.handle(exchange);
      endRequest(exchange, endpoint.shape, undefined, this.#options.nameError);
      return;
    }
    const { observer } = this.#options;
    const { caller } = exchange;
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
    { request, response, origin, requestId }: Arrival,
    error: unknown,
    parsed: ParsedPath | undefined,
    endpoint: Endpoint | undefined,
  ): void {
    if (error instanceof ClientGone) {
      response.destroy(); // Nobody is left to be told.
    } else if (error instanceof BadRequest && !response.headersSent) {
      sendError(response, error.wire, error.message, error.headers);
    } else if (error instanceof RegistryError && !response.headersSent) {
      const [status, code] = endpoint?.wire?.(error) ?? wire[error.kind];
      if (status === 401) {
        sendChallenge(response, origin, error.message);
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

/** The repository that the path names; "*" where the endpoint is about every one. */
function requireName({ shape, name }: ParsedPath): RepositoryName {
  if (shape === "base" || shape === "catalog") return "*" as RepositoryName;
  if (isRepositoryName(name)) return name;
  const message = "The repository's name has a form that no name can have";
  throw new BadRequest([400, "NAME_INVALID"], message);
}
